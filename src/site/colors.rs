//! The color and dash of each backend: the same on every page.

use std::collections::BTreeMap;

use model::policy::Policy;

/// Colors of the chart crate.
const COLOR_SLOTS: usize = 6;

/// By backend: its slot, 1 to 6.
pub(crate) struct BackendColors<'a>(BTreeMap<&'a str, u8>);

impl<'a> BackendColors<'a> {
    /// Backends that the policy names come first, so that a new benchmark of another backend does
    /// not change their colors; the others follow by name, over the six slots in turn.
    pub(crate) fn of(policy: &Policy, backends: impl Iterator<Item = &'a str>) -> Self {
        let named = &policy.regression.per_backend;
        let (first, others): (Vec<&str>, Vec<&str>) =
            backends.partition(|backend| named.contains_key(*backend));
        let ordered = first.into_iter().chain(others).enumerate();
        let slot = |position: usize| u8::try_from(position % COLOR_SLOTS + 1).unwrap_or(1);
        // Six colors that are told apart in light, dark and by color-blind readers; more would not
        // be. From the seventh backend on a color is used again, with the name beside the line.
        Self(ordered.map(|(position, backend)| (backend, slot(position))).collect())
    }

    pub(crate) fn slot(&self, backend: &str) -> u8 {
        self.0.get(backend).copied().unwrap_or(1)
    }
}
