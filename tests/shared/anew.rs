//! A server whose log was lost, and that begins another one at its address:
//! nobody is locked out of what they have, until one of them gives it all that.

use super::{
    backend::{Backend, synced},
    in_place,
};
use crate::{cli::house::House, faults::receiver::Receiver};

/// Begins another log, with a new token for ada.
fn is_made_anew(backend: &mut Backend, ada: &House) {
    backend.loses_its_log();
    backend.leads(ada, backend.address(), "ada");
    backend.start();
}

#[test]
fn what_is_here_is_read_and_added_to_until_the_new_log_is_given_all_of_it() {
    let mut backend = Backend::on_a_file();
    let copy = backend.client("ada");
    backend.start();
    copy.done("declare down --severity P3");
    synced(&copy);
    backend.end();
    is_made_anew(&mut backend, &copy);

    // What is recorded is kept, and is not for the team.
    for (line, code) in [
        ("list", 0),
        ("note meanwhile", 3),
        ("ack", 3),
        ("timeline", 0),
    ] {
        let said = copy.say(line);
        assert_eq!(said.code, code, "{line}: {said:?}");
        let told = format!("the server at {} was made anew", backend.address());
        assert_eq!(said.err.matches(&told).count(), 1, "{said:?}");
        assert!(said.err.contains("`warroom attach`"), "{said:?}");
    }
    assert!(copy.done("timeline").out.contains("meanwhile"));
    assert_eq!(backend.done("export").out, "");
    let asked = copy.say("attach");
    assert_eq!(asked.code, 5, "{asked:?}");

    copy.done("attach --yes");
    let log = backend.agree(&[copy]);
    assert!(log.contains("meanwhile"), "{log}");
}

#[test]
fn a_copy_pages_in_its_place_until_it_knows_what_is_due() {
    let receiver = Receiver::start();
    let (mut backend, client) = in_place::away(&receiver);
    is_made_anew(&mut backend, &client);

    let mut standing_in = in_place::in_place(&client);

    receiver.post().take();
    // What left has to be known to have left.
    while client.say("attach --yes").code != 0 {}
    assert_eq!(standing_in.ended(), Some(0), "{}", standing_in.said());
}
