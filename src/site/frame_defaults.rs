//! The parts of the frame around a page that are the same on every page, made once.

use std::sync::OnceLock;

use crate::report::phrase::Moment;
use crate::report::wording;
use crate::site::input::SiteInput;
use crate::site::markdown::Markup;
use crate::site::{assets, markdown};

/// The parts of the frame that are the same on every page.
pub(crate) struct FrameDefaults {
    pub(crate) css: String,
    pub(crate) js: String,
    pub(crate) icon: String,
    pub(crate) range: String,
    pub(crate) banner: Option<Markup>,
    pub(crate) footer: Option<Markup>,
    pub(crate) policy: String,
    pub(crate) built: Moment,
    /// The warning about the age of the latest result, which may count every series.
    pub(crate) stale: OnceLock<Option<String>>,
}

impl FrameDefaults {
    pub(crate) fn of(input: &SiteInput<'_>) -> Self {
        let version = &input.policy.version;
        // A policy need not have a version. Its hash names it in any case.
        let named = if version.is_empty() { String::new() } else { format!(" {version}") };
        Self {
            css: assets::css(),
            js: assets::js(),
            icon: assets::icon(),
            range: assets::range(),
            banner: markdown::user_html(input, "banner.html"),
            footer: markdown::user_html(input, "footer.html"),
            policy: format!("policy{named} ({})", input.policy_sha),
            built: wording::minute(input.options.built),
            stale: OnceLock::new(),
        }
    }
}
