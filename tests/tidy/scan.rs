//! Rust text in pieces: what is code, what is a comment, what is a literal.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Code,
    /// `// why` and `/* why */`.
    Comment,
    /// `/// what` and `//! what`.
    Doc,
    /// Text, bytes or a single character, with its quotes.
    Literal,
}

/// A stretch of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    pub kind: Kind,
    /// Number of the line it starts on, from 0.
    pub line: usize,
    pub text: &'a str,
}

/// What a line of a file is counted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    Blank,
    Code,
    /// Nothing but a comment.
    Comment,
    Doc,
}

pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut at, mut start, mut line) = (0, 0, 0);
    while at <= text.len() {
        let next = if at < text.len() { special(text, at) } else { Some((Kind::Code, 0)) };
        let Some((kind, length)) = next else {
            at += 1;
            continue;
        };
        for (kind, text) in [(Kind::Code, &text[start..at]), (kind, &text[at..at + length])] {
            if !text.is_empty() {
                pieces.push(Piece { kind, line, text });
                line += text.matches('\n').count();
            }
        }
        at += length.max(1);
        start = at.min(text.len());
    }
    pieces
}

/// Kind and length of the comment or literal that starts at `at`.
fn special(text: &str, at: usize) -> Option<(Kind, usize)> {
    let bytes = text.as_bytes();
    if !matches!(bytes[at], b'/' | b'"' | b'\'' | b'r') {
        return None;
    }
    let tail = &text[at..];
    let before = if at > 0 && bytes[at - 1] == b'b' { at - 1 } else { at };
    let in_word = before > 0 && is_word(bytes[before - 1]);
    let (kind, length) = match bytes[at] {
        b'/' if tail.starts_with("//") => {
            let doc = tail.starts_with("//!") || tail.starts_with("///");
            let kind = if doc && !tail.starts_with("////") { Kind::Doc } else { Kind::Comment };
            (kind, tail.find('\n').unwrap_or(tail.len()))
        }
        b'/' if tail.starts_with("/*") => (Kind::Comment, after(tail, 2, "*/")),
        b'r' if !in_word => (Kind::Literal, raw_length(tail)),
        b'"' => (Kind::Literal, quoted(tail, b'"')),
        b'\'' => (Kind::Literal, character(tail)),
        _ => return None,
    };
    (length > 0).then_some((kind, length))
}

pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn after(text: &str, from: usize, end: &str) -> usize {
    text[from..].find(end).map_or(text.len(), |place| from + place + end.len())
}

fn quoted(text: &str, quote: u8) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() && bytes[at] != quote {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// Length of `'x'` or `'\n'`; 0 for a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text[1..].chars();
    match chars.next() {
        Some('\\') => quoted(text, b'\''),
        Some(first) if chars.next() == Some('\'') => first.len_utf8() + 2,
        _ => 0,
    }
}

fn raw_length(text: &str) -> usize {
    let hashes = text[1..].bytes().take_while(|&byte| byte == b'#').count();
    if text.as_bytes().get(1 + hashes) != Some(&b'"') {
        return 0;
    }
    after(text, 2 + hashes, &format!("\"{}", "#".repeat(hashes)))
}

/// Rust with comments and literals replaced by blanks: the same lines, the same columns.
pub fn bare(pieces: &[Piece<'_>]) -> String {
    let mut out = String::new();
    for piece in pieces {
        if piece.kind == Kind::Code {
            out.push_str(piece.text);
        } else {
            out.extend(piece.text.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        }
    }
    out
}

/// What each line is. Code wins over a comment behind it.
pub fn line_kinds(text: &str, pieces: &[Piece<'_>]) -> Vec<LineKind> {
    let mut kinds = vec![LineKind::Blank; text.lines().count()];
    for piece in pieces {
        let kind = match piece.kind {
            Kind::Code | Kind::Literal => LineKind::Code,
            Kind::Comment => LineKind::Comment,
            Kind::Doc => LineKind::Doc,
        };
        for (number, line) in piece.text.split('\n').enumerate() {
            if !line.trim().is_empty() && kinds[piece.line + number] != LineKind::Code {
                kinds[piece.line + number] = kind;
            }
        }
    }
    kinds
}

/// Which lines of bare text belong to an item behind `#[cfg(test)]`.
pub fn test_lines(bare: &str) -> Vec<bool> {
    let lines: Vec<&str> = bare.lines().collect();
    let mut tests = vec![false; lines.len()];
    let mut at = 0;
    while at < lines.len() {
        let start = at;
        at += 1;
        if lines[start].trim() != "#[cfg(test)]" {
            continue;
        }
        while at < lines.len() && (lines[at].trim().is_empty() || attribute(lines[at])) {
            at += 1;
        }
        if at < lines.len() {
            at += item_length(&lines[at..]);
        }
        tests[start..at].fill(true);
    }
    tests
}

fn attribute(line: &str) -> bool {
    line.trim_start().starts_with("#[")
}

/// Lines of an item by indentation, which the formatter guarantees: to the brace that stands
/// where the item began.
pub fn item_length(lines: &[&str]) -> usize {
    let indent = lines[0].len() - lines[0].trim_start().len();
    if lines[0].trim_end().ends_with(['}', ';', ',']) {
        return 1;
    }
    let ends = |line: &&str| {
        let body = line.get(indent..).unwrap_or_default();
        body.starts_with('}') || (body.starts_with(')') && line.trim_end().ends_with(';'))
    };
    lines.iter().position(ends).map_or(lines.len(), |last| last + 1)
}

/// The words of a text with the line each is on: letters, digits and `_`.
pub fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().flat_map(|(number, line)| {
        let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.filter(|word| !word.is_empty()).map(move |word| (number, word))
    })
}

/// End of the bracket that opens at `at`; brackets are counted, whatever their form.
pub fn closing(text: &str, at: usize) -> usize {
    let mut depth = 0;
    for (place, byte) in text.bytes().enumerate().skip(at) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth -= 1;
                if depth == 0 {
                    return place;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// The parts between the commas that stand in no bracket.
pub fn split_commas(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start, mut last) = (0, 0, b' ');
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' | b'<' => depth += 1,
            b'>' if last == b'-' || last == b'=' => {}
            b')' | b']' | b'}' | b'>' => depth -= 1,
            b',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        last = byte;
    }
    parts.push(&text[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

#[test]
fn literals_and_comments_are_no_code() {
    let text = "let a = \"// \\\" x\"; // why\nlet b = br#\"\"\"#;\n\
                fn c<'a>(x: &'a u8) -> char { '\"' }\n";
    let expected = "let a =          ;       \nlet b = b      ;\n\
                    fn c<'a>(x: &'a u8) -> char {     }\n";
    assert_eq!(bare(&pieces(text)), expected);
    let long = "/* a\n b */ fn c() {\n/// d\n}\n";
    let kinds = [LineKind::Comment, LineKind::Code, LineKind::Doc, LineKind::Code];
    assert_eq!(line_kinds(long, &pieces(long)), kinds);
}

#[test]
fn an_item_behind_a_test_attribute_is_a_test_to_its_end() {
    let text = "fn a() {}\n#[cfg(test)]\nmod b;\nfn c() {}\n#[cfg(test)]\n#[allow(x)]\n\
                mod tests {\n    fn d() {\n    }\n}\nfn e() {}";
    let tests = test_lines(text);
    let marked: Vec<usize> = (0..tests.len()).filter(|&line| tests[line]).collect();
    assert_eq!(marked, [1, 2, 4, 5, 6, 7, 8, 9]);
}
