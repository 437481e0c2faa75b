//! Text of an output format, by type: a string of data enters an output through the escaper of its
//! format, or the program does not compile.
//!
//! A format is a type `F` with an escaper ([`TextFormat`]). Its text is an [`Escaped<F>`], made of
//! three kinds of parts: literals of the program (the syntax of the format), whole numbers, and
//! other text of the same format. Data is none of them; [`Escaped::text`] makes it one.
//!
//! ```
//! use benchpages_model::escaped;
//! use benchpages_model::text::xml::XmlText;
//!
//! let name = XmlText::text("<b>");
//! let element: XmlText = escaped!["<i>", name, "</i>"];
//! assert_eq!(element.as_str(), "<i>&lt;b&gt;</i>");
//! ```
//!
//! A string is no part, whether it is owned, borrowed, or text of another format:
//!
//! ```compile_fail,E0277
//! benchpages_model::text::xml::XmlText::new().push(String::from("<b>"));
//! ```
//!
//! ```compile_fail,E0597
//! let data = String::from("<b>");
//! benchpages_model::text::xml::XmlText::new().push(data.as_str());
//! ```
//!
//! ```compile_fail,E0277
//! use benchpages_model::text::terminal::TerminalText;
//! benchpages_model::text::xml::XmlText::new().push(TerminalText::text("<b>"));
//! ```
//!
//! A finished text is vouched for by a value of the format's type, which only the format's own
//! module can make:
//!
//! ```compile_fail,E0423
//! use benchpages_model::text::{escaped::Escaped, xml::Xml};
//! Escaped::made_by(Xml(()), String::from("<b>"));
//! ```

use std::fmt::{self, Display, Formatter};
use std::marker::PhantomData;
use std::ops::Deref;

use crate::text::digits;

/// A format that programs read: HTML, Markdown, a terminal, ….
///
/// Whoever holds a value of the type may vouch for a whole text. So the type has a private field,
/// and no function gives a value away.
pub trait TextFormat: Sized {
    /// Appends data so that a reader of the format sees it as text, and obeys nothing in it.
    fn push_escaped(out: &mut String, data: &str);
}

/// Text of the format `F`, safe to be written as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Escaped<F> {
    text: String,
    format: PhantomData<F>,
}

impl<F> Escaped<F> {
    pub const fn new() -> Self {
        Self { text: String::new(), format: PhantomData }
    }

    pub fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), format: PhantomData }
    }

    /// A text that the module of the format made by other means than [`TextFormat::push_escaped`].
    pub fn made_by(_format: F, text: String) -> Self {
        Self { text, format: PhantomData }
    }

    /// Appends a literal, a whole number, or text of the same format.
    pub fn push(&mut self, part: impl Part<F>) -> &mut Self {
        part.append_to(&mut self.text);
        self
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn into_string(self) -> String {
        self.text
    }

    /// Empties the text and keeps its memory.
    pub fn clear(&mut self) {
        self.text.clear();
    }

    /// The texts with a literal between them.
    pub fn join(texts: impl IntoIterator<Item = Self>, separator: &'static str) -> Self {
        let mut joined = Self::new();
        for (at, text) in texts.into_iter().enumerate() {
            joined.push(if at == 0 { "" } else { separator }).push(text);
        }
        joined
    }
}

impl<F: TextFormat> Escaped<F> {
    /// Data as text of the format.
    pub fn text(data: &str) -> Self {
        let mut escaped = Self::new();
        escaped.push_text(data);
        escaped
    }

    /// Appends data as text of the format.
    pub fn push_text(&mut self, data: &str) -> &mut Self {
        F::push_escaped(&mut self.text, data);
        self
    }
}

// By hand: `derive` would ask for a default of the format, which would be a way to make its value.
impl<F> Default for Escaped<F> {
    fn default() -> Self {
        Self::new()
    }
}

impl<F> Deref for Escaped<F> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl<F> Display for Escaped<F> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl<F> PartialEq<&str> for Escaped<F> {
    fn eq(&self, other: &&str) -> bool {
        self.text == *other
    }
}

impl<F> From<&'static str> for Escaped<F> {
    fn from(literal: &'static str) -> Self {
        Self { text: literal.to_owned(), format: PhantomData }
    }
}

impl<F> FromIterator<Self> for Escaped<F> {
    fn from_iter<I: IntoIterator<Item = Self>>(texts: I) -> Self {
        Self::join(texts, "")
    }
}

/// What text of the format `F` may be put together from. Sealed: a type of another crate cannot
/// declare itself harmless.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no part of this text",
    note = "data is appended by `push_text`, which escapes it"
)]
pub trait Part<F>: sealed::Sealed<F> {
    #[doc(hidden)]
    fn append_to(self, out: &mut String);
}

mod sealed {
    pub trait Sealed<F> {}
}

impl<F> sealed::Sealed<F> for &'static str {}
impl<F> Part<F> for &'static str {
    fn append_to(self, out: &mut String) {
        out.push_str(self);
    }
}

impl<F> sealed::Sealed<F> for &Escaped<F> {}
impl<F> Part<F> for &Escaped<F> {
    fn append_to(self, out: &mut String) {
        out.push_str(&self.text);
    }
}

impl<F> sealed::Sealed<F> for Escaped<F> {}
impl<F> Part<F> for Escaped<F> {
    fn append_to(self, out: &mut String) {
        out.push_str(&self.text);
    }
}

impl<F> sealed::Sealed<F> for i32 {}
impl<F> Part<F> for i32 {
    fn append_to(self, out: &mut String) {
        digits::push_integer(out, self);
    }
}

impl<F> sealed::Sealed<F> for u64 {}
impl<F> Part<F> for u64 {
    fn append_to(self, out: &mut String) {
        digits::push_plain(out, self);
    }
}

impl<F> sealed::Sealed<F> for usize {}
impl<F> Part<F> for usize {
    fn append_to(self, out: &mut String) {
        digits::push_plain(out, self as u64);
    }
}

/// Puts parts together: `escaped!["<b>", name, "</b>"]`.
#[macro_export]
macro_rules! escaped {
    ($($part:expr),+ $(,)?) => {{
        let mut text = $crate::text::escaped::Escaped::new();
        $(text.push($part);)+
        text
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A format that doubles its data.
    #[derive(Clone, Debug, PartialEq)]
    struct Twice(());

    impl TextFormat for Twice {
        fn push_escaped(out: &mut String, data: &str) {
            out.push_str(data);
            out.push_str(data);
        }
    }

    #[test]
    fn only_data_is_escaped() {
        let text: Escaped<Twice> = escaped!["a", Escaped::text("b"), -1, 2_usize, 3_u64];
        assert_eq!(text.as_str(), "abb-123");
        let joined = Escaped::<Twice>::join([Escaped::text("x"), Escaped::from("y")], ", ");
        assert_eq!(joined.into_string(), "xx, y");
        assert_eq!(Escaped::made_by(Twice(()), "z".to_owned()).as_str(), "z");
    }
}
