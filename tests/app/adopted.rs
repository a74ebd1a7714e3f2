//! A policy that is read to be adopted in an incident.

use warroom::ui::{
    app::update,
    msg::{Effect, Msg},
};

use super::toast;
use crate::screen::fixture::{busy, now};

#[test]
fn the_policy_that_was_read_is_adopted_where_it_is_another_one() {
    let mut app = busy();
    let incident = app.incident().unwrap();
    let (id, same) = (incident.id, incident.policy().to_toml());
    let mut other = incident.policy().clone();
    other.update.place = "#elsewhere".into();

    let unchanged = update(&mut app, Msg::Policy(id, same), now());

    assert_eq!(unchanged, []);
    assert!(
        toast(&app).contains("the policy is the same"),
        "{}",
        toast(&app)
    );
    let changed = update(&mut app, Msg::Policy(id, other.to_toml()), now());
    assert!(
        matches!(changed.as_slice(), [Effect::Record(_)]),
        "{changed:?}"
    );
}
