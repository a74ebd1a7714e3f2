//! No keys reach anybody but through the typed word, whatever they are: judged
//! by what follows from what they record.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::{prelude::*, sample::select};
use uuid::Uuid;
use warroom::{
    domain::{
        board::Board,
        entry::{Entry, EntryId, IncidentId, ReplicaId, Via},
        escalation,
        fact::{Fact, Skip, StepId},
        incident::Incident,
        intents::intents,
        notice::DeliveryState,
    },
    ui::{
        app::{App, Mode, update},
        msg::{Effect, Msg, Order, Wish},
        sheet::Gate,
    },
};

use super::fixture::{busy, cases, delivery, key, now, untaken};

/// What somebody in a hurry types in one go: `\n` is Enter, `\x1b` Esc.
const WORDS: &[&str] = &[
    "send\n",
    "p1\n",
    "y",
    "escalate\n",
    "resolved\n",
    "hold\n",
    "unhold\n",
    "page\n",
    "skip\n",
    "public\n",
    ":unhold\n",
    ":confirm-step\n",
    ":skip-step by hand\n",
    "3:retract\n\ny",
    "3:correct 2h ago\n",
    "9:retry\n",
    ":adopt-policy\n",
    "n down\n\n\n\n\n\ny",
    "H\nwhy\nhold\n",
    "Au",
    "My",
    ":severity p1\n",
    ":escalate\n",
    ":resolve because\n",
    ":hold 10m\n",
    ":page\n",
    ":review\n",
    ":publish\n",
    "S\u{1b}",
];

/// Keys as a cat on the keyboard, a laggy line and somebody in a hurry press them.
fn burst() -> impl Strategy<Value = Vec<(Msg, i64)>> {
    let single = prop_oneof![
        select(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 :/?!"
                .chars()
                .collect::<Vec<_>>()
        )
        .prop_map(KeyCode::Char),
        select(vec![
            KeyCode::Enter,
            KeyCode::Enter,
            KeyCode::Tab,
            KeyCode::BackTab,
            KeyCode::Esc,
            KeyCode::Left,
            KeyCode::Right,
            KeyCode::Up,
            KeyCode::Down,
            KeyCode::Backspace,
            KeyCode::Char('y'),
            KeyCode::Char('S'),
            KeyCode::Char('R'),
            KeyCode::Char('E'),
            KeyCode::Char('c'),
            KeyCode::Char('p'),
            KeyCode::Char('1'),
        ]),
    ]
    .prop_map(|code| vec![key(code)]);
    let with_ctrl = select(vec!['r', 'o', 't', 'c', 'd', 'u', 'l', 'g']).prop_map(|c| {
        vec![Msg::Key(KeyEvent::new(
            KeyCode::Char(c),
            KeyModifiers::CONTROL,
        ))]
    });
    let words = select(WORDS).prop_map(|text| text.chars().map(typed).collect::<Vec<_>>());
    let pasted =
        select(vec!["send\n", "y", "p1\n"]).prop_map(|text| vec![Msg::Paste(text.to_owned())]);
    let chunk = prop_oneof![12 => single, 2 => with_ctrl, 2 => words, 1 => pasted];
    prop::collection::vec((chunk, 0_i64..900), 625).prop_map(|chunks| {
        let timed = |(msgs, pause): (Vec<Msg>, i64)| msgs.into_iter().map(move |msg| (msg, pause));
        chunks.into_iter().flat_map(timed).collect()
    })
}

fn typed(c: char) -> Msg {
    match c {
        '\n' => key(KeyCode::Enter),
        '\u{1b}' => key(KeyCode::Esc),
        c => key(KeyCode::Char(c)),
    }
}

/// Whether this key confirms a sheet whose word stands in it.
fn confirms(app: &App, msg: &Msg) -> bool {
    let (Mode::Sheet(sheet), Msg::Key(key)) = (&app.mode, msg) else {
        return false;
    };
    let Gate::Word(word) = &sheet.gate else {
        return false;
    };
    let typed = sheet.typed.text();
    key.code == KeyCode::Enter && sheet.is_at_gate() && typed.trim().eq_ignore_ascii_case(word)
}

/// Whether anybody is reached by the effect: judged by what follows from it.
fn reaches_people(app: &App, effect: &Effect, seq: u64, when: DateTime<Utc>) -> bool {
    match effect {
        Effect::Record(wishes) | Effect::Send(wishes, _) => {
            let entries = entries(wishes, seq, when);
            wishes.iter().any(|wish| is_told(app, wish))
                || entries.iter().any(|entry| sends(app, entry, when))
                || pages_sooner(&app.board, &entries, when)
        }
        Effect::Deliver(order) => matches!(order, Order::Retry(_)),
        Effect::PageFromHere | Effect::AdoptPolicy(_) => true,
        Effect::SaveDraft(..)
        | Effect::ProbeNow
        | Effect::Copy(_)
        | Effect::Bell
        | Effect::Edit(_)
        | Effect::Mouse(_)
        | Effect::Redraw
        | Effect::Suspend
        | Effect::Quit => false,
    }
}

