//! Prose: Markdown to HTML that cannot carry markup of its own, and the user's templates filled
//! with the policy in force. Raw HTML in Markdown becomes text; links go to http(s), mail or this
//! site only.
//!
//! A template escapes every value but [`Markup`], so what is no markup of ours is text on a page.

use std::fmt::{self, Display, Formatter};

use askama::filters::HtmlSafe;
use askama::{FastWritable, Values};
use minijinja::Value;
use minijinja::value::Serde;
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, html};

use crate::report::escape::template::{FilledHtml, render_html};
use crate::site::error::RenderError;
use crate::site::input::SiteInput;
use model::text::xml::XmlText;

/// HTML that a page holds as it is: a chart, prose, a fragment of the user's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Markup(String);

impl HtmlSafe for Markup {}

impl Display for Markup {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl FastWritable for Markup {
    fn write_into(&self, out: &mut dyn fmt::Write, _: &dyn Values) -> askama::Result<()> {
        Ok(out.write_str(&self.0)?)
    }
}

impl From<XmlText> for Markup {
    fn from(text: XmlText) -> Self {
        Self(text.into_string())
    }
}

impl From<FilledHtml> for Markup {
    fn from(filled: FilledHtml) -> Self {
        Self(filled.into_string())
    }
}

/// Markdown as HTML.
pub(crate) fn to_html(markdown: &str) -> Markup {
    // Raw HTML becomes text: notes come from pull requests, and a site must not run their scripts.
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = if is_safe(&dest_url) { dest_url } else { CowStr::Borrowed("#") };
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        // An image would be an external request, or a path out of the site: its text stays.
        Event::Start(Tag::Image { .. }) => Event::Start(Tag::Emphasis),
        Event::End(pulldown_cmark::TagEnd::Image) => Event::End(pulldown_cmark::TagEnd::Emphasis),
        // The page's own headings are h1 to h3.
        Event::Start(Tag::Heading { .. }) => Event::Start(Tag::Heading {
            level: H4,
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        }),
        Event::End(pulldown_cmark::TagEnd::Heading(_)) => {
            Event::End(pulldown_cmark::TagEnd::Heading(H4))
        }
        other => other,
    });
    let mut out = String::with_capacity(markdown.len() * 2);
    html::push_html(&mut out, events);
    Markup(out)
}

const H4: pulldown_cmark::HeadingLevel = pulldown_cmark::HeadingLevel::H4;

/// Links that lead to the web, to a mailbox or within this site.
fn is_safe(url: &str) -> bool {
    let lower = url.trim_start().to_ascii_lowercase();
    let scheme = lower.split(['/', '#', '?']).next().unwrap_or("");
    !scheme.contains(':') || ["http:", "https:", "mailto:"].iter().any(|ok| lower.starts_with(ok))
}

/// One of the user's own HTML fragments, filled with facts of the site; none where there is none.
/// Faults were told before the first page was made: see [`check_user_templates`].
pub(crate) fn user_html(input: &SiteInput<'_>, name: &str) -> Option<Markup> {
    let (_, template) = input.templates.iter().find(|(file, _)| file == name)?;
    render_html(name, template, template_facts(input)).ok().map(Markup::from)
}

/// Tries the user's templates.
///
/// # Errors
/// The first one that is at fault.
pub(crate) fn check_user_templates(input: &SiteInput<'_>) -> Result<(), RenderError> {
    for (name, template) in input.templates {
        if name.ends_with(".html") {
            render_html(name, template, template_facts(input))?;
        }
    }
    Ok(())
}

/// What templates may name: `policy`, and the facts of the build.
pub(crate) fn template_facts(input: &SiteInput<'_>) -> Value {
    minijinja::context! {
        policy => Value::from(Serde(input.policy)),
        policy_sha => input.policy_sha.as_str(),
        site_title => input.policy.site.title.as_str(),
        records => input.history.counts.records,
        series => input.series.len(),
        built => input.options.built.to_string(),
        version => env!("CARGO_PKG_VERSION"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_carries_no_markup_of_its_own() {
        let markdown =
            "Say <script>alert(1)</script> **bold** [x](javascript:alert(1)) ![a](http://e/x.png)";
        let Markup(html) = to_html(markdown);
        assert!(
            html.contains("&lt;script&gt;") && html.contains("<strong>bold</strong>"),
            "{html}"
        );
        assert!(!html.contains("javascript") && !html.contains("<img"), "{html}");
    }

    #[test]
    fn links_within_the_site_stay() {
        for (url, safe) in [
            ("../about/#x", true),
            ("https://a.b", true),
            ("JaVaScript:x", false),
            ("data:text/html,x", false),
            ("vbscript:x", false),
            ("a/b:c", true),
        ] {
            assert_eq!(is_safe(url), safe, "{url}");
        }
    }
}
