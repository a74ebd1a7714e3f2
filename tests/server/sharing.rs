//! While another process holds the log's lock: who waits, and who need not.

use std::sync::Arc;

use futures::{StreamExt as _, stream::FuturesUnordered};
use serde_json::{Value, json};
use sqlx::{ConnectOptions as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{EVENTS, House, declared, note, results};

/// Another program that writes to the same file.
struct Other(SqliteConnection);

impl Other {
    async fn holding_the_lock(house: &House) -> Self {
        let file = SqliteConnectOptions::new().filename(house.log.path());
        let mut other = Self(file.connect().await.unwrap());
        other.run("BEGIN IMMEDIATE").await;
        other
    }

    async fn run(&mut self, sql: &'static str) {
        sqlx::raw_sql(sql).execute(&mut self.0).await.unwrap();
    }

    /// How many transactions the log has seen.
    async fn writes(&mut self) -> i64 {
        let writes = sqlx::query_scalar("SELECT writes FROM head");
        writes.fetch_one(&mut self.0).await.unwrap()
    }
}

async fn posts_that_wait(house: &Arc<House>, count: u128) -> Vec<tokio::task::JoinHandle<Value>> {
    let post = |n| {
        let house = Arc::clone(house);
        tokio::spawn(async move { house.post(&[note(n, "news")]).await })
    };
    let waiting = (100..100 + count).map(post).collect();
    while house.workspace().posts() < usize::try_from(count).unwrap() {
        tokio::task::yield_now().await;
    }
    waiting
}

#[tokio::test]
async fn posts_that_wait_for_the_disk_share_a_commit_and_each_hears_of_its_own() {
    let house = Arc::new(House::open().await);
    let mut other = Other::holding_the_lock(&house).await;
    let before = other.writes().await;

    let waiting = posts_that_wait(&house, 40).await;
    other.run("ROLLBACK").await;

    let mut numbers = Vec::new();
    for one in waiting {
        numbers.extend(results(&one.await.unwrap()));
    }
    numbers.sort_unstable();
    let mut wanted: Vec<String> = (1..=40).map(|n| format!("appended {n}")).collect();
    wanted.sort_unstable();
    assert_eq!(numbers, wanted);
    // The first had begun when the others came; they went together.
    let commits = other.writes().await - before;
    assert!(commits <= 2, "{commits} commits");
}

#[tokio::test]
async fn reading_goes_on_while_posts_wait() {
    let house = Arc::new(House::open().await);
    house.post(&[declared(1)]).await;
    let mut other = Other::holding_the_lock(&house).await;
    let waiting = posts_that_wait(&house, 3).await;

    let incidents = house.get("/v1/ws/prod/incidents").await;
    let page = house.get(EVENTS).await;

    assert_eq!(incidents.as_array().unwrap().len(), 1);
    assert_eq!(page["head"], json!(1));
    assert!(waiting.iter().all(|one| !one.is_finished()));
    other.run("ROLLBACK").await;
    for one in waiting {
        one.await.unwrap();
    }
}

#[tokio::test]
async fn too_much_that_waits_is_told_to_come_back() {
    let house = Arc::new(House::open().await);
    let mut other = Other::holding_the_lock(&house).await;
    let large = format!("{{\"events\":[]{}}}", " ".repeat(1_000_000));
    let first = tokio::spawn({
        let house = Arc::clone(&house);
        async move { house.post(&[note(1, "first")]).await }
    });

    let posts = (0..80).map(|_| house.post_raw(large.clone()));
    let mut answers = posts.collect::<FuturesUnordered<_>>();
    // Nothing is saved meanwhile, so whoever is answered did not get in.
    let refused = answers.next().await.unwrap();
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));

    other.run("ROLLBACK").await;
    while answers.next().await.is_some() {}
    first.await.unwrap();
}
