//! Tokens, keys and addresses that are keys: they are sent, never shown. A [`Secret`] prints as
//! stars, and [`SecretMasks`] finds each in any other text (an address, what a server echoes).
//! Secrets that are known by their form alone: [`secrets`].

use model::text::secrets::{self, MASK};

/// A shorter secret would mask words of ordinary text; no token is so short.
const MIN_MASKED_CHARS: usize = 6;

/// A text that must not be shown.
#[derive(Clone, PartialEq)]
pub(crate) struct Secret(String);

impl Secret {
    /// None of an empty text: an unset secret of a workflow arrives as one.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The text itself, for the wire only.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(MASK)
    }
}

/// All secrets of a run, to take out of every text that is shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct SecretMasks(Vec<Secret>);

impl SecretMasks {
    pub(crate) fn add(&mut self, secret: &Secret) {
        self.0.push(secret.clone());
        // The longest first, so that a secret within another leaves no rest of it.
        self.0.sort_by_key(|secret| std::cmp::Reverse(secret.0.len()));
    }

    /// The text without any secret: those of the run, and what looks like one.
    pub(crate) fn mask(&self, text: &str) -> String {
        let long = self.0.iter().filter(|secret| secret.0.len() >= MIN_MASKED_CHARS);
        let text = long.fold(text.to_owned(), |text, secret| text.replace(&secret.0, MASK));
        secrets::mask(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_survives_in_shown_text() {
        let mut masks = SecretMasks::default();
        let (short, long) = (Secret::new("token1").unwrap(), Secret::new("token1-long\n").unwrap());
        masks.add(&short);
        masks.add(&long);
        assert_eq!(masks.mask("a token1-long, token1"), "a ***, ***");
        assert_eq!(format!("{short:?} {masks:?}"), "*** SecretMasks([***, ***])");
        assert_eq!(Secret::new(" \n"), None);
    }
}
