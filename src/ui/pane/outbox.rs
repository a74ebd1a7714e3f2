//! OUTBOX: every message on its way, and how it ended.

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        incident::Incident,
        notice::{Delivery, DeliveryState, Purpose},
    },
    ui::{
        app::{App, Pane},
        canvas::Canvas,
        format,
        msg::LinkState,
        theme::Role,
    },
};

/// `2 waiting`.
pub fn counts(app: &App) -> String {
    let count = |state: DeliveryState| {
        app.deliveries
            .iter()
            .filter(|delivery| delivery.state == state)
            .count()
    };
    let waiting = count(DeliveryState::Queued) + count(DeliveryState::InFlight);
    let parts = [
        (waiting, "waiting"),
        (count(DeliveryState::Dead), "dead"),
        (count(DeliveryState::Uncertain), "uncertain"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, word)| *count > 0 || *word == "waiting")
        .map(|(count, word)| format!("{count} {word}"))
        .chain(as_of(app))
        .collect();
    parts.join(" · ")
}

/// `as of 14:02Z`, on a copy that is cut off: who sends is the server.
fn as_of(app: &App) -> Option<String> {
    let LinkState::Offline { since, .. } = &app.shared.link.state else {
        return None;
    };
    let heard = app.shared.link.heard_at.unwrap_or(*since);
    Some(format!("as of {}", format::clock_minutes(heard)))
}

/// What did not arrive of the incident on the screen and of those that go on:
/// dead, in doubt, or tried in vain so far. Pages first, the newest first.
pub fn failing(app: &App) -> Vec<&Delivery> {
    let counts = |delivery: &&Delivery| {
        let of = delivery.intent.incident;
        let goes_on = |incident: &Incident| incident.is_active();
        app.shown == Some(of) || app.board.get(of).is_some_and(goes_on)
    };
    let mut failing: Vec<&Delivery> = app
        .deliveries
        .iter()
        .filter(|delivery| is_failing(delivery))
        .filter(counts)
        .collect();
    failing.sort_by_key(|delivery| delivery.intent.purpose != Purpose::Page);
    failing
}

fn is_failing(delivery: &Delivery) -> bool {
    match delivery.state {
        DeliveryState::Dead | DeliveryState::Uncertain => true,
        DeliveryState::Queued => delivery.attempts > 0,
        DeliveryState::InFlight | DeliveryState::Sent | DeliveryState::Cancelled => false,
    }
}

/// `dead`, `uncertain`, `retrying`: how one that fails stands, in a word.
pub const fn trouble(delivery: &Delivery) -> &'static str {
    match delivery.state {
        DeliveryState::Queued => "retrying",
        DeliveryState::InFlight
        | DeliveryState::Sent
        | DeliveryState::Uncertain
        | DeliveryState::Dead
        | DeliveryState::Cancelled => delivery.word(),
    }
}

/// Draws the pane.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    if app.deliveries.is_empty() {
        let text = match as_of(app) {
            Some(when) => format!("nothing was sent, {when}: the server can't be asked"),
            None => "nothing was sent yet".to_owned(),
        };
        canvas.text(2, 0, Role::Muted, &text);
        return;
    }
    let focused = app.focus == Pane::Outbox;
    let chosen = app.row(Pane::Outbox);
    let height = usize::from(canvas.height());
    let first = if focused {
        chosen.saturating_sub(height.saturating_sub(1))
    } else {
        0
    };
    for (y, delivery) in (0..canvas.height()).zip(app.deliveries.iter().skip(first)) {
        let text = format!("{}{}", whence(app, delivery), words(delivery, now));
        draw_row(delivery, &text, canvas, y);
        if focused && first + usize::from(y) == chosen {
            canvas.paint_row(y, Role::Select);
        }
    }
}

/// What sets it apart: `INC-2: ` where it is about another incident than the
/// one on the screen, `from here: ` where it was sent in the server's place.
fn whence(app: &App, delivery: &Delivery) -> String {
    let other = app.board.get(delivery.intent.incident);
    let other = other.filter(|about| Some(about.id) != app.shown);
    let other = other.map(|about| format!("{}: ", about.label()));
    let here = app.shared.is_from_here(delivery);
    let here = if here { "from here: " } else { "" };
    format!("{}{here}", other.unwrap_or_default())
}

fn draw_row(delivery: &Delivery, text: &str, canvas: &mut Canvas<'_, '_>, y: u16) {
    let role = match delivery.state {
        DeliveryState::Sent => Role::Ok,
        DeliveryState::Queued | DeliveryState::InFlight => Role::Normal,
        DeliveryState::Uncertain => Role::Warn,
        DeliveryState::Dead => Role::Bad,
        DeliveryState::Cancelled => Role::Off,
    };
    canvas.text(1, y, Role::Muted, delivery.intent.purpose.word());
    canvas.text(8, y, Role::Muted, &format::time(delivery.created_at));
    canvas.clipped(18, y, Role::Normal, &delivery.intent.channel, 12);
    let room = canvas.width().saturating_sub(32);
    canvas.clipped(31, y, role, text, room);
}

/// How it stands, in words.
pub fn words(delivery: &Delivery, now: DateTime<Utc>) -> String {
    let repeat = if delivery.may_be_repeat() {
        ", possible repeat"
    } else {
        ""
    };
    match (delivery.state, delivery.sent_at) {
        (DeliveryState::Sent, Some(at)) => format!(
            "sent after {}{repeat}",
            format::short(at - delivery.created_at)
        ),
        (DeliveryState::Queued, _)
            if delivery.attempts == 0 && delivery.intent.not_before > now =>
        {
            format!(
                "leaves in {}: u takes it back",
                format::countdown(delivery.intent.not_before - now)
            )
        }
        (DeliveryState::Queued, _) if delivery.attempts > 0 => {
            format!(
                "try {} at {}: {}",
                delivery.attempts + 1,
                format::time(delivery.next_at),
                delivery.last_error
            )
        }
        (DeliveryState::Uncertain, _) if delivery.is_held() => delivery.last_error.to_string(),
        (DeliveryState::Dead | DeliveryState::Uncertain | DeliveryState::Cancelled, _) => {
            format!("{}: {}{repeat}", delivery.state.word(), delivery.last_error)
        }
        (state, _) => format!("{}{repeat}", state.word()),
    }
}
