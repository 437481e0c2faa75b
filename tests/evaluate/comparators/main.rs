//! The methods that benchpages is measured against, on the series that `gen.py` and `sets.py` make.
//!
//! `comparators SERIES.json ANSWERS.json` reads `{series: [...]}` and writes
//! `{gate: {method: {id: [runs]}}, retro: {method: {id: [runs]}}}`: the runs at which a gate that
//! knows only the runs so far would have alarmed, and the change points that a method finds in the
//! whole series. Nothing here is part of the program; each method names where its rule and its
//! parameters come from. It stops at the first file that it cannot read or write.

mod asv;
mod bocpd;
mod gate;
mod group;
mod input;
mod otava;
mod segment;
mod stats;
mod window;

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use rayon::prelude::*;

use input::{Input, View};

/// Runs of one series that a method names.
type Runs = Vec<usize>;
/// A method: its name in the table, and what it says of one series.
type Method = (&'static str, fn(&View) -> Runs);
/// Method → series → runs; in the order of names, so that the file is the same each time.
type Answers = BTreeMap<&'static str, BTreeMap<String, Runs>>;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let (Some(from), Some(to)) = (arguments.next(), arguments.next()) else {
        anyhow::bail!("usage: comparators SERIES.json ANSWERS.json");
    };
    let text = fs::read_to_string(&from).with_context(|| from.clone())?;
    let input: Input = serde_json::from_str(&text).with_context(|| from.clone())?;
    let views: Vec<View> = input.series.into_iter().map(View::new).collect();
    let mut gates = one_by_one(&views, &gate::METHODS);
    gates.extend(group::answers(&views));
    let answers = serde_json::json!({
        "gate": gates,
        "retro": one_by_one(&views, &segment::METHODS),
    });
    fs::write(&to, answers.to_string()).with_context(|| to.clone())
}

/// Every method on every series by itself.
fn one_by_one(views: &[View], methods: &[Method]) -> Answers {
    let of = |method: fn(&View) -> Runs| {
        views.par_iter().map(|view| (view.id.clone(), method(view))).collect()
    };
    methods.iter().map(|(name, method)| (*name, of(*method))).collect()
}
