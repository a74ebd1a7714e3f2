//! Looking through what is longer than the screen: searching where there is a
//! search, and letters that are never carried out behind a list.

use warroom::{
    domain::{entry::IncidentId, fact::Fact, severity::Severity},
    ui::{
        app::{App, Mode, Pane},
        capability::Tier,
    },
};

use super::toast;
use crate::screen::fixture::{
    INCIDENT, Log, at, busy, console, declaration, incident_log, now, press, words_on,
};

const OTHER: IncidentId = IncidentId(uuid::Uuid::from_u128(0x2044));

/// Two incidents: the one of the mock-ups, and one about thumbnails.
fn two() -> App {
    let mut log: Log = incident_log();
    let other = declaration("Thumbnails are late", Severity::P3, at("14:00:00"));
    let other = Fact::Declared(Box::new(other));
    log.add(OTHER, at("14:00:30"), "kai", other);
    console(&log, true)
}

fn words(app: &App) -> String {
    words_on(app, (80, 24), Tier::Rich, now())
}

#[test]
fn the_history_is_searched_by_words_and_shows_what_fits() {
    let mut app = two();

    let (effects, later) = press(&mut app, "h/thumb late", now());
    let found = words(&app);
    press(&mut app, "\n\n", later);

    assert_eq!(effects, []);
    assert!(found.contains("Thumbnails are late"), "{found}");
    assert!(found.contains("1 of 3 · /thumb late"), "{found}");
    assert!(!found.contains("High latency  "), "{found}");
    assert!(matches!(app.mode, Mode::Browse));
    assert_eq!(app.shown, Some(OTHER));
}

#[test]
fn leaving_a_search_of_the_history_brings_all_of_it_back_first() {
    let mut app = two();

    let (_, later) = press(&mut app, "h/nothing like it", now());
    let none = words(&app);
    let (_, later) = press(&mut app, "\x1b", later);
    let all = words(&app);
    press(&mut app, "\x1b", later);

    assert!(none.contains("nothing fits"), "{none}");
    assert!(all.contains("Thumbnails are late"), "{all}");
    assert!(matches!(app.mode, Mode::Browse));
}

#[test]
fn a_letter_that_means_nothing_in_what_is_open_says_so_and_is_not_carried_out_behind_it() {
    for open in ["h", ":log\n", "w", "3\n"] {
        let mut app = busy();
        let (_, later) = press(&mut app, open, now());
        let focus = app.focus;

        let (effects, _) = press(&mut app, "2E", later);

        assert_eq!(effects, [], "{open:?}");
        assert!(
            !matches!(app.mode, Mode::Browse | Mode::Sheet(_)),
            "{open:?}"
        );
        assert_eq!(app.focus, focus);
        assert!(
            toast(&app).contains("E does nothing here"),
            "{}",
            toast(&app)
        );
    }
}

#[test]
fn of_several_warnings_the_line_says_how_many_and_where_all_are() {
    let mut app = busy();

    app.warn_all(
        vec!["one is off".to_owned(), "two is off".to_owned()],
        now(),
    );
    let line = words(&app);
    press(&mut app, ":warnings\n", now());

    let all = words(&app);
    assert!(
        line.contains("2 warnings, :warnings has them all"),
        "{line}"
    );
    assert!(
        all.contains("one is off") && all.contains("two is off"),
        "{all}"
    );
}

#[test]
fn one_address_is_one_link_and_the_later_name_counts() {
    let mut log = incident_log();
    for (name, url) in [
        ("board", "https://one.example/"),
        ("logs", "https://two.example/"),
        ("graphs", "https://one.example/"),
    ] {
        let (name, url) = (name.into(), url.into());
        log.add(INCIDENT, at("14:05:00"), "bo", Fact::Linked { name, url });
    }
    let mut app = console(&log, true);
    app.settings.links = vec![("traces".into(), "https://two.example/".into())];

    let links = warroom::ui::app::links(&app);

    let named = |wanted: &str| {
        let links = links.iter().filter(|(.., url)| url == wanted);
        links.map(|(_, name, _)| name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(named("https://one.example/"), ["graphs"]);
    assert_eq!(named("https://two.example/"), ["traces"]);
    assert_eq!(Pane::Links.title(), "LINKS");
}
