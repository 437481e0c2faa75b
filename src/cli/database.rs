//! `--data postgres://…` and `export postgres`: a history in a database.

use std::path::PathBuf;

use anyhow::{Context, bail};
use tempfile::TempDir;

use crate::app::database_history;
use crate::cli::args::cache::CacheArgs;
use crate::cli::args::database::HistoryAccess;
use crate::cli::args::history::ExportArgs;
use crate::cli::args::{GlobalArgs, SiteArgs};
use crate::cli::load_options::load_options;
use crate::cli::ui::Reporter;
use crate::database::read;
use crate::database::url::{DatabaseUrl, is_database_url};
use model::filter::Filter;
use model::record::time::Timestamp;
use model::text;

/// The arguments of a command whose history is in a directory: that of a database is fetched into
/// a temporary one, which ends with the second value.
///
/// # Errors
/// The address or a selection has an error, the database cannot be read, or the command writes.
pub(super) fn with_directory(
    global: &GlobalArgs,
    access: HistoryAccess,
) -> anyhow::Result<(GlobalArgs, Option<TempDir>)> {
    let database = &global.database;
    let Some(url) = global.data.to_str().filter(|text| is_database_url(text)) else {
        if database.since.is_some() || !database.only.is_empty() {
            bail!("--since and --only select records of a database: use --data postgres://…");
        }
        return Ok((global.clone(), None));
    };
    if access == HistoryAccess::NeedsDirectory {
        bail!(
            "this command needs a history directory: a database can be read by build, check, \
             compare, doctor, export and policy"
        );
    }
    let is_override = std::env::var("ALLOW_REGRESSION").is_ok_and(|value| value == "true");
    if access == HistoryAccess::Checks && is_override {
        // Its line would end with the temporary folder, and the log would lack it.
        bail!("an override is logged in the history directory: use --data DIR for it");
    }
    let since = database.since.as_deref().map(Timestamp::parse).transpose();
    let since = since.map_err(anyhow::Error::msg).context("--since")?;
    let since = since.map(|time| time.to_string());
    let only = Filter::parse_args(&database.only).map_err(anyhow::Error::msg).context("--only")?;
    let folder = read::fetch(&address(url)?, &only, since.as_deref())?;
    let data: PathBuf = folder.path().to_owned();
    // What is cached of a folder that ends with this command is never found again.
    let cache = CacheArgs { no_cache: true, ..CacheArgs::default() };
    Ok((GlobalArgs { data, cache, ..global.clone() }, Some(folder)))
}

/// `export postgres`.
///
/// # Errors
/// There is no address, or as [`database_history::export`].
pub(super) fn export(
    global: &GlobalArgs,
    args: &ExportArgs,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    if !args.filters.is_empty() || args.out.is_some() {
        bail!("`export postgres` writes the whole history to --url: remove the filters and --out");
    }
    let url = args.url.as_deref().context(
        "`export postgres` needs the address of the database: --url postgres://HOST/DATABASE, or \
         the variable BENCHPAGES_DATABASE_URL",
    )?;
    let options = load_options(global, &SiteArgs { with_archive: true, ..SiteArgs::default() })?;
    let url = address(url)?;
    let written = database_history::export(&options, &url, reporter)?;
    let records = text::count_noun(written.records, "record");
    let added = text::count(written.added);
    reporter.info(&format!("{url}: {records}, {added} of them new"));
    Ok(0)
}

/// An address without a password takes it from where `psql` does.
fn address(url: &str) -> anyhow::Result<DatabaseUrl> {
    DatabaseUrl::parse(url, std::env::var("PGPASSWORD").ok().as_deref())
}
