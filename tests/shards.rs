//! A site built in steps is the site that one machine builds, and what is missing, damaged or of
//! another build is reported and never assembled.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::{
    self, Answer, History, NOW, Site, answer, assert_same_site, days, files, lines, program,
    record, with,
};

/// The steps of one build, in a folder of its own.
struct Steps<'a> {
    history: &'a History,
    folder: tempfile::TempDir,
    /// What `votes` gets beside the parts, as `build` would.
    options: &'a [&'a str],
}

impl<'a> Steps<'a> {
    fn of(history: &'a History, options: &'a [&'a str]) -> Self {
        Self { history, folder: tempfile::tempdir().unwrap(), options }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn shard(&self, step: &str) -> Command {
        let mut command = program();
        command.current_dir(self.folder.path()).args(["shard", step, "--data"]);
        command.arg(self.history.data());
        command
    }

    fn map(&self, share: &str) -> Answer {
        let part = format!("parts/{}.part", share.replace('/', "-"));
        answer(self.shard("map").args(["--shard", share, "--out", &part]))
    }

    fn votes(&self) -> Answer {
        let now = if self.options.contains(&"--now") { &[][..] } else { &["--now", NOW] };
        let mut votes = self.shard("votes");
        answer(votes.args(["parts", "--out", "analysis"]).args(now).args(self.options))
    }

    fn pages(&self, shard: &str) -> Answer {
        answer(self.shard("pages").args(["analysis", "--shard", shard]))
    }

    fn assemble(&self, more: &[&str]) -> Answer {
        answer(self.shard("assemble").arg("shards").args(more))
    }

    /// All steps up to the shards.
    fn to_shards(&self, count: usize) -> &Self {
        let shares: Vec<String> = (1..=count).map(|number| format!("{number}/{count}")).collect();
        shares.iter().for_each(|share| succeeds(&self.map(share)));
        succeeds(&self.votes());
        shares.iter().for_each(|share| succeeds(&self.pages(share)));
        self
    }

    fn site(&self) -> Site {
        succeeds(&self.assemble(&[]));
        Site { root: self.path("site") }
    }
}

fn succeeds(answer: &Answer) {
    assert_eq!(answer.status, 0, "{}", answer.err);
}

/// Fails unless a step is refused with all of these words.
fn fails_with(answer: &Answer, words: &[&str]) {
    assert_eq!(answer.status, 2, "{}{}", answer.out, answer.err);
    for word in words {
        assert!(answer.err.contains(word), "{word}: {}", answer.err);
    }
}

/// The site of one machine.
fn whole(history: &History, options: &[&str]) -> Site {
    history.site(&[&["--no-cache"], options].concat())
}

fn assert_steps_make(site: &Site, history: &History, options: &[&str], count: usize) {
    let steps = Steps::of(history, options);
    let assembled = steps.to_shards(count).site();
    assert_same_site(&site.snapshot(), &assembled.snapshot(), &format!("{count} shards"));
}

/// A history in which everything that a page can show is: rejected records, conflicting ones, pull
/// requests, an alias, a template, notes, and fields that a public site hides.
fn rich() -> History {
    let demo = support::demo();
    let history = History::copy_of(&demo.history.data());
    let policy = fs::read_to_string(history.data().join("policy.yml")).unwrap();
    let site = "aliases: {sum_evens: sum_even_squares}\nsite:\n  redact: ['runner_*', cpu, \
                os_version]\n  people: owners\n  keep: [CNAME]\n";
    history.file("policy.yml", policy.replace("\nsite:\n", &format!("\n{site}")));
    let renamed = days(&[40_000.0; 8]).into_iter().map(|record| {
        with(record, json!({"test": "sum_evens", "mode": "loops", "n": 100_000, "os": "linux"}))
    });
    let renamed: Vec<_> = renamed.collect();
    let twice = with(record("abc1234", "2025-09-20T00:00:00Z", 5.0), json!({"tags": ["io"]}));
    let other = with(twice.clone(), json!({"mean_ns": 6.0, "url": "https://ci.example/1"}));
    let failed = with(
        record("abc1235", "2025-09-21T00:00:00Z", 1.0),
        json!({"error": "lost the <runner>", "mean_ns": null}),
    );
    let pull = with(
        record("feed123", "2025-09-22T00:00:00Z", 9.0),
        json!({"branch": "x", "samples": [9.0, 8.5, 9.5], "p95": 11.0}),
    );
    history
        .file("results/renamed.ndjson", lines(&renamed))
        .file("results/odd.ndjson", format!("{{broken\n{}", lines(&[twice, other, failed])))
        .file("results/array.json", json!([{"commit": 3}]).to_string())
        .file("pulls/77.ndjson", lines(&[pull]))
        .file("pulls/nobody.ndjson", lines(&[record("f00d", "2025-09-22T00:00:00Z", 1.0)]))
        .file("templates/footer.md", "Built in *steps* from {{ records }} records.\n")
        .file("notes/drill.md", "---\ndate: 2025-09-09\nmatch: {n: {min: 5}}\n---\nA *drill*.\n");
    history
}

#[test]
fn the_steps_make_the_site_of_one_machine_from_any_number_of_shards() {
    let demo = support::demo();
    let site = whole(&demo.history, &["--demo"]);
    for count in [1, 3, 7] {
        assert_steps_make(&site, &demo.history, &["--demo"], count);
    }
}

#[test]
fn the_same_with_everything_that_a_page_can_show_and_a_public_site_hides() {
    let history = rich();
    let options = [
        ["--demo", "--explicit-index"],
        ["--base-url", "https://bench.example/x/"],
        ["--audience", "public"],
    ];
    let options = options.concat();
    let site = whole(&history, &options);
    let health = site.text("health/");
    assert!(health.contains("results/odd.ndjson") && health.contains("pulls/nobody.ndjson"));
    assert!(site.has("test/sum_evens/index.html"), "the alias has its redirect");
    assert_steps_make(&site, &history, &options, 3);
}

#[test]
fn any_split_of_the_records_will_do_also_through_a_pipe() {
    let history = rich();
    let site = whole(&history, &["--demo"]);
    let steps = Steps::of(&history, &["--demo"]);
    // Through a pipe the name says whose records they are, and where the rejected ones stand.
    let (mut named, mut piped) = (Vec::new(), Vec::new());
    let holds_records = |path: &String| path.starts_with("results/") || path.starts_with("pulls/");
    for path in files(&history.data()).into_iter().filter(holds_records) {
        let rejects = path.starts_with("pulls/") || path == "results/odd.ndjson";
        if rejects { piped.push(path) } else { named.push(history.data().join(path)) }
    }
    succeeds(&answer(steps.shard("map").args(&named).args(["--out", "parts/files.part"])));
    for (at, name) in piped.iter().enumerate() {
        let mut map = steps.shard("map");
        map.args(["--name", name, "--out", &format!("parts/{at}.part")]);
        map.stdin(fs::File::open(history.data().join(name)).unwrap());
        succeeds(&answer(&mut map));
    }
    succeeds(&steps.votes());
    succeeds(&steps.pages("1/1"));
    assert_same_site(&site.snapshot(), &steps.site().snapshot(), "pipes");
}

#[test]
fn moved_shards_make_the_same_site_and_what_the_policy_keeps_stays() {
    let history = rich();
    let steps = Steps::of(&history, &["--demo"]);
    let site = steps.to_shards(2).site();
    fs::write(site.root.join("CNAME"), "bench.example\n").unwrap();
    let copied = site.snapshot();
    succeeds(&steps.assemble(&["--move"]));
    assert_same_site(&copied, &site.snapshot(), "moved");
    // Nothing is left to begin again with, and that is an error and no empty site.
    fails_with(&steps.assemble(&[]), &["shard 1/2", "is missing", "N = 1, 2"]);
    assert_same_site(&copied, &site.snapshot(), "the site before");
}

#[test]
fn a_step_that_is_run_again_makes_the_same() {
    let demo = support::demo();
    let steps = Steps::of(&demo.history, &["--demo"]);
    let all = |steps: &Steps<'_>| Site { root: steps.path("") }.snapshot();
    let first = all(steps.to_shards(2));
    assert_same_site(&first, &all(steps.to_shards(2)), "again");
    // With other numbers of threads, too.
    let mut votes = steps.shard("votes");
    succeeds(&answer(
        votes.args(["parts", "--out", "analysis", "--demo", "--now", NOW, "--jobs", "1"]),
    ));
    assert_same_site(&first, &all(&steps), "one thread");
}

#[test]
fn a_part_that_is_missing_damaged_or_foreign_is_named_with_its_remedy() {
    let history = History::new();
    history.records(&days(&[10.0; 8]));
    let steps = Steps::of(&history, &[]);
    fails_with(&steps.votes(), &["parts is not there", "benchpages shard map"]);
    fs::create_dir(steps.path("parts")).unwrap();
    fails_with(&steps.votes(), &["no parts", "benchpages shard map"]);
    // What a map that was killed left has another ending.
    fs::write(steps.path("parts/.benchpages-Zr3k"), "benchpages part").unwrap();
    fails_with(&steps.votes(), &["no parts"]);
    succeeds(&steps.map("1/1"));
    let part = steps.path("parts/1-1.part");
    let bytes = fs::read(&part).unwrap();
    for at in [0, 10, bytes.len() / 2, bytes.len() - 1] {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        fs::write(&part, &altered).unwrap();
        fails_with(&steps.votes(), &["parts/1-1.part", "benchpages shard map"]);
        fs::write(&part, &bytes[..at]).unwrap();
        fails_with(&steps.votes(), &["parts/1-1.part", "benchpages shard map"]);
    }
    let head = format!("benchpages part 2 {}\n", env!("CARGO_PKG_VERSION"));
    let older = [b"benchpages part 2 0.0.1\n", &bytes[head.len()..]].concat();
    fs::write(&part, older).unwrap();
    fails_with(&steps.votes(), &["another version", "0.0.1", "one version"]);
    // All of them at once.
    fs::write(steps.path("parts/2.part"), "no part\n").unwrap();
    fails_with(&steps.votes(), &["1-1.part", "2.part is no part file"]);
    fs::remove_file(steps.path("parts/2.part")).unwrap();
    fs::write(&part, &bytes).unwrap();
    history.file("policy.yml", "version: '1'\nwarmup: {enabled: true, burn_in_runs: 3}\n");
    fails_with(&steps.votes(), &["1-1.part", "under another policy"]);
    assert!(!steps.path("analysis").exists());
}

#[test]
fn files_that_no_part_names_are_reported() {
    let history = History::new();
    history.records(&days(&[10.0; 8]));
    let steps = Steps::of(&history, &[]);
    succeeds(&steps.map("1/1"));
    assert!(!steps.votes().err.contains("in no part"));
    history.file("pulls/9.ndjson", lines(&[record("f00d", "2025-09-22T00:00:00Z", 1.0)]));
    let warned = steps.votes();
    succeeds(&warned);
    assert!(warned.err.contains("in no part, such as pulls/9.ndjson"), "{}", warned.err);
    // Where records came through a pipe, no file has to be in a part.
    let mut map = steps.shard("map");
    map.args(["--name", "table", "--out", "parts/1-1.part"]);
    map.stdin(fs::File::open(history.data().join("results/all.ndjson")).unwrap());
    succeeds(&answer(&mut map));
    assert!(!steps.votes().err.contains("in no part"));
}

#[test]
fn an_analysis_that_is_damaged_makes_no_shard() {
    let history = History::new();
    history.records(&days(&[10.0; 8]));
    let steps = Steps::of(&history, &[]);
    steps.to_shards(1);
    fs::remove_dir_all(steps.path("shards")).unwrap();
    let bytes = fs::read(steps.path("analysis")).unwrap();
    for at in [0, bytes.len() / 3, bytes.len() - 1] {
        let mut altered = bytes.clone();
        altered[at] ^= 4;
        fs::write(steps.path("analysis"), &altered).unwrap();
        fails_with(&steps.pages("1/1"), &["analysis", "benchpages shard votes"]);
        fs::write(steps.path("analysis"), &bytes[..at]).unwrap();
        fails_with(&steps.pages("1/1"), &["analysis", "benchpages shard votes"]);
    }
    fs::copy(steps.path("parts/1-1.part"), steps.path("analysis")).unwrap();
    fails_with(&steps.pages("1/1"), &["no analysis file"]);
    assert!(!steps.path("shards").exists());
    let wrong = answer(steps.shard("pages").args(["analysis", "--shard", "4/3"]));
    fails_with(&wrong, &["--shard", "as 1/8"]);
}

#[test]
fn a_shard_that_is_missing_damaged_or_foreign_is_named_and_never_assembled() {
    let history = History::new();
    history.records(&days(&[10.0; 12]));
    let steps = Steps::of(&history, &[]);
    let site = steps.to_shards(3).site().snapshot();
    let unchanged = || {
        assert_same_site(&site, &Site { root: steps.path("site") }.snapshot(), "as before");
    };
    let again = |shard: &str| succeeds(&steps.pages(shard));
    // A file that is altered, cut off or missing.
    let listed = |shard: &str| -> Vec<String> {
        let folder = steps.path("shards").join(shard);
        files(&folder).into_iter().filter(|path| path.ends_with(".html")).collect()
    };
    let page = steps.path("shards/2-of-3").join(&listed("2-of-3")[0]);
    let bytes = fs::read(&page).unwrap();
    let altered = String::from_utf8_lossy(&bytes).replace('e', "x");
    for damaged in [altered.as_bytes(), &bytes[..10], &[&bytes[..], b"more"].concat()] {
        fs::write(&page, damaged).unwrap();
        fails_with(&steps.assemble(&[]), &["shard 2/3", ".html", "N = 2"]);
        unchanged();
    }
    fs::remove_file(&page).unwrap();
    fails_with(&steps.assemble(&[]), &["shard 2/3", "is missing", "N = 2"]);
    again("2/3");
    succeeds(&steps.assemble(&[]));
    unchanged();
    // A list that is cut off, missing or of another shard; a shard that is missing. All at once.
    let list = steps.path("shards/1-of-3/shard.json");
    let text = fs::read_to_string(&list).unwrap();
    fs::write(&list, &text[..text.len() / 2]).unwrap();
    fs::remove_dir_all(steps.path("shards/3-of-3")).unwrap();
    let parts = ["shard 1/3", "damaged", "shard 3/3", "missing", "N = 1, 3"];
    fails_with(&steps.assemble(&[]), &parts);
    fs::copy(steps.path("shards/2-of-3/shard.json"), &list).unwrap();
    fails_with(&steps.assemble(&[]), &["shard 1/3", "that of shard 2/3"]);
    fs::remove_file(&list).unwrap();
    fails_with(&steps.assemble(&[]), &["shard 1/3", "shard.json is missing"]);
    again("1/3");
    again("3/3");
    succeeds(&steps.assemble(&[]));
    fails_with(&steps.assemble(&["--out", "shards"]), &["did not write"]);
    // A shard of another number of shards.
    again("2/2");
    fails_with(&steps.assemble(&[]), &["two builds", "2-of-2", "3-of-3"]);
    fs::remove_dir_all(steps.path("shards/2-of-2")).unwrap();
    // A shard of another analysis.
    history.records(&days(&[10.0; 13]));
    succeeds(&steps.map("1/1"));
    fs::remove_file(steps.path("parts/2-3.part")).ok();
    succeeds(&steps.votes());
    again("2/3");
    fails_with(&steps.assemble(&[]), &["2 analyses", "shard pages"]);
    unchanged();
}

#[test]
fn lists_from_elsewhere_lead_out_of_no_folder() {
    let history = History::new();
    history.records(&days(&[10.0; 12]));
    let steps = Steps::of(&history, &[]);
    steps.to_shards(1);
    let list = steps.path("shards/1-of-1/shard.json");
    let text = fs::read_to_string(&list).unwrap();
    fs::write(steps.path("secret"), "secret").unwrap();
    let sum = "\"blake3\":\"0\",\"bytes\":6";
    for path in ["../../secret", "/etc/passwd", "a/../../../secret", ".benchpages"] {
        let files = format!("\"files\":[{{\"path\":{},{sum}}},", json!(path));
        fs::write(&list, text.replace("\"files\":[", &files)).unwrap();
        let refused = steps.assemble(&[]);
        fails_with(&refused, &["shard 1/1"]);
        assert!(!steps.path("site").exists());
    }
    #[cfg(unix)]
    {
        fs::write(&list, &text).unwrap();
        let page = steps.path("shards/1-of-1/index.html");
        fs::rename(&page, steps.path("elsewhere.html")).unwrap();
        std::os::unix::fs::symlink(steps.path("elsewhere.html"), &page).unwrap();
        fails_with(&steps.assemble(&[]), &["shard 1/1", "symbolic link"]);
    }
}

#[cfg(unix)]
#[test]
fn a_step_that_is_killed_leaves_nothing_that_the_next_one_takes() {
    let history = History::new();
    history.records(&days(&[10.0; 12]));
    let steps = Steps::of(&history, &[]);
    // A map whose input never ends is killed while it reads.
    let mut map = steps.shard("map");
    map.args(["--out", "parts/1.part"]).stdin(Stdio::piped()).stderr(Stdio::null());
    let mut child = map.spawn().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!steps.path("parts/1.part").exists());
    steps.to_shards(2);
    // What a killed `pages` leaves: a folder beside the place of its shard, without a list.
    let place = steps.path("shards/2-of-2");
    let killed = steps.path("shards/.2-of-2.benchpages-x1");
    fs::rename(&place, &killed).unwrap();
    fs::write(killed.join(".benchpages"), "benchpages site 1\n").unwrap();
    fails_with(&steps.assemble(&[]), &["shard 2/2", "missing", "N = 2"]);
    succeeds(&steps.pages("2/2"));
    assert!(!killed.exists(), "the next run cleans up");
    let assembled = steps.site().snapshot();
    assert_same_site(&whole(&history, &[]).snapshot(), &assembled, "after a kill");
}

#[test]
fn demo_records_and_a_broken_policy_are_refused_as_ever() {
    let demo = support::demo();
    let steps = Steps::of(&demo.history, &[]);
    succeeds(&steps.map("1/1"));
    fails_with(&steps.votes(), &["demo data", "--demo"]);
    let broken = Path::new("broken.yml");
    fs::write(steps.path("broken.yml"), "aliases: [1\n").unwrap();
    let map = answer(steps.shard("map").arg("--policy").arg(broken).args(["--out", "x.part"]));
    fails_with(&map, &["policy", "broken.yml"]);
    assert!(!steps.path("x.part").exists());
}
