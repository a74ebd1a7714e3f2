//! What load balancers and Prometheus are told.

use std::{
    collections::{BTreeMap, HashSet},
    process::{Command, Stdio},
};

use sqlx::{Connection as _, SqliteConnection};

use super::served::{Served, house, token};

#[test]
fn a_server_with_an_engine_and_a_log_is_alive_and_ready() {
    let house = house();
    let served = Served::start(&house, "");

    assert_eq!(served.get("/healthz", None).json()["status"], "alive");
    let ready = served.until("/readyz", None, 200);
    assert_eq!(ready.json()["status"], "ready");
}

#[tokio::test]
async fn a_log_that_takes_nothing_is_a_reason_not_to_be_ready() {
    let house = house();
    let served = Served::start(&house, "");
    served.until("/readyz", None, 200);
    let path = house.path().join(".local/share/warroom/local.db");
    let url = format!("sqlite://{}", path.display());
    let mut other = SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut other)
        .await
        .unwrap();

    let refused = served.until("/readyz", None, 503);

    let detail = refused.json()["detail"].to_string();
    assert_eq!(refused.code(), "not_ready");
    assert!(detail.contains("the log of local"), "{detail}");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(served.get("/healthz", None).status, 200);
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    served.until("/readyz", None, 200);
}

#[test]
fn the_page_for_prometheus_is_one_that_it_takes() {
    let house = house();
    let secret = token(&house, "prometheus", "read");
    house.run(["declare", "checkout is down", "--severity", "P2"]);
    let served = Served::start(&house, "");
    served.until("/readyz", None, 200);
    served.get("/no/such/thing", None);
    served.get("/metrics", Some(&secret));

    let page = served.get("/metrics", Some(&secret));

    let found = Page::read(&page.body);
    let is = |series: &str| found.0.get(series).copied();
    assert_eq!(is("warroom_log_entries{workspace=\"local\"}"), Some(1.0));
    assert_eq!(is("warroom_tokens"), Some(1.0));
    assert_eq!(is("warroom_followers_waiting"), Some(0.0));
    let lost = "warroom_http_requests_total{method=\"other\",route=\"other\",status=\"404\"}";
    assert_eq!(is(lost), Some(1.0));
    let dead = "warroom_deliveries{workspace=\"local\",state=\"dead\"}";
    assert_eq!(is(dead), Some(0.0));
    assert!(is("warroom_engine_age_seconds").is_some_and(|age| age < 30.0));
    let version = env!("CARGO_PKG_VERSION");
    let build = format!("warroom_build_info{{version=\"{version}\"}}");
    assert_eq!(is(&build), Some(1.0));
    promtool(&page.body);
}

#[test]
fn what_strangers_ask_for_makes_no_new_series() {
    let house = house();
    let secret = token(&house, "prometheus", "read");
    let served = Served::start(&house, "");

    for n in 0..50 {
        served.get(&format!("/v1/ws/{n}/\u{7}{n}"), None);
        served.get(&format!("/{n}"), None);
    }

    let page = served.get("/metrics", Some(&secret)).body;
    let requests = page
        .lines()
        .filter(|line| line.starts_with("warroom_http_requests_total"));
    assert!(requests.count() <= 3, "{page}");
}

/// Every series with its value; refuses what Prometheus would.
struct Page(BTreeMap<String, f64>);

impl Page {
    fn read(text: &str) -> Self {
        let mut kinds: BTreeMap<&str, &str> = BTreeMap::new();
        let (mut helped, mut found) = (HashSet::new(), BTreeMap::new());
        assert!(text.ends_with('\n'), "the last line has no end");
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, help) = rest.split_once(' ').expect("a help has words");
                assert!(helped.insert(name) && help.ends_with('.'), "{line}");
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').expect("a type has a word");
                assert!(helped.contains(name), "{line}: no help came first");
                assert!(kinds.insert(name, kind).is_none(), "{line}: twice");
                assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            } else {
                let (series, value) = line.rsplit_once(' ').expect("a sample has a value");
                let name = series.split('{').next().expect("there is a first");
                let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| {
                    name.strip_suffix(end)
                        .filter(|base| kinds.contains_key(base))
                });
                assert!(kinds.contains_key(base.unwrap_or(name)), "{line}: no type");
                let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
                assert!(value.is_finite() && value >= 0.0, "{line}");
                assert!(
                    found.insert(series.to_owned(), value).is_none(),
                    "{line}: twice"
                );
            }
        }
        let page = Self(found);
        page.histograms();
        page
    }

    /// Buckets rise, and the last is the count.
    fn histograms(&self) {
        for (series, count) in &self.0 {
            let Some((name, labels)) = series.split_once("_count{") else {
                continue;
            };
            let labels = labels.trim_end_matches('}');
            let start = format!("{name}_bucket{{{labels},le=\"");
            let buckets = self.0.iter().filter_map(|(series, value)| {
                let end = series.strip_prefix(&start)?.trim_end_matches("\"}");
                Some((end.replace("+Inf", "inf").parse::<f64>().unwrap(), *value))
            });
            let mut buckets: Vec<(f64, f64)> = buckets.collect();
            buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
            assert!(buckets.is_sorted_by_key(|bucket| bucket.1), "{series}");
            assert_eq!(buckets.last(), Some(&(f64::INFINITY, *count)), "{series}");
        }
    }
}

/// Prometheus's own judgement, where it is installed.
fn promtool(page: &str) {
    let mut command = Command::new("promtool");
    command.args(["check", "metrics"]).stdin(Stdio::piped());
    let Ok(mut child) = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
    else {
        return;
    };
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), page.as_bytes()).unwrap();
    let said = child.wait_with_output().unwrap();
    assert!(said.status.success(), "{said:?}\n{page}");
    assert!(said.stdout.is_empty() && said.stderr.is_empty(), "{said:?}");
}
