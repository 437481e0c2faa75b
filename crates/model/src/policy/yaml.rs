//! YAML beside the policy: accepted changes, front matter of notes. The one other door to the
//! crate.

use serde::de::DeserializeOwned;

/// Where and why a text is not the YAML that was expected; line and column from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    pub line: u32,
    pub column: u32,
    pub reason: String,
}

/// Reads a text as `T`.
///
/// # Errors
/// Broken YAML, or YAML of another shape.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, YamlError> {
    serde_saphyr::from_str(text).map_err(|error| {
        let place = error.location();
        let number = |value: u64| u32::try_from(value).unwrap_or(1);
        YamlError {
            line: place.map_or(1, |place| number(place.line())),
            column: place.map_or(1, |place| number(place.column())),
            reason: error.to_string().lines().next().unwrap_or_default().to_owned(),
        }
    })
}
