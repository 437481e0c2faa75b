//! A history in a real PostgreSQL: what comes out is what went in.
//!
//! `.ci/services` starts a server and names it in `BENCHPAGES_TEST_POSTGRES`. Each test has a
//! schema of its own there.

use postgres::{Client, NoTls};
use serde_json::{Value, json};

use crate::support::{
    Answer, History, NOW, Site, answer, assert_same_site, commit, days, lines, program, record,
    scenario, suite, with,
};

/// A schema of the test server.
struct Schema {
    url: String,
}

impl Schema {
    fn new(name: &str) -> Self {
        let server = std::env::var("BENCHPAGES_TEST_POSTGRES")
            .unwrap_or_else(|_| panic!("no PostgreSQL: run these tests with .ci/services"));
        let mut client = Client::connect(&server, NoTls).unwrap();
        client
            .batch_execute(&format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}"))
            .unwrap();
        Self { url: format!("{server}?options=-csearch_path%3D{name}") }
    }

    fn client(&self) -> Client {
        Client::connect(&self.url, NoTls).unwrap()
    }

    fn count(&self, table: &str) -> i64 {
        self.client().query_one(&format!("SELECT count(*) FROM {table}"), &[]).unwrap().get(0)
    }

    fn export(&self, history: &History) -> String {
        let mut command = program();
        command.args(["export", "postgres", "--demo", "--now", NOW, "--url", &self.url]);
        let answer = answer(command.arg("--data").arg(history.data()));
        assert_eq!(answer.status, 0, "{}", answer.err);
        answer.err
    }

    fn run(&self, arguments: &[&str]) -> Answer {
        answer(program().args(arguments).args(["--demo", "--now", NOW, "--data", &self.url]))
    }

    fn build(&self, history: &History, more: &[&str]) -> Site {
        let out = history.data().with_file_name("site-of-database");
        let built = self.run(&[&["build", "--out", out.to_str().unwrap()], more].concat());
        assert_eq!(built.status, 0, "{}", built.err);
        Site { root: out }
    }
}

fn assert_same(schema: &Schema, history: &History, more: &[&str]) {
    let directory = history.site(&[&["--demo"], more].concat()).snapshot();
    let database = schema.build(history, more).snapshot();
    assert_same_site(&directory, &database, "a database and its directory");
}

#[test]
fn a_site_of_a_database_has_the_bytes_of_that_of_its_directory() {
    let schema = Schema::new("same_story");
    let story = scenario("story", &["--demo"]).history;
    schema.export(&story);
    assert_same(&schema, &story, &[]);
    let schema = Schema::new("same_hostile");
    let hostile = scenario("hostile", &["--demo"]).history;
    schema.export(&hostile);
    assert_same(&schema, &hostile, &[]);
}

#[test]
fn arrays_repeats_pull_requests_notes_and_the_archive_come_back() {
    let history = History::copy_of(&suite().join("samples/pcs"));
    let mut records = days(&[100.0, 101.0, 99.0]);
    records.push(records[2].clone());
    history.file("results/array.json", serde_json::to_string_pretty(&records).unwrap());
    let odd = json!({"test": "\u{0}nul\ttab\\N", "odd": "\u{0}", "mean_ns": 1e300});
    history.file("pulls/7.ndjson", lines(&[with(records[0].clone(), odd)]));
    history.file("archive/old.ndjson", lines(&[record("0ld", "2024-01-01T00:00:00Z", 7.5)]));
    history.file("notes/a.md", "---\ndate: 2025-09-02\n---\nA note.\n");
    let schema = Schema::new("all_files");
    schema.export(&history);
    assert_same(&schema, &history, &[]);
    assert_same(&schema, &history, &["--with-archive"]);
    let pulls =
        schema.client().query("SELECT benchmark_name FROM benchmark_results WHERE pull = 7", &[]);
    assert_eq!(pulls.unwrap()[0].get::<_, String>(0), "\u{fffd}nul\ttab\\N");
}

#[test]
fn writing_again_adds_only_what_is_new() {
    let schema = Schema::new("upsert");
    let history = History::new();
    let mut records = days(&[100.0, 101.0, 99.0]);
    history.records(&records);
    assert!(schema.export(&history).contains("3 records, 3 of them new"));
    let ids = "SELECT id, record FROM benchmark_results ORDER BY id";
    let rows = |schema: &Schema| -> Vec<(i64, String)> {
        schema.client().query(ids, &[]).unwrap().iter().map(|it| (it.get(0), it.get(1))).collect()
    };
    let before = rows(&schema);
    assert!(schema.export(&history).contains("3 records, 0 of them new"));
    assert_eq!(rows(&schema), before);
    records.insert(0, record("abc1234", "2025-08-31T00:00:00Z", 98.0));
    history.records(&records).file("results/more.ndjson", lines(&records[..1]));
    assert!(schema.export(&history).contains("5 records, 2 of them new"));
    assert_eq!(rows(&schema)[..3], before[..], "rows keep their ids");
    assert_same(&schema, &history, &[]);
}

