//! A program without Parquet: who asks for it hears how to get it.

use anyhow::bail;

use model::history::{History, SeriesColumn};

/// # Errors
/// Always.
pub(super) fn check_built() -> anyhow::Result<()> {
    bail!(
        "this benchpages was built without Parquet: cargo install --locked benchpages --features \
         parquet"
    )
}

/// # Errors
/// Always.
pub(super) fn file(_: &History, _: &[&SeriesColumn]) -> anyhow::Result<Vec<u8>> {
    check_built().map(|()| Vec::new())
}
