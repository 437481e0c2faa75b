//! Examples of every command, as its help shows them. A test parses each with the program's own
//! parser.

/// Examples of one command; `command` is its path without the program's name.
pub(super) struct CommandExamples {
    pub(super) command: &'static str,
    /// What for, and the line that can be pasted.
    pub(super) lines: &'static [(&'static str, &'static str)],
}

impl CommandExamples {
    /// The lines alone, for `-h`.
    pub(super) fn short(&self) -> String {
        let lines = self.lines.iter().map(|(_, line)| format!("  {line}\n"));
        lines.collect::<String>().trim_end().to_owned()
    }

    /// Each line under its purpose, for `--help`.
    pub(super) fn long(&self) -> String {
        let lines = self.lines.iter().map(|(purpose, line)| format!("  {purpose}:\n    {line}\n"));
        lines.collect::<String>().trim_end().to_owned()
    }
}

/// A row of the table.
const fn of(
    command: &'static str,
    lines: &'static [(&'static str, &'static str)],
) -> CommandExamples {
    CommandExamples { command, lines }
}

/// Every command, in the order of the program's help.
pub(super) const EXAMPLES: &[CommandExamples] = &[
    of(
        "",
        &[
            ("Look at a demo", "benchpages serve --data demo/data --demo"),
            ("Set up a repository", "benchpages init"),
            ("Find out what a word in a message means", "benchpages explain too_noisy"),
        ],
    ),
    of(
        "build",
        &[
            ("Build the site of data/ in site/", "benchpages build"),
            ("Pages that open from disk", "benchpages build --out report --explicit-index"),
            (
                "For a public site at its address",
                "benchpages build --base-url https://acme.github.io/widgets/ --audience public",
            ),
        ],
    ),
    of(
        "serve",
        &[
            ("Serve the site of data/", "benchpages serve"),
            ("On any free port", "benchpages serve --port 0"),
        ],
    ),
    of(
        "compare",
        &[
            ("A release with the newest run", "benchpages compare v1.4.0..latest"),
            (
                "Some series, as a table for a comment",
                "benchpages compare main..HEAD backend=rust,julia --format markdown",
            ),
        ],
    ),
    of(
        "explain",
        &[
            ("What a code means, and what to do", "benchpages explain too_noisy"),
            ("All codes", "benchpages explain"),
        ],
    ),
    of(
        "measure",
        &[
            (
                "Is this branch slower than main?",
                "benchpages measure --base main -- cargo bench --bench parse",
            ),
            (
                "Build each side first, read the files that the benchmark writes",
                "benchpages measure --base main --setup 'make' --collect 'out/*.json' -- make bench",
            ),
            ("Record a run of what is here", "benchpages measure -- go test -bench . ./..."),
        ],
    ),
    of(
        "check",
        &[
            ("The newest run of the main line", "benchpages check"),
            (
                "A pull request, as the comment on it",
                "benchpages check --pull 128 --format markdown",
            ),
            ("Again after every change", "benchpages check --watch"),
        ],
    ),
    of(
        "bisect",
        &[
            (
                "Find the commit behind an open regression",
                "benchpages bisect 3f2a9c51d07e -- cargo bench --bench parse",
            ),
            (
                "Search between two commits",
                "benchpages bisect --good v1.4.0 --bad HEAD --setup 'make' -- make bench",
            ),
        ],
    ),
    of(
        "accept",
        &[
            (
                "See what an entry would cover",
                "benchpages accept --series 'parse/*' --commit 1f3c9ab --reason 'checks input' \
                 --dry-run",
            ),
            (
                "For 90 days",
                "benchpages accept --series 'parse/*' --commit 1f3c9ab --reason 'checks input' \
                 --expires 90d",
            ),
        ],
    ),
    of(
        "baseline",
        &[("Pinned baselines and how far the series are off", "benchpages baseline show")],
    ),
    of(
        "baseline set",
        &[(
            "Hold the level of a release for half a year",
            "benchpages baseline set --series 'parse/*' --commit v1.4.0 --reason 'release' \
             --until 180d",
        )],
    ),
    of("baseline show", &[("Of some series", "benchpages baseline show --series 'parse/*'")]),
    of("baseline clear", &[("Of some series", "benchpages baseline clear --series 'parse/*'")]),
    of("policy", &[("Errors of the policy, with line and column", "benchpages policy check")]),
    of(
        "policy check",
        &[
            ("The policy of the history", "benchpages policy check"),
            ("A proposal", "benchpages policy check proposal.yml"),
        ],
    ),
    of(
        "policy show",
        &[
            ("The policy with all defaults", "benchpages policy show"),
            ("Every key and what it means", "benchpages policy show --reference"),
        ],
    ),
    of(
        "policy replay",
        &[
            ("What the policy would have reported", "benchpages policy replay"),
            (
                "What a proposal would have changed",
                "benchpages policy replay --against proposal.yml",
            ),
        ],
    ),
    of(
        "policy import",
        &[
            ("Thresholds as entries", "benchpages policy import sla_thresholds.json"),
            ("Write them into the policy", "benchpages policy import docs/slo.md --write"),
        ],
    ),
    of(
        "policy schema",
        &[("For the completion of an editor", "benchpages policy schema > policy.schema.json")],
    ),
    of(
        "ingest",
        &[
            ("Results of Criterion", "benchpages ingest target/criterion"),
            ("What a benchmark prints", "go test -bench . ./... | benchpages ingest - --format go"),
            (
                "See the records, write nothing",
                "benchpages ingest out.json --backend rust --param os=linux --dry-run",
            ),
        ],
    ),
    of(
        "import",
        &[
            ("All kinds of histories", "benchpages import --list"),
            ("A dashboard of asv", "benchpages import asv .asv/results"),
            (
                "What github-action-benchmark keeps",
                "benchpages import github-action-benchmark dev/bench/data.js",
            ),
        ],
    ),
    of(
        "demo-data",
        &[
            ("The story, in demo/data", "benchpages demo-data"),
            (
                "Noise without any change",
                "benchpages demo-data --out /tmp/steady --scenario steady --days 90",
            ),
        ],
    ),
    of(
        "doctor",
        &[
            ("Problems of the history, each with a remedy", "benchpages doctor"),
            ("For scripts", "benchpages doctor --format json"),
        ],
    ),
    of(
        "rotate",
        &[
            ("See what would move", "benchpages rotate --dry-run"),
            ("With old pull requests", "benchpages rotate --with-pulls"),
        ],
    ),
    of(
        "erase",
        &[
            (
                "A person's name, in each spelling",
                "benchpages erase --author 'Jo Doe' --author jdoe --reason 'on request' --dry-run",
            ),
            (
                "Records of a test that must go",
                "benchpages erase test=secret_* --reason 'customer data in names'",
            ),
        ],
    ),
    of("audit", &[("Was the log changed?", "benchpages audit verify")]),
    of(
        "audit verify",
        &[
            ("Against the site beside the history", "benchpages audit verify --site site"),
            ("For scripts", "benchpages audit verify --format json"),
        ],
    ),
    of("audit export", &[("A bundle for an audit", "benchpages audit export --out audit.tar.gz")]),
    of("audit show", &[("Newest entry first", "benchpages audit show")]),
    of(
        "init",
        &[
            ("Propose files for this repository", "benchpages init"),
            (
                "Nightly runs on two systems, without a question",
                "benchpages init --schedule daily --systems linux,macos --yes",
            ),
        ],
    ),
    of(
        "completions",
        &[
            ("For this shell", "benchpages completions bash > benchpages.bash"),
            ("Those of all shells, for a package", "benchpages completions --out completions"),
        ],
    ),
    of(
        "man",
        &[
            ("Read it", "benchpages man | man -l -"),
            ("A page for each command, for a package", "benchpages man --out man/man1"),
        ],
    ),
    of(
        "export",
        &[
            ("A table for a spreadsheet", "benchpages export csv --out history.csv"),
            ("Some series as records", "benchpages export json backend=rust test=sum_*"),
            ("Alerts for Prometheus", "benchpages export alert-rules --out rules.yml"),
        ],
    ),
    of(
        "notify",
        &[(
            "See what a comment would say",
            "benchpages notify github --result check.json --repo acme/widgets --pull 128 --dry-run",
        )],
    ),
    of(
        "notify github",
        &[
            (
                "Keep one comment up to date",
                "benchpages notify github --result check.json --repo acme/widgets --pull 128",
            ),
            (
                "An issue for each finding of the main line",
                "benchpages notify github --result check.json --repo acme/widgets --issues",
            ),
        ],
    ),
    of(
        "notify slack",
        &[(
            "A message, and later ones in its thread",
            "benchpages notify slack --result check.json --state slack.json",
        )],
    ),
    of(
        "notify webhook",
        &[("See what would be sent", "benchpages notify webhook --result check.json --dry-run")],
    ),
    of("mcp", &[("For the agents of an editor", "benchpages mcp --data data")]),
    of(
        "shard",
        &[(
            "Step 1 on the first of eight machines",
            "benchpages shard map --shard 1/8 --out parts/1.part",
        )],
    ),
    of(
        "shard map",
        &[
            (
                "Every eighth file of the history",
                "benchpages shard map --shard 1/8 --out parts/1.part",
            ),
            (
                "Records of another store",
                "zcat records.gz | benchpages shard map --out parts/1.part",
            ),
        ],
    ),
    of(
        "shard votes",
        &[("Merge and analyze the parts", "benchpages shard votes parts --out site.analysis")],
    ),
    of(
        "shard pages",
        &[("Pages of the first of eight", "benchpages shard pages site.analysis --shard 1/8")],
    ),
    of("shard assemble", &[("Join the shards", "benchpages shard assemble shards --out site")]),
];

/// The words of the part of a line that starts this program, as a shell splits them.
#[cfg(test)]
pub(super) fn words(line: &str) -> Vec<String> {
    let parts = line.split(['|', '>']).map(str::trim);
    let part = parts.into_iter().find(|part| part.starts_with("benchpages")).unwrap();
    let (mut words, mut is_quoted) = (vec![String::new()], false);
    for character in part.chars() {
        match character {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(character),
        }
    }
    assert!(!is_quoted, "{line}");
    words
}
