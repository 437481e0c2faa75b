//! What the project promises of speed and size, held against what the program does: one table.
//! `make bench`, or `cargo bench --features bench --bench scale`.
//!
//! The program itself is run, on made-up histories in temporary folders. `-- NAME…` measures only
//! the groups whose names are given, `--huge` also 10,000,000 records (5 GB of disk), and
//! `--growth FILE` writes the curve over the number of records as a history that benchpages draws.
//! Peers are measured in the same run where they are installed, else their figure of before stands.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod asv;
mod bed;
mod changed;
mod child;
mod growth;
mod hugo;
mod imported;
mod inside;
mod many;
mod million;
mod table;
mod watched;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::bed::Bed;
use crate::table::Row;

/// As in the program itself.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What was asked for.
#[derive(Default)]
pub struct Asked {
    huge: bool,
    growth: Option<PathBuf>,
    groups: Vec<String>,
}

type Group = fn(&Bed, &Asked) -> anyhow::Result<Vec<Row>>;

const GROUPS: [(&str, Group); 7] = [
    ("million", million::rows),
    ("imported", imported::rows),
    ("changed", changed::rows),
    ("growth", growth::rows),
    ("many", many::rows),
    ("inside", inside::rows),
    ("serve", watched::rows),
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let mut asked = Asked::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            inside::STEP => return done(inside::step(&arguments.next().unwrap_or_default())),
            "--huge" => asked.huge = true,
            "--growth" => asked.growth = arguments.next().map(PathBuf::from),
            "--bench" => (),
            name => asked.groups.push(name.to_owned()),
        }
    }
    done(measure(&asked))
}

fn done(outcome: anyhow::Result<()>) -> ExitCode {
    if let Err(error) = outcome {
        eprintln!("{error:#}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn measure(asked: &Asked) -> anyhow::Result<()> {
    let bed = Bed::new()?;
    let mut rows = Vec::new();
    for (name, group) in GROUPS {
        let chosen = asked.groups.is_empty() || asked.groups.iter().any(|it| it == name);
        // The curve is asked for by its file as well.
        if chosen || name == "growth" && asked.growth.is_some() {
            eprintln!("measuring: {name}");
            rows.extend(group(&bed, asked)?);
        }
    }
    print!("{}", table::markdown(&rows));
    Ok(())
}
