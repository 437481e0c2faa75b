//! Fuzzes the target `json_formats` of `src/fuzz`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| benchpages::fuzz::run("json_formats", input));
