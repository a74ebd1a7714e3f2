//! An update: its composer, and the review that it leaves through.

use chrono::{DateTime, Utc};

use super::{Asking, Filled, Refused};
use crate::{
    domain::{
        entry::IncidentId,
        external,
        fact::{Fact, Update},
        incident::Incident,
        text::{Name, Text, Title},
        update::{Audience, Setting},
    },
    ui::{
        action::Action,
        app::{App, Mode, Pane},
        composer::{Composer, Source, Stale},
        format,
        msg::Effect,
        sheet::{Field, Gate, Sheet},
    },
};

/// Opens the composer, with the kept draft where there is one.
pub(super) fn compose(app: &mut App, audience: Audience, no_change: bool, now: DateTime<Utc>) {
    let Some(incident) = app.incident() else {
        return;
    };
    let is_open = |open: &Composer| open.incident == incident.id && open.audience == audience;
    if no_change {
        let channels = channels(app, audience);
        let mut composer = Composer::no_change(incident, channels, now);
        composer.key = app.drafts.new_key(incident.id, audience);
        app.composer = Some(composer);
    } else if !app.composer.as_ref().is_some_and(is_open) {
        let (incident, kept) = (incident.id, app.drafts.latest(incident.id, audience));
        let kept = kept.map(|kept| kept.key.clone());
        take_up(app, incident, audience, kept.as_deref(), now);
    }
    app.focus = Pane::Update;
    app.mode = Mode::Compose;
}

fn channels(app: &App, audience: Audience) -> &[Name] {
    match audience {
        Audience::Internal => &app.settings.inside,
        Audience::External => &app.settings.outside,
    }
}

/// Opens the draft under that key. One of another console may be open there:
/// its words are taken over, and it stays as it is.
fn take_up(
    app: &mut App,
    incident: IncidentId,
    audience: Audience,
    key: Option<&str>,
    now: DateTime<Utc>,
) {
    let Some(found) = app.board.get(incident) else {
        return;
    };
    let mut composer = Composer::new(found, audience, channels(app, audience), now);
    composer.key = app.drafts.new_key(incident, audience);
    let kept = key.and_then(|key| Some((key, app.drafts.get(key)?)));
    let mut text = None;
    if let Some((key, words)) = kept {
        composer.restore(words);
        if app.drafts.is_own(key) {
            key.clone_into(&mut composer.key);
        } else {
            composer.taken_from.push(Source::new(key, words));
            text = Some("this draft was left at another console: its words are taken over");
        }
    }
    let others = app.drafts.all(incident, audience);
    let others = others
        .filter(|other| Some(other.key.as_str()) != key)
        .count();
    app.composer = Some(composer);
    if others > 0 && text.is_none() {
        let key = app.keymap.key_of(Action::OtherDraft).unwrap_or_default();
        let drafts = format::count(others, "other draft is kept", "other drafts are kept");
        app.tell(format!("{drafts}: {key} shows the next"), now);
    } else if let Some(text) = text {
        app.tell(text, now);
    }
}

/// Shows the next of the drafts that are kept for this, and after the last the
/// first again. What was typed is kept, and is one of them.
pub(in crate::ui) fn other_draft(app: &mut App, now: DateTime<Utc>) {
    let Some(composer) = &app.composer else {
        return;
    };
    let (incident, audience) = (composer.incident, composer.audience);
    let shown = composer.taken_from.last().map(|source| &source.key);
    let all: Vec<String> = app
        .drafts
        .all(incident, audience)
        .map(|kept| kept.key.clone())
        .collect();
    let is_shown = |key: &String| *key == composer.key || Some(key) == shown;
    let place = all.iter().position(is_shown).map_or(0, |place| place + 1);
    let around = all.iter().cycle().skip(place).take(all.len());
    let next = around.into_iter().find(|key| !is_shown(key)).cloned();
    match next {
        Some(key) => take_up(app, incident, audience, Some(&key), now),
        None => app.tell("no other draft is kept for this", now),
    }
}

/// Shows exactly what will be sent, and asks for the word.
pub(super) fn ask_review(asking: &Asking<'_>) -> Result<Sheet, String> {
    let (composer, incident) = written(asking.app).map_err(|refused| refused.why)?;
    let sheet = match composer.audience {
        Audience::Internal => ask_sending(asking, composer, incident)?,
        Audience::External => asking
            .sheet("KEEP THE DRAFT OF {} FOR OUTSIDE", Gate::Yes)?
            .line(if external::asks_for_two(incident) {
                "Somebody else reads and approves it before it can be published."
            } else {
                "The commander reads and approves it before it can be published."
            }),
    };
    let stale = composer.stale(incident);
    Ok(stale.iter().fold(sheet.about(incident.id), offer))
}

