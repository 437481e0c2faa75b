//! Templates: the shipped texts and the user's own, filled by minijinja.
//!
//! A template comes from the history directory, which a stranger's pull request may change. So
//! undefined names are errors, fuel and depth bound the work, and each value is escaped for the
//! format of its template.

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, escape_formatter};

use crate::report::escape::markdown::{Markdown, MarkdownText};

/// Instructions a template may run: a thousand times what the shipped ones need.
const FUEL: u64 = 1_000_000;
/// Nesting a template may reach.
const DEPTH: usize = 50;

/// A template that could not be filled.
#[derive(Debug, thiserror::Error)]
#[error("{template}: {reason}")]
pub(crate) struct TemplateError {
    /// Its path in the history directory.
    pub(crate) template: String,
    pub(crate) reason: String,
}

/// What a template of HTML writes: its own markup, and values with their marks escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FilledHtml(String);

impl FilledHtml {
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

/// A template of HTML filled with `context`. A value is escaped where it is written.
///
/// # Errors
/// Syntax errors, unknown names, or more work than a page may cost.
pub(crate) fn render_html(
    name: &str,
    template: &str,
    context: Value,
) -> Result<FilledHtml, TemplateError> {
    render(name, template, context, AutoEscape::Html).map(FilledHtml)
}

/// A template of Markdown filled with `context`. A value is escaped where it is written, unless it
/// is Markdown of ours (see [`markdown_value`]).
///
/// # Errors
/// As [`render_html`].
pub(crate) fn render_markdown(
    name: &str,
    template: &str,
    context: Value,
) -> Result<MarkdownText, TemplateError> {
    let text = render(name, template, context, AutoEscape::Custom("markdown".into()))?;
    Ok(MarkdownText::made_by(Markdown(()), text))
}

/// Markdown as a value that a template of Markdown writes as it is.
pub(crate) fn markdown_value(text: &MarkdownText) -> Value {
    Value::from_safe_string(text.as_str().to_owned())
}

fn render(
    name: &str,
    template: &str,
    context: Value,
    format: AutoEscape,
) -> Result<String, TemplateError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // A loop over a billion numbers is one line of a template, and would hang the build.
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(DEPTH);
    environment.set_auto_escape_callback(move |_| format.clone());
    environment.set_formatter(|out, state, value| match state.auto_escape() {
        AutoEscape::Custom(_) if !value.is_safe() => {
            Ok(out.write_str(&MarkdownText::text(&value.to_string()))?)
        }
        _ => escape_formatter(out, state, value),
    });
    environment.render_named_str(name, template, context).map_err(|error| TemplateError {
        template: format!("templates/{name}"),
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_in_a_template_is_an_error() {
        assert!(render_html("a.html", "{{ nonsense }}", Value::UNDEFINED).is_err());
        let endless =
            "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}";
        assert!(render_html("a.html", endless, Value::UNDEFINED).is_err());
    }

    #[test]
    fn a_value_is_escaped_for_the_format_of_its_template() {
        let hostile = || minijinja::context! { a => "<b> @team [x](y)", n => 2.5 };
        let html = render_html("a.html", "<i>{{ a }}</i> {{ n }}", hostile()).unwrap();
        assert_eq!(html.into_string(), "<i>&lt;b&gt; @team [x](y)</i> 2.5");
        let markdown = render_markdown("a.md", "**{{ a }}** {{ n }}", hostile()).unwrap();
        let expected = "**&lt;b&gt; &#64;&#8203;team &#91;x&#93;&#40;y&#41;** 2.5";
        assert_eq!(markdown.as_str(), expected);
    }

    #[test]
    fn markdown_of_ours_stays_as_it_is_also_in_a_list() {
        let link = markdown_value(&MarkdownText::from("[x](y)"));
        let context = minijinja::context! { links => vec![link.clone(), link] };
        let text = render_markdown("a.md", "{{ links | join(\" · \") }}", context).unwrap();
        assert_eq!(text.as_str(), "[x](y) · [x](y)");
    }
}
