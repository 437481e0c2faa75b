//! What several files of the site share: made for the first of them, let go with the last, so that
//! a site of any size holds only what it is at work on.
//!
//! Files are made in any order, on any thread, and by `serve` any number of times: whoever comes
//! after the last has it made anew.

use std::sync::{Arc, Mutex, PoisonError};

/// A value with the number of files that still want it.
#[derive(Debug)]
pub(crate) struct Memo<T>(Mutex<(Option<Arc<T>>, usize)>);

impl<T> Memo<T> {
    /// Nothing yet, for so many files.
    pub(crate) fn for_uses(files: usize) -> Self {
        Self(Mutex::new((None, files)))
    }

    /// So many more files will want it.
    pub(crate) fn add_uses(&self, files: usize) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1 += files;
    }

    /// The value, for one of the files. Others that want it wait while it is made, so `make` hands
    /// no work to other threads.
    pub(crate) fn get_or_make(&self, make: impl FnOnce() -> T) -> Arc<T> {
        // A panic of another thread leaves the lock poisoned; the value in it is whole or absent,
        // so both are fine.
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let value = held.0.take().unwrap_or_else(|| Arc::new(make()));
        held.1 = held.1.saturating_sub(1);
        held.0 = (held.1 > 0).then(|| Arc::clone(&value));
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_made_once_for_its_files_and_held_no_longer() {
        let (shared, mut made) = (Memo::for_uses(2), 0);
        let mut take = || {
            shared.get_or_make(|| {
                made += 1;
                made
            })
        };
        let first = take();
        assert_eq!((*first, *take()), (1, 1));
        assert_eq!(Arc::strong_count(&first), 1);
        assert_eq!(*take(), 2);
        assert_eq!(*take(), 3);
        shared.add_uses(2);
        assert_eq!(
            (*shared.get_or_make(|| 4), *shared.get_or_make(|| 5), *shared.get_or_make(|| 6)),
            (4, 4, 6)
        );
    }
}
