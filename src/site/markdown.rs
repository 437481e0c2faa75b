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
use pulldown_cmark::{Alignment, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

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

/// What a text becomes on its page: where links lead, which pictures it has, how headings stand.
pub(crate) trait ProseRules {
    /// The address that a link gets; none: its text stays.
    fn link(&self, address: &str) -> Option<String>;

    /// The address that a picture gets; none: its description stays.
    fn picture(&self, address: &str) -> Option<String>;

    /// The level and the anchor of a heading.
    fn heading(&mut self, level: HeadingLevel, text: &str) -> HeadingPlace;

    /// Whether a table may be wider than its page: then it is scrolled by itself.
    fn has_wide_tables(&self) -> bool;
}

/// How a heading stands on its page.
pub(crate) struct HeadingPlace {
    pub(crate) level: HeadingLevel,
    /// An id of letters, digits, `-` and `_`.
    pub(crate) anchor: Option<String>,
}

/// A note or a text about the rules: part of a page that has headings of its own.
struct NoteRules;

impl ProseRules for NoteRules {
    fn link(&self, address: &str) -> Option<String> {
        Some(if is_safe(address) { address } else { "#" }.to_owned())
    }

    /// An image would be an external request, or a path out of the site.
    fn picture(&self, _: &str) -> Option<String> {
        None
    }

    /// The page's own headings are h1 to h3.
    fn heading(&mut self, _: HeadingLevel, _: &str) -> HeadingPlace {
        HeadingPlace { level: HeadingLevel::H4, anchor: None }
    }

    fn has_wide_tables(&self) -> bool {
        false
    }
}

/// Markdown as HTML.
pub(crate) fn to_html(markdown: &str) -> Markup {
    render(Parser::new_ext(markdown, OPTIONS).collect(), &mut NoteRules)
}

/// What this Markdown has beyond CommonMark.
pub(crate) const OPTIONS: Options = Options::ENABLE_TABLES;

/// Parsed Markdown as HTML, by these rules.
pub(crate) fn render(events: Vec<Event<'_>>, rules: &mut dyn ProseRules) -> Markup {
    let mut out = Vec::with_capacity(events.len());
    let mut dropped_link = false;
    let mut dropped_pictures = Vec::new();
    let headings = headings(&events);
    let mut headings = headings.iter();
    let mut level = HeadingLevel::H4;
    for event in with_whole_html(events) {
        let shown = match event {
            // Raw HTML becomes text: notes come from pull requests, and a site must not run their
            // scripts. A comment is for those who edit the text, wherever it is shown.
            Event::Html(text) | Event::InlineHtml(text) if is_comment(&text) => continue,
            Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                // The text of a link says something on its own; a dead link does not.
                let Some(address) = rules.link(&dest_url) else {
                    dropped_link = true;
                    continue;
                };
                Event::Start(Tag::Link { link_type, dest_url: address.into(), title, id })
            }
            // Links never nest.
            Event::End(TagEnd::Link) if std::mem::take(&mut dropped_link) => continue,
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let address = rules.picture(&dest_url);
                // Pictures nest: a description may hold another one.
                dropped_pictures.push(address.is_none());
                match address {
                    Some(address) => {
                        Event::Start(Tag::Image { link_type, dest_url: address.into(), title, id })
                    }
                    None => Event::Start(Tag::Emphasis),
                }
            }
            Event::End(TagEnd::Image) if dropped_pictures.pop() == Some(true) => {
                Event::End(TagEnd::Emphasis)
            }
            Event::Start(Tag::Heading { level: written, .. }) => {
                let text = headings.next().map_or("", |(_, text)| text.as_str());
                let place = rules.heading(written, text);
                level = place.level;
                Event::Start(heading(place))
            }
            Event::End(TagEnd::Heading(_)) => Event::End(TagEnd::Heading(level)),
            Event::Start(Tag::Table(columns)) if rules.has_wide_tables() => {
                out.push(Event::Html(CowStr::Borrowed(OPEN_TABLE)));
                Event::Start(Tag::Table(columns))
            }
            Event::End(TagEnd::Table) if rules.has_wide_tables() => {
                out.push(Event::End(TagEnd::Table));
                Event::Html(CowStr::Borrowed("</div>\n"))
            }
            other => other,
        };
        out.push(shown);
    }
    let mut page = String::new();
    html::push_html(&mut page, with_aligned_cells(out).into_iter());
    Markup(page)
}

/// Columns of numbers by a class: the writer would use inline styles, which the pages forbid.
fn with_aligned_cells(events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let mut columns: Vec<Alignment> = Vec::new();
    let (mut column, mut name) = (0, "td");
    let mut aligned = Vec::with_capacity(events.len());
    for event in events {
        let is_right = columns.get(column) == Some(&Alignment::Right);
        let tag = |text: String| Event::Html(CowStr::from(text));
        aligned.push(match event {
            Event::Start(Tag::Table(written)) => {
                columns = written;
                Event::Start(Tag::Table(vec![Alignment::None; columns.len()]))
            }
            Event::Start(Tag::TableHead) => {
                (column, name) = (0, "th");
                Event::Start(Tag::TableHead)
            }
            Event::Start(Tag::TableRow) => {
                (column, name) = (0, "td");
                Event::Start(Tag::TableRow)
            }
            Event::Start(Tag::TableCell) if is_right => tag(format!("<{name} class=\"r\">")),
            Event::End(TagEnd::TableCell) => {
                column += 1;
                // What was opened by hand is closed by hand.
                if is_right { tag(format!("</{name}>")) } else { Event::End(TagEnd::TableCell) }
            }
            other => other,
        });
    }
    aligned
}

/// Focusable, so that it can be scrolled with the keyboard.
const OPEN_TABLE: &str = "<div class=\"wide\" role=\"group\" aria-label=\"Table\" tabindex=\"0\">";

fn heading(place: HeadingPlace) -> Tag<'static> {
    let HeadingPlace { level, anchor } = place;
    Tag::Heading { level, id: anchor.map(CowStr::from), classes: Vec::new(), attrs: Vec::new() }
}

/// Level and text of all headings, in order.
pub(crate) fn headings(events: &[Event<'_>]) -> Vec<(HeadingLevel, String)> {
    let mut headings: Vec<(HeadingLevel, String)> = Vec::new();
    let mut inside = false;
    for event in events {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                inside = true;
                headings.push((*level, String::new()));
            }
            Event::End(TagEnd::Heading(_)) => inside = false,
            Event::Text(text) | Event::Code(text) if inside => {
                if let Some((_, heading)) = headings.last_mut() {
                    heading.push_str(text);
                }
            }
            _ => {}
        }
    }
    headings
}

/// The parser gives each line of HTML by itself, and a comment may have several lines.
fn with_whole_html(events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let mut whole: Vec<Event<'_>> = Vec::with_capacity(events.len());
    for event in events {
        match (whole.last_mut(), event) {
            (Some(Event::Html(before)), Event::Html(line)) => {
                let mut block = std::mem::replace(before, CowStr::Borrowed("")).into_string();
                block.push_str(&line);
                *before = block.into();
            }
            (_, event) => whole.push(event),
        }
    }
    whole
}

/// A whole comment, with nothing behind it.
fn is_comment(html: &str) -> bool {
    let body = html.trim().strip_prefix("<!--").and_then(|body| body.strip_suffix("-->"));
    body.is_some_and(|body| !body.contains("-->"))
}

/// Links that lead to the web, to a mailbox or within this site.
pub(crate) fn is_safe(url: &str) -> bool {
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
