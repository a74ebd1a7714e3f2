//! The only way into the state: a message and the time.

use chrono::{DateTime, Utc};

use super::{
    App, Mode, Pane, bell, chosen::Chosen, compose, follow, keys, news, probes, rows, shared, undo,
};
use crate::{
    domain::{fact::Fact, span},
    ui::{
        forms,
        msg::{Effect, Msg, Shared},
    },
};

/// What a message changes, and what the loop must do about it.
pub fn update(app: &mut App, msg: Msg, now: DateTime<Utc>) -> Vec<Effect> {
    if let Msg::Lines(keys) = msg {
        let each = keys::lines(app, keys).into_iter();
        return each.flat_map(|msg| update(app, msg, now)).collect();
    }
    // A person moves the choice themselves.
    let arrives = matches!(
        msg,
        Msg::Entries(_) | Msg::Deliveries(_) | Msg::Shared(Shared::Unsent(..) | Shared::Anew(..))
    );
    let chosen = arrives.then(|| Chosen::of(app));
    let shown = (app.shown, follow::goes_on_in(app));
    let effects = change(app, msg, now);
    // Who looks up what was merged long ago wants to see that.
    if shown == (app.shown, None) {
        follow::go_on(app, now);
    }
    renew(app, now);
    look_through(app);
    if let Some(chosen) = chosen {
        chosen.choose(app);
    }
    effects
}

/// Shows in an open sheet what holds now: it may have changed while one reads.
fn renew(app: &mut App, now: DateTime<Utc>) {
    let mut mode = std::mem::take(&mut app.mode);
    if let Mode::Sheet(sheet) = &mut mode {
        forms::renew(app, sheet, now);
    }
    app.mode = mode;
}

/// Finds the timeline's rows, unless they are found already: every frame and
/// every key asks, and few change them.
fn look_through(app: &mut App) {
    let filter = app.filters.get(&Pane::Timeline).map(String::as_str);
    let Some(incident) = app.incident() else {
        app.order = None;
        return;
    };
    let known = app.order.as_ref();
    if !known.is_some_and(|order| order.serves(incident, filter)) {
        app.order = Some(rows::Order::new(&app.board, incident, filter));
    }
}

fn change(app: &mut App, msg: Msg, now: DateTime<Utc>) -> Vec<Effect> {
    match msg {
        Msg::Key(key) => return keys::pressed(app, key, now),
        Msg::Paste(text) => return keys::pasted(app, &text, now),
        Msg::Tick => return bell::tick(app, now),
        Msg::Reading(name, reading) => return probes::read(app, &name, &reading),
        Msg::Edited(text) => return compose::edited(app, &text),
        Msg::Engine(engine) => {
            app.engine = engine;
            return probes::untold(app, now);
        }
        Msg::Away(since) => {
            let away = span::format(now - since);
            app.tell(format!("you were away {away}"), now);
            return vec![Effect::Redraw];
        }
        Msg::Stepped(off) => news::stepped(app, off, now),
        // They are taken apart before.
        Msg::Lines(_) => {}
        Msg::Entries(entries) => {
            let told = news::kept_back(app, &entries);
            follow::fold(app, entries, now);
            for text in told {
                app.warn(text, now);
            }
        }
        Msg::Recorded(ids) => {
            undo::recorded(app, &ids, now);
            app.recorded = ids.first().copied();
            follow::show_own(app, now);
        }
        Msg::Failed(why) => {
            app.warn(why, now);
            app.telling.clear();
        }
        Msg::Told(text) => app.tell(text, now),
        Msg::Policy(incident, policy) => {
            let fact = Fact::PolicyAdopted { policy };
            match forms::propose(app, incident, fact, now) {
                Ok(wishes) => return vec![Effect::Record(wishes)],
                Err(why) => app.warn(why, now),
            }
        }
        Msg::Deliveries(deliveries) => {
            let deliveries = shared::with_ours(app, deliveries);
            news::deliveries(app, deliveries, now);
        }
        Msg::Read(source) => drop(app.awaits.remove(&source)),
        Msg::Shared(heard) => shared::heard(app, heard, now),
        Msg::DraftSaved(at) => {
            if let Some(composer) = &mut app.composer {
                composer.saved_at = Some(at);
            }
        }
        Msg::DraftSent(key) => app.drafts.forget(&key),
        Msg::Drafts(found) => app.drafts.read(found),
        Msg::Runbooks(runbooks) => app.runbooks = runbooks,
    }
    Vec::new()
}
