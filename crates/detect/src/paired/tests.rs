//! What a session says: one claim a test.

use super::*;
