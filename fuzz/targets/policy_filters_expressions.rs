//! Fuzzes the target `policy_filters_expressions` of `src/fuzz`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| benchpages::fuzz::run(
    "policy_filters_expressions",
    input
));
