//! What always holds, whatever the size and whatever the keys.

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::{prelude::*, sample::select};
use ratatui::buffer::Cell;
use uuid::Uuid;
use warroom::{
    domain::{
        entry::{Entry, EntryId, IncidentId, ReplicaId, Via},
        fact::Fact,
        incident::Incident,
    },
    ui::{
        action::{Action, Group},
        app::{App, Mode, Pane, update},
        capability::Tier,
        keymap::Keymap,
        msg::{Effect, Msg, Wish},
        sheet::Gate,
        theme::lettered,
    },
};

use super::fixture::{blank, busy, cases, key, now, press, quiet, screen};

/// A console in each of its modes, by the keys that lead there.
const MODES: [&str; 17] = [
    "", "c", "S", "R", "E", "?", ":", ":sev", "/", "h", "n", "3\n", "5z", "2z", "g", "C\x12", "0",
];

fn app_in(place: usize, is_quiet: bool) -> App {
    let mut app = if is_quiet { quiet() } else { busy() };
    press(&mut app, MODES[place], now() - TimeDelta::minutes(1));
    app
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn any_size_and_any_mode_is_drawn_and_drawing_changes_nothing(
        columns in 1_u16..=220,
        rows in 1_u16..=70,
        mode in 0..MODES.len(),
        is_quiet: bool,
        tier in select(vec![Tier::Rich, Tier::Console, Tier::Ascii]),
    ) {
        let app = app_in(mode, is_quiet);
        let before = format!("{app:?}");

        let drawn = screen(&app, (columns, rows), tier, now());

        prop_assert_eq!(drawn.area.width, columns);
        prop_assert_eq!(format!("{app:?}"), before);
        if tier == Tier::Ascii {
            // What is sent is quoted as it is; all else is ours.
            let ours = |cell: &&Cell| !cell.symbol().is_ascii() && cell.symbol() != "🚨";
            let strange = drawn.content.iter().find(ours);
            prop_assert!(strange.is_none(), "{:?}", strange);
        }
    }

    #[test]
    fn an_empty_console_is_drawn_at_any_size(columns in 1_u16..=220, rows in 1_u16..=70) {
        let drawn = screen(&blank(), (columns, rows), Tier::Rich, now());

        prop_assert_eq!(drawn.area.height, rows);
    }
}

#[test]
fn every_action_is_found_in_the_palette() {
    // Those of the composer have keys there, where a colon is text.
    let elsewhere = |action: &&Action| action.group() != Group::Composer;
    for action in Action::ALL.iter().filter(elsewhere) {
        let mut app = busy();

        press(&mut app, &format!(":{}", action.word()), now());

        let drawn = lettered(&screen(&app, (120, 40), Tier::Rich, now()));
        assert!(drawn.contains(action.title()), "{action}\n{drawn}");
    }
}

#[test]
fn one_key_with_two_meanings_is_refused() {
    let mut keys = Keymap::built_in();

    let refused = keys.merge("keys.toml", "[people]\n\"a\" = \"resolve\"\n");

    let sentence = refused.unwrap_err().to_string();
    assert!(
        sentence.contains("note") && sentence.contains("resolve"),
        "{sentence}"
    );
}

#[test]
fn what_reaches_people_always_asks_also_on_a_key_of_a_team() {
    for word in ["escalate", "severity", "resolve", "hold", "page"] {
        let mut app = busy();
        let file = format!("[people]\n\"w\" = \"{word}\"\n");
        app.keymap.merge("keys.toml", &file).unwrap();

        let (effects, _) = press(&mut app, "w", now());

        assert!(effects.is_empty(), "{word}");
        assert!(matches!(app.mode, Mode::Sheet(_)), "{word}");
    }
}

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
    let words = select(vec![
        "send\n",
        "p1\n",
        "y",
        "escalate\n",
        "resolved\n",
        "hold\n",
        "page\n",
        ":severity p1\n",
        ":escalate\n",
        ":resolve because\n",
        ":hold 10m\n",
        ":page\n",
        ":review\n",
        ":publish\n",
        "S\u{1b}",
    ])
    .prop_map(|text| text.chars().map(typed).collect::<Vec<_>>());
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
    key.code == KeyCode::Enter && sheet.is_at_gate() && sheet.typed.text().trim() == word
}

fn reaches_people(app: &App, wish: &Wish) -> bool {
    match &wish.fact {
        Fact::UpdateSent(update) => !update.channels.is_empty(),
        Fact::Escalated { .. } | Fact::Paged { .. } | Fact::Resolved { .. } | Fact::Held { .. } => {
            true
        }
        Fact::SeverityChanged { to, .. } => {
            let now = app.board.get(wish.incident).and_then(Incident::severity);
            now.is_none_or(|now| *to > now)
        }
        _ => false,
    }
}

/// What the loop would do with what is to be recorded.
fn record(app: &mut App, wishes: &[Wish], seq: &mut u64, when: DateTime<Utc>) {
    let entries: Vec<Entry> = wishes
        .iter()
        .map(|wish| {
            *seq += 1;
            let declared = matches!(wish.fact, Fact::Declared(_));
            Entry {
                id: EntryId(Uuid::from_u128(u128::from(*seq))),
                seq: Some(*seq),
                incident: if declared {
                    IncidentId(Uuid::from_u128(u128::from(*seq)))
                } else {
                    wish.incident
                },
                at: wish.at,
                recorded_at: when,
                by: "ana".into(),
                via: Via::Console,
                replica: ReplicaId(Uuid::from_u128(7)),
                base: *seq - 1,
                fact: wish.fact.clone(),
                came_as: None,
            }
        })
        .collect();
    let ids = entries.iter().map(|entry| entry.id).collect();
    update(app, Msg::Entries(entries), when);
    update(app, Msg::Recorded(ids), when);
}

proptest! {
    // Eight bursts of 625 strokes: 5,000.
    #![proptest_config(cases(8))]

    #[test]
    fn no_burst_of_keys_reaches_people_without_the_typed_word(keys in burst()) {
        let mut app = busy();
        let mut when = now();
        let mut seq = 100_000;
        for (msg, pause) in keys {
            when += TimeDelta::milliseconds(pause);
            let confirmed = confirms(&app, &msg);
            let before = app.clone();
            for effect in update(&mut app, msg.clone(), when) {
                let (Effect::Record(wishes) | Effect::Send(wishes, _)) = effect else { continue };
                let reaching = wishes.iter().find(|wish| reaches_people(&before, wish));
                prop_assert!(confirmed || reaching.is_none(), "{msg:?} {:?} {reaching:?}", before.mode);
                record(&mut app, &wishes, &mut seq, when);
            }
        }
    }
}

#[test]
fn every_pane_is_reached_by_tab() {
    let mut app = busy();
    let mut seen = vec![app.focus];

    for _ in 1..Pane::ALL.len() {
        press(&mut app, "\t", now());
        seen.push(app.focus);
    }

    assert_eq!(seen, Pane::ALL);
}
