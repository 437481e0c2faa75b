//! Fuzzes the target `archives` of `src/fuzz`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| benchpages::fuzz::run("archives", input));
