//! The suite: the program as its user meets it. One binary; a module for each kind of claim.
//! `tests/README.md` says how to add a case.

#![allow(clippy::unwrap_used)]

mod accuracy;
mod again;
mod accept;
mod api;
mod audit;
mod backends;
mod baseline;
// Scripts and signals.
#[cfg(unix)]
mod bisect;
mod book;
mod build;
mod categories;
mod check;
mod check_watch;
mod columns;
mod commits;
mod compared;
// Signals and limits of a process.
#[cfg(unix)]
mod crash;
mod demo_data;
mod demo_service;
mod detail;
mod determinism;
mod directions;
// What is written is written about the program as it is built without asking for more.
#[cfg(all(feature = "net", not(any(feature = "mcp", feature = "postgres", feature = "parquet"))))]
mod docs;
#[cfg(all(
    unix,
    feature = "net",
    not(any(feature = "mcp", feature = "postgres", feature = "parquet"))
))]
mod documents;
mod erase;
mod doctor;
mod doctor_fix;
mod escape;
mod export;
mod first_days;
mod first_runs;
mod flows;
mod hostile;
mod import;
mod import_histories;
mod import_then_ingest;
mod infrastructure;
mod ingest;
mod ingest_declared;
mod ingest_go;
mod ingest_load;
mod ingest_honesty;
mod ingest_native;
mod ingest_system;
mod ingest_tools;
mod init;
mod init_hosts;
mod insights;
mod lifecycle;
mod limits;
mod manners;
// Scripts and signals.
#[cfg(unix)]
mod measure;
mod monitoring;
mod metrics;
#[cfg(feature = "net")]
mod notify;
#[cfg(unix)]
mod own_formats;
mod pages;
mod people;
mod plain_files;
mod platforms;
mod policy;
mod policy_reference;
mod privacy;
mod public_site;
mod replay;
// Scripts.
#[cfg(unix)]
mod releases;
mod report;
mod repository_site;
mod reuse;
mod right_base;
mod rotate;
// Runs scripts.
#[cfg(unix)]
mod schedules;
mod seed;
mod serve;
mod shards;
mod side_by_side;
mod site_folder;
mod states;
mod statistics;
mod support;
mod targets;
mod trust;
mod web;
mod workflows;
