//! Where programs of the project are run to be measured: checkouts of two commits side by side, the
//! runs themselves, and an end by Ctrl-C that leaves nothing behind.
//!
//! Programs are run as they are, without a shell; a set-up is the user's own shell text. Nothing of
//! them is trusted: their output is bounded, and their processes end with the session.

pub(crate) mod checkouts;
pub(crate) mod interrupt;
pub(crate) mod program;
