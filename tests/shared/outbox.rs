//! What a copy is told of that its server sends.

use super::{backend::Backend, copy::Copy};
use crate::faults::{NO_PROBES, receiver::Receiver};

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_sent_stays_in_the_outbox_of_whoever_follows_it() {
    let receiver = Receiver::start();
    let mut backend = Backend::on_a_file();
    let updates = "[updates]\nchannels = [\"board\"]\n";
    let channel = receiver.channel("board");
    backend
        .house
        .config(&format!("{NO_PROBES}{updates}{channel}"));
    let token = backend.token("bo");
    let client = backend.client("ada");
    backend.start();
    let file = backend.house.path().join("bo.db");
    let mut copy = Copy::open(&file, backend.address(), "prod", &token).await;
    copy.keep();

    client.done("declare slow --severity P3 --yes");
    client.done("update --yes --body hello");
    receiver.post().take();

    copy.is_told_of_a_sent("board").await;
}
