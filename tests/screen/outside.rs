//! Writing for people outside: what is offered works, and the rest is not offered.

use warroom::{
    domain::update::Audience,
    ui::{
        app::{App, update},
        capability::Tier,
    },
};

use super::fixture::{busy, ctrl, now, press, words_on};

fn writing(audience: Audience) -> App {
    let mut app = busy();
    let keys = match audience {
        Audience::Internal => "c",
        Audience::External => ":compose-outside\n",
    };
    press(&mut app, keys, now());
    let composer = app.composer.as_ref().expect("the composer is open");
    assert_eq!(composer.audience, audience);
    app
}

#[test]
fn what_is_for_people_inside_is_not_offered_in_news_for_outside() {
    for size in [(120, 40), (80, 24), (60, 20)] {
        let inside = words_on(&writing(Audience::Internal), size, Tier::Rich, now());
        let outside = words_on(&writing(Audience::External), size, Tier::Rich, now());

        assert!(inside.contains("^T insert"), "{inside}");
        assert!(!outside.contains("^T"), "{outside}");
    }
}

#[test]
fn the_key_says_why_it_does_nothing() {
    let mut app = writing(Audience::External);

    update(&mut app, ctrl('t'), now());

    let said = app.toast.map(|toast| toast.text).unwrap_or_default();
    assert!(said.contains("for people inside"), "{said}");
}

#[test]
fn the_smallest_screen_counts_the_fields_that_there_are() {
    let outside = words_on(&writing(Audience::External), (40, 8), Tier::Rich, now());

    assert!(outside.contains("Text, 4 of 4"), "{outside}");
}
