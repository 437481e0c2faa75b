//! What may be typed after `ingest` and after `import` alike.

use crate::app::intake::options::IntakeOptions;
use ingest::source::DecimalMark;

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct IntakeArgs {
    /// Backend of all records [default: what the source says, else the one of its format]
    #[arg(long, value_name = "NAME")]
    pub(crate) backend: Option<String>,
    /// Suite of all records; {suite} in it stands for the suite that the tool names, without it
    /// tests keep their whole names
    #[arg(long, value_name = "NAME")]
    pub(crate) suite: Option<String>,
    /// Set any field of all records: --set runner_image=ubuntu-24.04
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
    /// Add a parameter to all records, which makes them series of their own: --param os=linux
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) param: Vec<String>,
    /// Take names apart: '{test}/{backend}/{parallel}'; other words are parameters,
    /// {_} is left out; the first pattern that fits counts
    #[arg(long, value_name = "PATTERN")]
    pub(crate) map: Vec<String>,
    /// Record values without their samples
    #[arg(long)]
    pub(crate) no_samples: bool,
    /// Show what would be recorded and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// The mark before decimals.
pub(super) fn decimal_mark(text: &str) -> Result<DecimalMark, String> {
    match text {
        "." => Ok(DecimalMark::Point),
        "," => Ok(DecimalMark::Comma),
        _ => Err("write `,` or `.`".to_owned()),
    }
}

impl IntakeArgs {
    pub(crate) fn options(&self) -> IntakeOptions {
        IntakeOptions {
            backend: self.backend.clone(),
            suite: self.suite.clone(),
            set: self.set.clone(),
            params: self.param.clone(),
            map: self.map.clone(),
            no_samples: self.no_samples,
            dry_run: self.dry_run,
        }
    }
}
