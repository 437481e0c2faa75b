//! Formats that users declare: each example of the document is read as it says, and a declaration
//! with mistakes is rejected with all of them.

use serde_json::{Map, Value};

use crate::ingest::ingest;
use crate::support::History;

const DOCUMENT: &str = include_str!("../docs/own-formats.md");

/// The contents of a document's fenced blocks of a language, in their order.
fn blocks(language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let parts = DOCUMENT.split(&fence).skip(1);
    parts.map(|part| part.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// A record in the words of the document.
fn sentence(record: &Value) -> String {
    let none = Map::new();
    let object = |key: &str| record[key].as_object().unwrap_or(&none).clone();
    let mut text = record["test"].as_str().unwrap().to_owned();
    for (name, value) in object("params") {
        text.push_str(&format!(" {name}={}", value.as_str().unwrap()));
    }
    if let Some(error) = record["error"].as_str() {
        return format!("{text}: failed: {error}");
    }
    let metric = |(name, body): (&String, &Value)| {
        let mut text = format!("{name} {} {}", body["value"], body["unit"].as_str().unwrap());
        text = text.replace(".0 ", " ");
        if let Some(std) = body.get("std") {
            text.push_str(&format!(" (std {std})").replace(".0)", ")"));
        }
        if let Some(samples) = body["samples"].as_array() {
            text.push_str(&format!(" ({} samples)", samples.len()));
        }
        text
    };
    let metrics: Vec<String> = object("metrics").iter().map(metric).collect();
    format!("{text}: {}", metrics.join(", "))
}

#[test]
fn the_examples_of_the_document_are_read_as_it_says() {
    let inputs = [blocks("json"), blocks("csv"), blocks("jsonl")].concat();
    let declarations = blocks("yaml");
    let results = blocks("text");
    assert_eq!((inputs.len(), declarations.len(), results.len()), (3, 3, 3));
    let folder = tempfile::tempdir().unwrap();
    let (input, format) = (folder.path().join("result"), folder.path().join("own.yml"));
    for ((text, declaration), result) in inputs.iter().zip(&declarations).zip(&results) {
        std::fs::write(&input, text).unwrap();
        std::fs::write(&format, declaration).unwrap();
        let (input, format) = (input.to_str().unwrap(), format.to_str().unwrap());
        let answer = ingest(&["--dry-run", "--format-file", format, input]);
        assert_eq!(answer.status, 0, "{}", answer.err);
        let records = answer.out.lines().map(|line| serde_json::from_str(line).unwrap());
        let sentences: Vec<String> = records.map(|record| sentence(&record)).collect();
        assert_eq!(sentences.join("\n"), result.trim_end());
    }
}

#[test]
fn a_declaration_with_mistakes_is_rejected_with_all_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let format = folder.path().join("own.yml");
    let text = "format: My Tool\ntool: x\nbackend: x\nrecognize: [a]\ntest: '{name'\n\
                metrics:\n  - {name: time, value: 'a[', statistics: {p9: x}}\n  - {name: y}\n";
    std::fs::write(&format, text).unwrap();
    let answer = ingest(&["--dry-run", "--format-file", format.to_str().unwrap(), "-"]);
    assert_eq!(answer.status, 2, "{}", answer.err);
    for part in [
        "own.yml:1:9",
        "`My Tool` cannot be a format's name",
        "own.yml:4:12",
        "a format is known by 2 marks at least",
        "own.yml:5:7",
        "`{name`: `{` without `}`",
        "own.yml:7:25",
        "`a[`: a bracket is not closed",
        "unknown statistic `p9`",
        "own.yml:8:5",
        "a metric needs `value` or `samples`",
    ] {
        assert!(answer.err.contains(part), "{part}: {}", answer.err);
    }
    let missing = folder.path().join("none.yml");
    let answer = ingest(&["--dry-run", "--format-file", missing.to_str().unwrap(), "-"]);
    assert_eq!(answer.err.matches("No such file").count(), 1, "{}", answer.err);
    std::fs::write(&format, "formt: x\n").unwrap();
    let answer = ingest(&["--dry-run", "--format-file", format.to_str().unwrap(), "-"]);
    assert!(answer.err.contains("did you mean `format`?"), "{}", answer.err);
}

#[test]
fn what_a_declaration_does_not_find_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let format = folder.path().join("own.yml");
    let input = folder.path().join("r.json");
    std::fs::write(&format, blocks("yaml")[0].replace("value: seconds", "value: secnds")).unwrap();
    std::fs::write(&input, r#"{"runner": "1", "jobs": [{"name": "a", "seconds": 3}]}"#).unwrap();
    let paths = [&format, &input].map(|path| path.to_str().unwrap());
    let answer = ingest(&["--dry-run", "--format-file", paths[0], paths[1]]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    // The mark `jobs[].seconds` is there, so the file is of the format.
    assert!(answer.out.contains("no value at `secnds`, `retries`"), "{}", answer.out);
    std::fs::write(&input, r#"{"runnr": "1", "jobs": [{"name": "a", "seconds": 3}]}"#).unwrap();
    let answer = ingest(&["--dry-run", "--format-file", paths[0], paths[1]]);
    assert_eq!(answer.status, 2);
    assert!(
        answer.err.contains("`jobtimes` needs `runner`, which it does not have"),
        "{}",
        answer.err
    );
}

#[test]
fn one_odd_value_refuses_no_neighbor_and_is_reported_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let format = folder.path().join("own.yml");
    let input = folder.path().join("r.json");
    std::fs::write(&format, &blocks("yaml")[0]).unwrap();
    let text = "{\"runner\": \"1\",\n\"jobs\": [\n{\"name\": \"a\", \"seconds\": \"soon\", \
                \"retries\": 1},\n{\"name\": \"b\", \"seconds\": NaN, \"retries\": 2},\n\
                {\"seconds\": 1}]}";
    std::fs::write(&input, text).unwrap();
    let history = History::new();
    let (input, format) = (input.to_str().unwrap(), format.to_str().unwrap());
    let data = history.data();
    let answer = ingest(&["--data", data.to_str().unwrap(), "--format-file", format, input]);
    for part in [
        "r.json:3:1: `a`: `seconds`: `soon` is not a number",
        "r.json:4:1: `b`: `seconds`: `NaN` is not a number",
        "r.json:5:1: the benchmark has no name",
        "2 records added, 3 rejected",
    ] {
        let all = format!("{}{}", answer.err, answer.out);
        assert!(all.contains(part), "{part}: {all}");
    }
}
