//! Drafts: what was typed at any console is never lost, and is found again.

use chrono::{DateTime, TimeDelta, Utc};
use warroom::{
    domain::text::Name,
    ui::{
        app::{App, update},
        keymap::Keymap,
        msg::{Effect, Msg},
    },
};

use crate::screen::fixture::{blank, ctrl, incident_log, now, press, settings};

/// What is on disk, as the store keeps it: the last one saved at the end.
#[derive(Default)]
struct Disk(Vec<(String, String)>);

impl Disk {
    fn write(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::SaveDraft(key, text) => {
                    self.drop(&key);
                    self.0.push((key, text));
                }
                Effect::Send(_, keys) => keys.iter().for_each(|key| self.drop(key)),
                _ => {}
            }
        }
    }

    fn drop(&mut self, key: &str) {
        self.0.retain(|(known, _)| known != key);
    }

    /// A console that was started later, and has read what is there.
    fn console(&self, who: &str, later: i64) -> App {
        self.process(who, later, 7)
    }

    fn process(&self, who: &str, later: i64, pid: u32) -> App {
        let mut settings = settings();
        (settings.me, settings.pid) = (Name::from(who), pid);
        let started = now() - TimeDelta::minutes(60 - later);
        let mut app = App::new(settings, Keymap::built_in(), blank().panel, started);
        update(&mut app, Msg::Entries(incident_log().entries()), now());
        update(&mut app, Msg::Drafts(self.0.clone()), now());
        app
    }

    /// Types into the composer of `app`, and keeps what it asks for.
    fn typed(&mut self, app: &mut App, keys: &str) -> DateTime<Utc> {
        let (effects, when) = press(app, keys, now());
        self.write(effects);
        when
    }
}

fn body(app: &App) -> String {
    app.composer.as_ref().unwrap().body.text()
}

const BODY: &str = "c\t\t\t\t\t";

/// Also when one key of a multiplexer began both of them at the same moment.
#[test]
fn two_consoles_that_write_at_a_time_both_keep_their_words() {
    for (later, pid) in [(1, 7), (0, 8)] {
        let mut disk = Disk::default();
        let (mut one, mut two) = (disk.console("ana", 0), disk.process("ana", later, pid));

        disk.typed(&mut one, &format!("{BODY}from the first"));
        disk.typed(&mut two, &format!("{BODY}from the second"));

        let texts: String = disk.0.iter().map(|(_, text)| text.as_str()).collect();
        assert!(texts.contains("from the first"), "{texts}");
        assert!(texts.contains("from the second"), "{texts}");
    }
}

#[test]
fn what_a_console_left_that_was_killed_is_taken_over_by_the_next() {
    let mut disk = Disk::default();
    let mut killed = disk.console("ana", 0);
    disk.typed(&mut killed, &format!("{BODY}half a sentence"));

    let mut next = disk.console("ana", 1);
    disk.typed(&mut next, "c");

    assert_eq!(body(&next), "half a sentence");
    let said = next.messages.last().unwrap();
    assert!(said.text.contains("left at another console"), "{said:?}");
}

#[test]
fn what_was_taken_over_is_forgotten_with_its_source_once_it_is_sent() {
    let mut disk = Disk::default();
    let mut killed = disk.console("ana", 0);
    disk.typed(&mut killed, &format!("{BODY}half a sentence"));
    let mut second = disk.console("ana", 1);
    disk.typed(&mut second, "c\t\t\t\t\t and more\x1b");
    assert_eq!(disk.0.len(), 2);

    let mut third = disk.console("ana", 2);
    let when = disk.typed(&mut third, "c\x12");
    let (effects, _) = press(&mut third, "send\n", when);
    disk.write(effects);

    assert_eq!(disk.0, []);
}

#[test]
fn a_source_that_somebody_went_on_with_is_kept() {
    let mut disk = Disk::default();
    let mut one = disk.console("ana", 0);
    disk.typed(&mut one, &format!("{BODY}half"));
    let mut two = disk.console("ana", 1);
    let when = disk.typed(&mut two, "c");
    disk.typed(&mut one, " a sentence");
    update(&mut two, Msg::Drafts(disk.0.clone()), when);

    let when = disk.typed(&mut two, "\x12");
    let (effects, _) = press(&mut two, "send\n", when);
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Send(..)))
    );
    disk.write(effects);

    assert_eq!(disk.0.len(), 1, "{:?}", disk.0);
    assert!(disk.0[0].1.contains("half a sentence"), "{:?}", disk.0);
}

#[test]
fn a_draft_of_somebody_else_is_offered_and_not_put_in_their_place() {
    let mut disk = Disk::default();
    let mut bo = disk.console("bo", 0);
    disk.typed(&mut bo, &format!("{BODY}words of bo"));
    let mut ana = disk.console("ana", 1);

    disk.typed(&mut ana, BODY);
    assert_eq!(body(&ana), "");
    let said = ana.messages.last().unwrap().text.clone();
    assert!(said.contains("1 other draft is kept: ^X shows"), "{said}");
    disk.typed(&mut ana, "mine");
    update(&mut ana, ctrl('x'), now());

    assert_eq!(body(&ana), "words of bo");
    update(&mut ana, ctrl('x'), now());
    assert_eq!(body(&ana), "mine");
}

#[test]
fn the_key_that_repeats_the_last_update_loses_no_draft() {
    let mut disk = Disk::default();
    let mut app = disk.console("ana", 0);
    disk.typed(&mut app, &format!("{BODY}half a sentence\x1b"));

    disk.typed(&mut app, "C\t\t\t\t\t and more\x1b");

    let texts: Vec<&str> = disk.0.iter().map(|(_, text)| text.as_str()).collect();
    assert!(
        texts.iter().any(|text| text.contains("half a sentence")),
        "{texts:?}"
    );
    assert!(
        texts.iter().any(|text| text.contains("and more")),
        "{texts:?}"
    );
}
