//! What stands for this program in a cache: whatever another one made is made anew.

use std::sync::LazyLock;

use crate::site::content_hash::ContentHash;

// By content: a program of the same version may have other templates, and the same program is
// downloaded anew for every job of a CI.
static HASH: LazyLock<Option<ContentHash>> = LazyLock::new(|| {
    let program = std::fs::read(std::env::current_exe().ok()?).ok()?;
    Some(ContentHash::of(&program))
});

/// The hash of the running program's file; none where it cannot be read.
pub(crate) fn get() -> Option<ContentHash> {
    *HASH
}
