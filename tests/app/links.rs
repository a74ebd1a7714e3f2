//! Where to look: letters that work, and addresses that fill what has none.

use warroom::{
    domain::{link, text::Name},
    ui::{
        app::{App, Settings, links},
        keymap::Keymap,
        msg::Effect,
    },
};

use super::toast;
use crate::screen::fixture::{busy, now, press};

fn with_link(name: &str, address: &str) -> App {
    let mut app = busy();
    let url = link::read(address).expect("an address");
    let settings = Settings {
        links: vec![(Name::from(name), url)],
        ..app.settings.clone()
    };
    app.take_up(settings, Keymap::built_in());
    app
}

#[test]
fn every_link_has_a_letter_of_its_own_and_none_has_that_of_the_first_row() {
    let app = with_link("wiki", "https://wiki.example/ops");

    let letters: Vec<char> = links(&app).iter().filter_map(|it| it.0).collect();
    let mut alone = letters.clone();
    alone.sort_unstable();
    alone.dedup();

    assert_eq!(letters.len(), links(&app).len());
    assert_eq!(letters.len(), alone.len(), "{letters:?}");
    assert!(!letters.contains(&'g'), "{letters:?}");
}

#[test]
fn a_link_of_the_configuration_fills_that_of_the_policy_whatever_its_case() {
    let before = links(&busy()).len();
    let mut app = with_link("grafana", "https://grafana.example/d/1");

    let found = links(&app);
    let (letter, name, url) = found[0].clone();
    let letter = letter.expect("it has a letter");
    let (effects, _) = press(&mut app, &format!("g{letter}"), now());

    assert_eq!(found.len(), before);
    assert_eq!(name, "Grafana");
    assert_eq!(effects, [Effect::Copy(url)], "{}", toast(&app));
}
