//! Fuzzes the target `notes_accepted_commits` of `src/fuzz`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| benchpages::fuzz::run("notes_accepted_commits", input));
