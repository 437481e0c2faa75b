//! Templates: the shipped texts and the user's own, filled by minijinja.
//!
//! A template comes from the history directory, which a stranger's pull request may change. So
//! undefined names are errors, fuel and depth bound the work, and HTML is escaped.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};

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

/// A template filled with `context`, as text.
///
/// # Errors
/// Syntax errors, unknown names, or more work than a page may cost.
pub(crate) fn render_template(
    name: &str,
    template: &str,
    context: Value,
) -> Result<String, TemplateError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // A loop over a billion numbers is one line of a template, and would hang the build.
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(DEPTH);
    // By the name, as minijinja would: Markdown gets texts that are escaped already.
    let html = name.ends_with(".html");
    environment.set_auto_escape_callback(
        move |_| {
            if html { AutoEscape::Html } else { AutoEscape::None }
        },
    );
    let rendered = environment.render_named_str(name, template, context).map_err(|error| {
        TemplateError { template: format!("templates/{name}"), reason: error.to_string() }
    })?;
    Ok(rendered)
}

/// A template filled with the fields of a view, as text.
///
/// # Errors
/// As [`render_template`].
pub(crate) fn render_template_with(
    name: &str,
    template: &str,
    view: &impl serde::Serialize,
) -> Result<String, TemplateError> {
    render_template(name, template, Value::from(Serde(view)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_in_a_template_is_an_error() {
        assert!(render_template("a.html", "{{ nonsense }}", Value::UNDEFINED).is_err());
        assert!(
            render_template(
                "a.html",
                "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}",
                Value::UNDEFINED
            )
            .is_err()
        );
        let filled =
            render_template("a.html", "{{ a }}", minijinja::context! { a => "<b>" }).unwrap();
        assert_eq!(filled, "&lt;b&gt;");
    }
}
