//! The tables, by version. A version is applied once and never changes; a newer one has a file of
//! its own.

use anyhow::{Context, bail};
use postgres::Transaction;

const MIGRATIONS: [&str; 1] = [include_str!("migrations/1.sql")];
/// Two exports at once would both make the tables: a lock of this program's own number.
const LOCK: i64 = 0x62_65_6e_63_68;
const TABLE: &str = "CREATE TABLE IF NOT EXISTS benchpages_migration (
    version INTEGER PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP)";

/// Brings the tables to the version of this program; until the transaction ends no other export
/// writes.
///
/// # Errors
/// The database has a newer version, or other tables of these names.
pub(super) fn apply(transaction: &mut Transaction<'_>) -> anyhow::Result<()> {
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
    transaction.batch_execute(TABLE)?;
    let applied = version(transaction)?;
    check(applied)?;
    for (at, statements) in MIGRATIONS.iter().enumerate().skip(applied as usize) {
        transaction.batch_execute(statements).with_context(|| {
            "cannot make the tables of benchpages: use a database or a schema of their own \
             (?options=-csearch_path%3DSCHEMA)"
        })?;
        let version = at as i32 + 1;
        transaction
            .execute("INSERT INTO benchpages_migration (version) VALUES ($1)", &[&version])?;
    }
    Ok(())
}

/// Checks that this program knows the tables that it is about to read.
///
/// # Errors
/// There are none, or newer ones.
pub(super) fn check_readable(transaction: &mut Transaction<'_>) -> anyhow::Result<()> {
    let table = transaction.query_one("SELECT to_regclass('benchpages_migration')::text", &[])?;
    if table.get::<_, Option<String>>(0).is_none() {
        bail!("the database holds no history: write one with `benchpages export postgres`");
    }
    let applied = version(transaction)?;
    if (applied as usize) < MIGRATIONS.len() {
        bail!(
            "the tables are of version {applied}, this program reads {}: run `benchpages export \
             postgres` once, which brings them up to date",
            MIGRATIONS.len()
        );
    }
    check(applied)
}

fn version(transaction: &mut Transaction<'_>) -> anyhow::Result<u32> {
    let version = "SELECT coalesce(max(version), 0) FROM benchpages_migration";
    let version: i32 = transaction.query_one(version, &[])?.get(0);
    Ok(version.max(0).unsigned_abs())
}

fn check(applied: u32) -> anyhow::Result<()> {
    let newest = MIGRATIONS.len();
    if applied as usize > newest {
        bail!(
            "the tables are of version {applied}, this program knows version {newest}: use a newer \
             benchpages"
        );
    }
    Ok(())
}
