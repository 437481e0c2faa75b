//! One of several shares of a site's files, each made on a machine of its own.
//!
//! Files that share a chart or a comparison are a group, and a group is in one shard. A shard is a
//! function of the group's name alone, so that all machines agree without asking each other.
//!
//! ```text
//! series/parse/rust/…, chart/parse/rust/….svg     group parse/rust/…      shard 3 of 7
//! about/index.html                                a group of its own      shard 1 of 7
//! ```

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

/// Most shards of a site: as many as some large sites have files.
const MAX_SHARDS: u32 = 100_000;

/// A share, as `3/7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SiteShard {
    /// From 1.
    number: NonZeroU32,
    count: NonZeroU32,
}

impl SiteShard {
    /// All files of a site.
    pub(crate) const WHOLE: Self = Self { number: NonZeroU32::MIN, count: NonZeroU32::MIN };

    /// None where there is no such shard.
    pub(crate) fn new(number: u32, count: u32) -> Option<Self> {
        let (number, count) = (NonZeroU32::new(number)?, NonZeroU32::new(count)?);
        (number <= count && count.get() <= MAX_SHARDS).then_some(Self { number, count })
    }

    /// From 1.
    pub(crate) fn number(self) -> u32 {
        self.number.get()
    }

    /// From 0.
    pub(crate) fn index(self) -> usize {
        self.number.get() as usize - 1
    }

    pub(crate) fn count(self) -> usize {
        self.count.get() as usize
    }

    /// Whether a group of files is in this shard.
    pub(crate) fn has(self, group: &str) -> bool {
        if self.count == NonZeroU32::MIN {
            return true;
        }
        let hash = blake3::hash(group.as_bytes());
        let number =
            hash.as_bytes().iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        number % u64::from(self.count.get()) == self.index() as u64
    }
}

impl FromStr for SiteShard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let shard = text
            .split_once('/')
            .and_then(|(number, count)| Self::new(number.parse().ok()?, count.parse().ok()?));
        shard.ok_or_else(|| {
            format!("write the number of the shard and of all shards, as 1/8; at most {MAX_SHARDS}")
        })
    }
}

impl fmt::Display for SiteShard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_group_is_in_exactly_one_shard() {
        for count in [1, 2, 7] {
            let shards: Vec<SiteShard> =
                (1..=count).map(|number| SiteShard::new(number, count).unwrap()).collect();
            for group in ["", "parse/rust/default/1000", "about/index.html"] {
                assert_eq!(shards.iter().filter(|shard| shard.has(group)).count(), 1);
            }
        }
    }

    #[test]
    fn only_shards_that_exist_can_be_named() {
        assert_eq!("3/7".parse::<SiteShard>().unwrap().to_string(), "3/7");
        for text in ["", "3", "0/7", "8/7", "1/0", "-1/7", "1/100001", "a/b", "1/2/3"] {
            assert!(text.parse::<SiteShard>().is_err(), "{text}");
        }
    }
}
