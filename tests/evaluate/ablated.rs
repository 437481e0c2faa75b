//! benchpages with one part of its detection switched off: the part that the variable `ABLATED`
//! names (`detect::ablation`), none where it is empty or not set. For `make ablation` alone.

fn main() -> std::process::ExitCode {
    let part = std::env::var("ABLATED").unwrap_or_default();
    let is_known = part.is_empty() || detect::ablation::switch_off(&part);
    assert!(is_known, "no part of the detection is called {part}");
    benchpages::run()
}
