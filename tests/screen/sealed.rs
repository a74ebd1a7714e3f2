//! Who is reached by what one does in a drill and in a private incident: nobody,
//! and every place that would name somebody says so.

use warroom::{
    domain::{
        fact::{Declaration, Fact},
        severity::Severity,
    },
    ui::{
        action::Action,
        app::{App, act},
        capability::Tier,
    },
};

use super::fixture::{INCIDENT, Log, POLICY, at, console, declaration, press, words_on};

/// Who is called where a private incident is overdue.
const NUMBER: &str = "+49 30 901820";

fn sealed(drill: bool) -> App {
    let mut log = Log::default();
    let named = "person = \"bo\"\n";
    let policy = POLICY.replace(named, &format!("{named}phone = \"{NUMBER}\"\n"));
    let declared = Declaration {
        drill,
        private: !drill,
        policy,
        ..declaration("A leak", Severity::P1, at("13:14:22"))
    };
    let declared = Fact::Declared(Box::new(declared));
    log.add(INCIDENT, at("13:14:30"), "ana", declared);
    console(&log, false)
}

fn words(app: &App) -> String {
    words_on(app, (120, 40), Tier::Rich, at("13:16:00"))
}

#[test]
fn the_question_before_an_escalation_says_whom_to_call_of_a_private_incident() {
    let mut app = sealed(false);

    let (effects, _) = press(&mut app, "E", at("13:15:00"));
    let asked = words(&app);
    let (done, _) = press(&mut app, "escalate\n", at("13:16:00"));

    assert_eq!(effects, []);
    assert!(!asked.contains("Pages bo"), "{asked}");
    assert!(
        asked.contains("call bo") && asked.contains(NUMBER),
        "{asked}"
    );
    let told = crate::app::facts(&done);
    assert!(
        matches!(&told[..], [Fact::Escalated { by_hand: true, via, .. }] if via.is_empty()),
        "{told:?}"
    );
}

#[test]
fn the_question_before_an_escalation_says_that_nothing_leaves_a_drill() {
    let mut app = sealed(true);

    press(&mut app, "E", at("13:15:00"));

    let asked = words(&app);
    assert!(!asked.contains("Pages bo"), "{asked}");
    assert!(asked.contains("A drill: nothing leaves"), "{asked}");
}

#[test]
fn the_ladder_says_by_hand_of_a_private_incident_and_nothing_leaves_of_a_drill() {
    for (drill, says) in [
        (false, "by hand: call bo (+49 30"),
        (true, "nothing leaves"),
    ] {
        let mut app = sealed(drill);

        press(&mut app, "5z", at("13:15:00"));

        let ladder = words(&app);
        assert!(ladder.contains(says), "{ladder}");
        let pages = ladder.contains("page bo by pager");
        assert!(!pages, "{ladder}");
    }
}

#[test]
fn nobody_can_be_paged_about_a_private_incident() {
    let mut app = sealed(false);

    act(&mut app, Action::Page, "", at("13:15:00"));

    let said = app.toast.map(|toast| toast.text).unwrap_or_default();
    assert!(
        said.contains("private") && said.contains("call them"),
        "{said}"
    );
}

#[test]
fn a_page_in_a_drill_says_before_and_after_that_nothing_leaves() {
    let mut app = sealed(true);

    act(&mut app, Action::Page, "", at("13:15:00"));
    let asked = words(&app);
    let mut log = Log::default();
    let drill = Declaration {
        drill: true,
        ..declaration("A leak", Severity::P1, at("13:14:22"))
    };
    log.add(
        INCIDENT,
        at("13:14:30"),
        "ana",
        Fact::Declared(Box::new(drill)),
    );
    let page = Fact::Paged {
        person: "bo".into(),
        text: "come".into(),
        via: vec!["pager".into()],
    };
    log.add(INCIDENT, at("13:15:00"), "ana", page);
    let done = words(&console(&log, false));

    assert!(asked.contains("nothing leaves"), "{asked}");
    assert!(done.contains("bo, but nothing leaves"), "{done}");
}