#[test]
fn the_tables_say_what_was_measured_and_what_to_do() {
    let schema = Schema::new("tables");
    let history = History::new();
    let values: Vec<f64> = (0..24).map(|day| if day < 16 { 100.0 } else { 130.0 }).collect();
    let fields = json!({"branch": "main", "environment": "staging"});
    let records: Vec<Value> =
        days(&values).iter().map(|it| with(it.clone(), fields.clone())).collect();
    history.records(&records);
    schema.export(&history);
    let mut client = schema.client();
    let row = client
        .query_one(
            "SELECT timestamp::text, benchmark_name, branch, environment, \
             (results->>'mean_ns')::float8 FROM benchmark_results WHERE commit_sha = $1",
            &[&commit(16)],
        )
        .unwrap();
    assert_eq!(row.get::<_, String>(1), "parse");
    assert_eq!((row.get::<_, &str>(2), row.get::<_, &str>(3)), ("main", "staging"));
    assert_eq!(row.get::<_, f64>(4), 130.0);
    let insight = client
        .query_one(
            "SELECT result.commit_sha, insight_type, description, severity, state, \
             recommendations->>0 FROM performance_insights \
             JOIN benchmark_results result ON result.id = benchmark_result_id",
            &[],
        )
        .unwrap();
    let text = |at: usize| insight.get::<_, Option<String>>(at).unwrap();
    assert_eq!((text(0), text(1), text(4)), (commit(16), "regression".into(), "open".into()));
    assert!(text(2).contains("30.0% slower"), "{}", text(2));
    assert!(["minor", "major", "critical"].contains(&text(3).as_str()));
    assert!(text(5).starts_with("Find the commit after "), "{}", text(5));
    // A regression that is no longer one has no row.
    history.records(&records[..10]);
    schema.export(&history);
    assert_eq!(schema.count("performance_insights"), 0);
}

#[test]
fn the_database_selects_records() {
    let schema = Schema::new("selection");
    let history = History::new();
    let mut records = days(&[100.0, 101.0, 99.0, 98.0]);
    let fields = json!({"backend": "g_o%", "n": null, "parallel": true});
    records.extend(days(&[5.0, 6.0]).iter().map(|it| with(it.clone(), fields.clone())));
    history.records(&records);
    schema.export(&history);
    let count = |more: &[&str]| {
        let answer = schema.run(&[&["export", "json"], more].concat());
        assert_eq!(answer.status, 0, "{}", answer.err);
        answer.out.lines().count()
    };
    for (arguments, expected) in [
        (&[][..], 6),
        (&["--since", "2025-09-03T06:00:00Z"], 2),
        (&["--only", "backend=g_o%"], 2),
        (&["--only", "backend=gXo*"], 0),
        (&["--only", "backend=?_o?"], 2),
        (&["--only", "n=..1000"], 4),
        (&["--only", "not.n=1.."], 2),
        (
            &[
                "--only",
                "parallel=false",
                "--only",
                "test=par*,x",
                "--since",
                "2025-09-02T00:00:00Z",
            ],
            3,
        ),
    ] {
        assert_eq!(count(arguments), expected, "{arguments:?}");
    }
    let refused = schema.run(&["export", "json", "--only", "metric=time"]);
    assert_eq!(refused.status, 2);
    assert!(refused.err.contains("--only selects records by suite"), "{}", refused.err);
}

#[test]
fn a_check_answers_from_a_database_as_from_a_directory() {
    let schema = Schema::new("gate");
    let story = scenario("story", &["--demo"]).history;
    schema.export(&story);
    let data = story.data();
    let arguments = ["check", "--format", "json", "--no-cache"];
    let of_database = schema.run(&arguments);
    let mut command = program();
    command.args(arguments).args(["--demo", "--now", NOW]).arg("--data").arg(data);
    let of_directory = answer(&mut command);
    assert_eq!(of_database.status, of_directory.status, "{}", of_database.err);
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(parsed(&of_database.out), parsed(&of_directory.out));
}

#[test]
fn what_cannot_be_read_is_an_error_without_the_password() {
    let schema = Schema::new("empty");
    let none = schema.run(&["build", "--out", "/nonexistent/site"]);
    assert_eq!(none.status, 2);
    assert!(none.err.contains("holds no history"), "{}", none.err);
    let writes = schema.run(&["rotate"]);
    assert!(
        writes.status == 2 && writes.err.contains("needs a history directory"),
        "{}",
        writes.err
    );
    schema.export(History::new().records(&days(&[100.0])));
    schema.client().execute("INSERT INTO benchpages_migration (version) VALUES (99)", &[]).unwrap();
    let newer = schema.run(&["doctor"]);
    assert!(newer.status == 2 && newer.err.contains("use a newer benchpages"), "{}", newer.err);
    for url in [
        "postgres://me:s3cret@127.0.0.1:1/bench",
        "postgres://me:s3cret@db.example/bench",
        "postgres://me:s3cret@localhost/bench?sslmode=require",
        "postgres://me:s3cret@localhost:port/bench",
    ] {
        let answer = answer(program().args(["doctor", "-vv", "--data", url]));
        assert_eq!(answer.status, 2, "{url}");
        assert!(!format!("{}{}", answer.out, answer.err).contains("s3cret"), "{}", answer.err);
    }
}
