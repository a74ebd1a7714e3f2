//! What a copy says of how things stand, with its server and without.

use super::backend::Backend;

#[test]
fn status_says_that_the_server_is_away_since_when_and_who_pages() {
    let mut backend = Backend::on_a_file();
    let client = backend.client("ada");
    backend.start();
    client.done("declare down --severity P2 --yes");
    let before = client.json("status");
    assert_eq!(before["server"]["state"], "in_touch", "{before}");
    backend.kill();

    let said = client.done("status");
    let json = client.json("status");

    let line = |about: &str| {
        let mut lines = said.out.lines();
        let line = lines.find(|line| line.starts_with(about));
        line.unwrap_or_else(|| panic!("{about}: {said:?}"))
            .to_owned()
    };
    assert!(
        line("server: ").contains(" is away, last heard at "),
        "{said:?}"
    );
    assert!(line("health: ").starts_with("health: as of "), "{said:?}");
    let engine = line("engine: ");
    assert!(engine.contains("if it lives"), "{engine}");
    assert!(engine.contains("nobody pages from here"), "{engine}");
    assert_eq!(json["server"]["state"], "away", "{json}");
    assert!(json["server"]["heard_at"].is_string(), "{json}");
    assert!(json["engine"].is_null(), "{json}");
}
