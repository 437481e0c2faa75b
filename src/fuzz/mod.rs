//! The face of the program for `fuzz/` (feature `fuzz`): every parser of foreign bytes as one
//! function from bytes to nothing. A parser keeps its promise if the function returns; a panic, an
//! endless loop or too much memory is a finding. The rooms are private, no part of the program uses
//! this, and it may change at any time.
//!
//! Functions also assert what must hold of any input, so that the fuzzer finds more than panics: a
//! comment mentions nobody, a record that was written can be read back.
//!
//! The inputs under `fuzz/corpus/` are also run as a test, so that a finding stays a regression
//! test.

mod formats;
mod history;
mod outcomes;
mod policy;

/// A group of parsers, and the folder of its inputs under `fuzz/corpus/`.
pub struct FuzzTarget {
    pub name: &'static str,
    pub run: fn(&[u8]),
}

/// Every target, sorted by name.
pub const TARGETS: [FuzzTarget; 8] = [
    FuzzTarget { name: "archives", run: history::archives },
    FuzzTarget { name: "json_formats", run: formats::json_formats },
    FuzzTarget { name: "notes_accepted_commits", run: history::notes_accepted_commits },
    FuzzTarget { name: "policy_filters_expressions", run: policy::policy_filters_expressions },
    FuzzTarget { name: "records", run: history::records },
    FuzzTarget { name: "results", run: outcomes::results },
    FuzzTarget { name: "templates", run: outcomes::templates },
    FuzzTarget { name: "text_formats", run: formats::text_formats },
];

/// Runs the target of this name on an input.
///
/// # Panics
/// There is no such target, or a promise is broken.
pub fn run(name: &str, input: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.expect("a target of `TARGETS`").run)(input);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;

    fn corpus() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus")
    }

    fn names_in(folder: &Path) -> BTreeSet<String> {
        let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
        entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
    }

    /// Inputs of a target whose run breaks a promise.
    fn failing_inputs(target: &FuzzTarget) -> Vec<String> {
        let folder = corpus().join(target.name);
        let fails = |name: &String| {
            let bytes = std::fs::read(folder.join(name)).unwrap();
            std::panic::catch_unwind(|| (target.run)(&bytes)).is_err()
        };
        names_in(&folder).into_iter().filter(fails).collect()
    }

    #[test]
    fn every_target_has_a_corpus_and_a_program() {
        let targets: BTreeSet<String> = TARGETS.iter().map(|it| it.name.to_owned()).collect();
        assert!(TARGETS.map(|target| target.name).is_sorted());
        assert_eq!(names_in(&corpus()), targets);
        let programs = names_in(&corpus().join("../targets"));
        let programs = programs.iter().map(|file| file.trim_end_matches(".rs").to_owned());
        assert_eq!(programs.collect::<BTreeSet<_>>(), targets);
        for target in &TARGETS {
            assert!(names_in(&corpus().join(target.name)).len() > 5, "{}", target.name);
        }
    }

    #[test]
    fn no_input_of_the_corpus_breaks_a_promise() {
        for target in &TARGETS {
            assert_eq!(failing_inputs(target), Vec::<String>::new(), "{}", target.name);
        }
    }
}