fn ask_sending(
    asking: &Asking<'_>,
    composer: &Composer,
    incident: &Incident,
) -> Result<Sheet, String> {
    let may_tell = incident.may_tell();
    may_tell.map_err(|refusal| refusal.sentence)?;
    let update = composer.update(asking.now)?;
    let number = incident.state().updates.len() + 1;
    let title = format!("SEND UPDATE {number} OF {}", incident.label());
    let sheet = asking.guarded(&title)?;
    let sheet = meanwhile(composer, incident)
        .into_iter()
        .fold(sheet, Sheet::line);
    Ok(where_to(sheet, incident, &update))
}

fn where_to(sheet: Sheet, incident: &Incident, update: &Update) -> Sheet {
    if incident.is_sealed() {
        return sheet.line("A drill, or private: it is recorded, and nothing leaves.");
    }
    if update.channels.is_empty() {
        return sheet
            .line("No channel is ticked: post it yourself, then confirm here that you did.");
    }
    let channels: Vec<&str> = update.channels.iter().map(Text::as_str).collect();
    sheet
        .line(format!("Where     {}", channels.join(", ")))
        .line("Then a 10 second hold starts; u takes it back.")
}

/// Updates that were sent while this one was written, a line each.
fn meanwhile(composer: &Composer, incident: &Incident) -> Vec<String> {
    let known = composer.after.and_then(|id| incident.place(id));
    let updates = incident.state().updates.iter().enumerate();
    updates
        .filter(|(_, sent)| incident.place(sent.entry) > known)
        .map(|(place, sent)| {
            format!(
                "Update {} was sent meanwhile, by {} at {}: is yours still right?",
                place + 1,
                sent.by,
                format::clock_minutes(sent.at)
            )
        })
        .collect()
}

/// Asks which of the two is to be said, what holds now to begin with.
fn offer(sheet: Sheet, stale: &Stale) -> Sheet {
    let label = stale.label();
    sheet
        .line(format!(
            "The {} is {} by now, the draft says {}.",
            label.to_lowercase(),
            stale.now,
            stale.said
        ))
        .field(Field::choice(label, &stale.now, &[&stale.now, &stale.said]))
}

/// The composer that is open, and its incident.
fn written(app: &App) -> Result<(&Composer, &Incident), Refused> {
    let composer = app.composer.as_ref();
    let composer = composer.ok_or("there is nothing to send: write the update first")?;
    let incident = app.board.get(composer.incident);
    Ok((composer, incident.ok_or("the incident is gone")?))
}

/// What was written, with what was chosen in the review.
fn reviewed(app: &App, sheet: &Sheet) -> Result<Composer, Refused> {
    let (composer, incident) = written(app)?;
    let mut chosen = composer.clone();
    for stale in composer.stale(incident) {
        if sheet.value(stale.label()) == stale.now {
            chosen.freshen(&stale);
        }
    }
    Ok(chosen)
}

/// The update leaves the composer: recorded with its deliveries, all at once.
pub(super) fn review(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let composer = reviewed(filled.app, filled.sheet)?;
    let label = filled.app.board.get(composer.incident);
    let label = label.and_then(|incident| filled.app.board.label_in_updates(incident));
    let update = Update {
        label: label.map(|label| Title::lossy(&label)),
        ..composer.update(filled.now)?
    };
    let drafts = filled.app.drafts.done_with(&composer);
    let fact = match update.audience {
        Audience::Internal => Fact::UpdateSent(Box::new(update)),
        Audience::External => Fact::ExternalDrafted { form: update.form },
    };
    let mut effects = filled.record(fact)?;
    if let Some(Effect::Record(wishes)) = effects.pop() {
        effects.push(Effect::Send(wishes, drafts));
    }
    Ok(effects)
}

/// Quotes what would be sent from a review as it is filled in now.
pub(super) fn quote(app: &App, sheet: &mut Sheet, now: DateTime<Utc>) {
    if sheet.action != Action::Review {
        return;
    }
    let Ok(composer) = reviewed(app, sheet) else {
        return;
    };
    let (Ok(form), Some(incident)) = (composer.form(now), app.board.get(composer.incident)) else {
        return;
    };
    let label = app.board.label_in_updates(incident);
    sheet.quote = Some(match composer.audience {
        Audience::Internal => form.render(Setting {
            label: label.as_deref(),
            siren: true,
            now,
        }),
        Audience::External => format!("{}: {}\n\n{}", form.status, form.impact, form.body),
    });
}