/// What people talk about, though no message follows from it by itself.
fn is_told(app: &App, wish: &Wish) -> bool {
    let held = app.board.get(wish.incident).and_then(Incident::severity);
    match &wish.fact {
        Fact::Resolved { .. } | Fact::Held { .. } => true,
        Fact::SeverityChanged { to, .. } => held.is_none_or(|held| *to > held),
        _ => false,
    }
}

fn sends(app: &App, entry: &Entry, now: DateTime<Utc>) -> bool {
    let around = now;
    let incident = app.board.get(entry.incident);
    incident.is_some_and(|incident| !intents(incident, entry, around).is_empty())
}

/// Whether the engine would climb higher because of these entries, now or at
/// any of some later times.
fn pages_sooner(board: &Board, entries: &[Entry], when: DateTime<Utc>) -> bool {
    let mut after = board.clone();
    for entry in entries {
        after.apply(entry.clone());
    }
    let soon = [0, 1, 4, 9, 16, 29, 45, 61, 119, 181, 239, 241, 500];
    after.all().any(|after| match board.get(after.id) {
        None => !climbed(after, when).is_empty(),
        Some(before) => soon.iter().any(|minutes| {
            let then = when + TimeDelta::minutes(*minutes);
            !climbed(after, then).is_subset(&climbed(before, then))
        }),
    })
}

/// The steps whose targets hear of it by `then`, if nobody does anything.
fn climbed(incident: &Incident, then: DateTime<Utc>) -> BTreeSet<StepId> {
    let mut incident = incident.clone();
    if incident.is_sealed() || escalation::held_until(&incident).is_some_and(|until| then < until) {
        return BTreeSet::new();
    }
    let end = wish_of(incident.id, Fact::HoldEnded {}, then);
    for entry in entries(&[end], 1 << 60, then) {
        incident.apply(entry.into());
    }
    let policy = incident.policy();
    let climb = escalation::climb(&incident, then, |step| {
        escalation::reach(policy, step).is_some()
    });
    let fired = climb.fire.into_iter().map(|(step, _)| step);
    let late = climb
        .skip
        .into_iter()
        .filter(|(_, why, _)| *why == Skip::Overtaken);
    fired.chain(late.map(|(step, ..)| step)).collect()
}

fn wish_of(incident: IncidentId, fact: Fact, at: DateTime<Utc>) -> Wish {
    Wish { incident, fact, at }
}

/// The entries that these wishes become.
fn entries(wishes: &[Wish], seq: u64, when: DateTime<Utc>) -> Vec<Entry> {
    let entry = |(seq, wish): (u64, &Wish)| {
        let declared = matches!(wish.fact, Fact::Declared(_));
        let id = Uuid::from_u128(u128::from(seq));
        Entry {
            id: EntryId(id),
            seq: Some(seq),
            incident: if declared {
                IncidentId(id)
            } else {
                wish.incident
            },
            at: wish.at,
            recorded_at: when,
            by: "ana".into(),
            via: Via::Console,
            replica: ReplicaId(Uuid::from_u128(7)),
            base: seq - 1,
            fact: wish.fact.clone(),
            came_as: None,
        }
    };
    (seq + 1..).zip(wishes).map(entry).collect()
}

/// What the loop would do with what is to be recorded.
fn record(app: &mut App, wishes: &[Wish], seq: &mut u64, when: DateTime<Utc>) {
    let entries = entries(wishes, *seq, when);
    *seq += entries.len() as u64;
    let ids = entries.iter().map(|entry| entry.id).collect();
    update(app, Msg::Entries(entries), when);
    update(app, Msg::Recorded(ids), when);
}

/// A console whose incident is taken, or is not, with a dead delivery in the
/// outbox.
fn at_work(taken: bool) -> App {
    let mut app = if taken { busy() } else { untaken() };
    let dead = delivery("INC-2/dead", DeliveryState::Dead);
    update(&mut app, Msg::Deliveries(vec![dead]), now());
    app
}

proptest! {
    // Eight bursts of 625 strokes: 5,000.
    #![proptest_config(cases(8))]

    #[test]
    fn no_burst_of_keys_reaches_people_without_the_typed_word(taken: bool, keys in burst()) {
        let mut app = at_work(taken);
        let mut when = now();
        let mut seq = 100_000;
        for (msg, pause) in keys {
            when += TimeDelta::milliseconds(pause);
            let confirmed = confirms(&app, &msg);
            let before = app.clone();
            for effect in update(&mut app, msg.clone(), when) {
                let reaches = reaches_people(&before, &effect, seq, when);
                prop_assert!(confirmed || !reaches, "{msg:?} {:?} {effect:?}", before.mode);
                if let Effect::Record(wishes) | Effect::Send(wishes, _) = effect {
                    record(&mut app, &wishes, &mut seq, when);
                }
            }
        }
    }
}
