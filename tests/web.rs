//! What holds for every file of every site, whatever stands in the history: HTML that tokenises
//! without a fault and carries nothing foreign, links that lead somewhere, SVG and feeds that are
//! XML, JSON with sorted keys, CSV with as many fields in each line.

use std::collections::{BTreeMap, BTreeSet};

use html5gum::{Token, Tokenizer};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::support::{Site, files, run};

const VOID: [&str; 8] = ["meta", "link", "br", "img", "input", "hr", "source", "wbr"];
const FOREIGN: [&str; 9] =
    ["iframe", "object", "embed", "base", "style", "img", "applet", "frame", "foreignobject"];
/// Elements that do not part the words around them.
const INLINE: [&str; 7] = ["a", "b", "bdi", "code", "em", "span", "time"];
/// Attributes that hold an address of this site, or one outside.
const ADDRESSES: [&str; 5] = ["href", "src", "action", "xlink:href", "formaction"];
/// What a `<link>` says of other pages, and no browser loads.
const LINKS: [&str; 2] = ["canonical", "alternate"];
/// Attributes whose words are ids of this page.
const REFERENCES: [&str; 4] = ["aria-labelledby", "aria-describedby", "aria-controls", "for"];

/// One page as far as the checks need it.
#[derive(Default)]
struct Page {
    ids: BTreeSet<String>,
    links: Vec<String>,
}

/// Every fault of a site that stands at the root of a server; a site without one passes.
pub fn check(site: &Site) {
    check_under(site, "/");
}

/// The same for a site whose base URL has this path.
pub fn check_under(site: &Site, base: &str) {
    let mut faults = Vec::new();
    let files = site.snapshot();
    let mut pages: BTreeMap<&str, Page> = BTreeMap::new();
    for (path, bytes) in &files {
        portable(path, &mut faults);
        if path.ends_with(".png") {
            continue;
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            faults.push(format!("{path}: not UTF-8"));
            continue;
        };
        let fault = match path.rsplit_once('.').map(|(_, ending)| ending) {
            Some("html") => {
                pages.insert(path, page(path, text, &mut faults));
                None
            }
            Some("svg" | "xml") => xml(text).err(),
            Some("json") => json(text).err(),
            Some("csv") => csv(text).err(),
            _ => None,
        };
        faults.extend(fault.map(|fault| format!("{path}: {fault}")));
    }
    for (path, page) in &pages {
        for link in &page.links {
            if let Some(fault) = broken(path, link, base, &files, &pages) {
                faults.push(format!("{path}: {link}: {fault}"));
            }
        }
    }
    let shown: Vec<&String> = faults.iter().take(20).collect();
    assert!(faults.is_empty(), "{} faults in {}: {shown:#?}", faults.len(), site.root.display());
}

/// Every name can be written on any system and served by any host.
fn portable(path: &str, faults: &mut Vec<String>) {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-~/".contains(c);
    let parts_are_short = path.split('/').all(|part| part.len() <= 255 && !part.is_empty());
    let starts = path.split('/').all(|part| !part.starts_with(['~', '_', '-']));
    if !(path.chars().all(good) && parts_are_short && starts) {
        faults.push(format!("{path}: no name for every system"));
    }
}

fn page(path: &str, text: &str, faults: &mut Vec<String>) -> Page {
    let mut page = Page::default();
    let mut references = Vec::new();
    let mut policy = String::new();
    let mut open: Vec<String> = Vec::new();
    for token in Tokenizer::new(text).flatten() {
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                let attributes: BTreeMap<String, String> =
                    tag.attributes.iter().map(|(name, value)| (utf8(name), utf8(value))).collect();
                element(&name, &attributes, &mut |fault| faults.push(format!("{path}: {fault}")));
                if attributes.get("http-equiv").is_some_and(|it| it == "Content-Security-Policy") {
                    policy.clone_from(&attributes["content"]);
                } else if ["script", "link"].contains(&name.as_str()) && !is_strict(&policy) {
                    faults.push(format!("{path}: <{name}> under the policy {policy:?}"));
                }
                if let Some(id) = attributes.get("id")
                    && !page.ids.insert(id.clone())
                {
                    faults.push(format!("{path}: the id {id} stands twice"));
                }
                let of = |names: &[&str]| -> Vec<String> {
                    names.iter().filter_map(|name| attributes.get(*name).cloned()).collect()
                };
                page.links.extend(of(&ADDRESSES));
                let words = of(&REFERENCES).join(" ");
                references.extend(words.split_whitespace().map(str::to_owned));
                if !tag.self_closing && !VOID.contains(&name.as_str()) {
                    open.push(name);
                }
            }
            Token::EndTag(tag) => {
                let name = utf8(&tag.name);
                let last = open.pop();
                if last.as_deref() != Some(&name) {
                    faults.push(format!("{path}: </{name}> closes {last:?}"));
                    return page;
                }
            }
            Token::Comment(_) => faults.push(format!("{path}: a comment")),
            Token::Error(error) => faults.push(format!("{path}: {:?}", error)),
            Token::String(_) | Token::Doctype(_) => {}
        }
    }
    if !open.is_empty() {
        faults.push(format!("{path}: left open: {open:?}"));
    }
    let lost = references.iter().filter(|id| !page.ids.contains(*id));
    faults.extend(lost.map(|id| format!("{path}: no element has the id {id}")));
    page
}

fn utf8(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Whether a page's Content-Security-Policy lets it load files of its own site and nothing else.
fn is_strict(policy: &str) -> bool {
    policy.starts_with("default-src 'none'; ")
        && policy.contains("; script-src 'self'; ")
        && !["unsafe", ":", "*", "//"].iter().any(|part| policy.contains(part))
}

/// Nothing foreign: scripts of the site alone; no handlers, no styles, no other schemes.
fn element(name: &str, attributes: &BTreeMap<String, String>, fault: &mut dyn FnMut(String)) {
    if FOREIGN.contains(&name) {
        fault(format!("a <{name}>"));
    }
    let text = |attribute: &str| attributes.get(attribute).map_or("", String::as_str);
    let src = text("src");
    let is_loaded = name == "script" || name == "link" && !LINKS.contains(&text("rel"));
    if is_loaded && (src.contains("//") || text("href").contains("//")) {
        fault(format!("<{name}> from another host: {attributes:?}"));
    }
    let is_own = ["assets/app.", "assets/range.", "search/"].iter().any(|part| src.contains(part));
    if name == "script" && !(is_own && src.ends_with(".js")) {
        fault(format!("a script: {attributes:?}"));
    }
    for (attribute, value) in attributes {
        if attribute.starts_with("on") || attribute == "style" {
            fault(format!("<{name} {attribute}={value:?}>"));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "-:".contains(c);
        if !attribute.chars().all(plain) {
            fault(format!("<{name}> with the attribute {attribute:?}"));
        }
        let scheme = value.split(['/', '?', '#']).next().and_then(|part| part.split_once(':'));
        if ADDRESSES.contains(&attribute.as_str())
            && let Some((scheme, _)) = scheme
            && !["http", "https", "mailto"].contains(&scheme)
        {
            fault(format!("<{name} {attribute}={value:?}>"));
        }
    }
}

/// Why a link leads nowhere.
fn broken(
    path: &str,
    link: &str,
    base: &str,
    files: &BTreeMap<String, Vec<u8>>,
    pages: &BTreeMap<&str, Page>,
) -> Option<&'static str> {
    if ["http:", "https:", "mailto:"].iter().any(|scheme| link.starts_with(scheme)) {
        return None;
    }
    let (rest, fragment) = link.split_once('#').map_or((link, None), |(a, b)| (a, Some(b)));
    let address = rest.split('?').next().unwrap_or_default();
    let mut folders: Vec<&str> = path.split('/').collect();
    folders.pop();
    if address.starts_with('/') {
        // Only the page for lost visitors may, since it is shown at any depth.
        let Some(absolute) = address.strip_prefix(base).filter(|_| path == "404.html") else {
            return Some("absolute");
        };
        folders = absolute.split('/').collect();
    } else if !address.is_empty() {
        for part in address.split('/') {
            match part {
                "." => {}
                ".." if folders.pop().is_none() => return Some("leaves the site"),
                ".." => {}
                part => folders.push(part),
            }
        }
    }
    let mut target = folders.join("/");
    if address.is_empty() {
        target = path.to_owned();
    } else if address.ends_with('/') || address.ends_with("..") || target.is_empty() {
        let folder = target.trim_end_matches('/');
        target =
            if folder.is_empty() { "index.html".into() } else { format!("{folder}/index.html") };
    }
    if !files.contains_key(&target) {
        return Some("leads nowhere");
    }
    let missing = fragment
        .is_some_and(|id| pages.get(target.as_str()).is_none_or(|page| !page.ids.contains(id)));
    missing.then_some("no such place on that page")
}

/// XML to its end: names balance, entities are known, characters are those of XML 1.0.
fn xml(text: &str) -> Result<(), String> {
    let bad = |c: &char| {
        (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{7f}'..='\u{9f}'))
            || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    if let Some(c) = text.chars().find(bad) {
        return Err(format!("holds {c:?}"));
    }
    let mut reader = quick_xml::Reader::from_str(text);
    let version = quick_xml::XmlVersion::Implicit1_0;
    let mut ids = BTreeSet::new();
    let (mut depth, mut roots) = (0_usize, 0);
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        match &event {
            quick_xml::events::Event::Eof if depth == 0 && roots == 1 => return Ok(()),
            quick_xml::events::Event::Eof => return Err("ends too early".to_owned()),
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                let name = utf8(tag.name().as_ref());
                if ["script", "foreignObject", "image", "use"].contains(&name.as_str()) {
                    return Err(format!("a <{name}>"));
                }
                for attribute in tag.attributes() {
                    let attribute = attribute.map_err(|error| error.to_string())?;
                    let key = utf8(attribute.key.as_ref());
                    let value =
                        attribute.normalized_value(version).map_err(|error| error.to_string())?;
                    if key.starts_with("on") || value.trim_start().starts_with("javascript:") {
                        return Err(format!("{key}={value:?}"));
                    }
                    if key == "id" && !ids.insert(value.to_string()) {
                        return Err(format!("the id {value} stands twice"));
                    }
                }
                let starts = matches!(event, quick_xml::events::Event::Start(_));
                roots += usize::from(depth == 0);
                depth += usize::from(starts);
            }
            quick_xml::events::Event::End(_) => depth -= 1,
            quick_xml::events::Event::GeneralRef(name) => {
                let name = utf8(name);
                let known = ["amp", "lt", "gt", "quot", "apos"].contains(&name.as_str());
                if !known && !name.starts_with('#') {
                    return Err(format!("&{name};"));
                }
            }
            _ => {}
        }
    }
}

/// JSON whose objects have their keys in order, each once.
fn json(text: &str) -> Result<(), String> {
    serde_json::from_str::<Sorted>(text).map(|_| ()).map_err(|error| error.to_string())
}

struct Sorted;

impl<'de> Deserialize<'de> for Sorted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SortedVisitor)
    }
}

struct SortedVisitor;

impl<'de> Visitor<'de> for SortedVisitor {
    type Value = Sorted;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Sorted, A::Error> {
        let mut last: Option<String> = None;
        while let Some(key) = map.next_key::<String>()? {
            if last.as_ref().is_some_and(|last| *last >= key) {
                return Err(A::Error::custom(format!("{key:?} stands after {last:?}")));
            }
            map.next_value::<Sorted>()?;
            last = Some(key);
        }
        Ok(Sorted)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Sorted, A::Error> {
        while seq.next_element::<Sorted>()?.is_some() {}
        Ok(Sorted)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Sorted, E> {
        Ok(Sorted)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Sorted, E> {
        Ok(Sorted)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Sorted, E> {
        Ok(Sorted)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Sorted, E> {
        Ok(Sorted)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Sorted, E> {
        Ok(Sorted)
    }

    fn visit_unit<E: Error>(self) -> Result<Sorted, E> {
        Ok(Sorted)
    }
}

/// Lines of RFC 4180 with as many fields as the first; no field that a spreadsheet would run.
fn csv(text: &str) -> Result<(), String> {
    let (mut fields, mut quoted, mut first) = (1, false, None);
    let mut field = String::new();
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' | '\n' if !quoted => {
                let number = field.trim_end().parse::<f64>().is_ok();
                if field.starts_with(['=', '+', '-', '@']) && !number {
                    return Err(format!("a formula: {field}"));
                }
                field.clear();
                if c == ',' {
                    fields += 1;
                } else if *first.get_or_insert(fields) != fields {
                    return Err(format!("{fields} fields after {first:?}"));
                } else {
                    fields = 1;
                }
                continue;
            }
            _ => {}
        }
        if c != '"' {
            field.push(c);
        }
    }
    if quoted { Err("a quote is left open".to_owned()) } else { Ok(()) }
}

/// The text of HTML: tags left out, entities read, white space squeezed.
pub fn text(html: &str) -> String {
    let mut text = String::new();
    for token in Tokenizer::new(html).flatten() {
        match token {
            Token::String(string) => text.push_str(&utf8(&string)),
            Token::StartTag(tag) if !INLINE.contains(&&*utf8(&tag.name)) => text.push(' '),
            Token::EndTag(tag) if !INLINE.contains(&&*utf8(&tag.name)) => text.push(' '),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// HTML for review: a tag a line, and of each drawing only its marks and its words, since where
/// they stand is the chart room's affair.
pub fn outline(html: &str) -> String {
    let mut out = String::new();
    let mut drawing = 0_usize;
    for piece in html.replace("><", ">\n<").split_inclusive('>') {
        let (words, tag) = piece.rsplit_once('<').unwrap_or((piece, ""));
        let starts = tag.starts_with("svg");
        if drawing == 0 && !starts {
            out.push_str(piece);
            continue;
        }
        let words = words.trim();
        if !words.is_empty() {
            out.push_str(&format!(" {words}"));
        }
        drawing += usize::from(starts);
        let name: String = tag.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
        let class = tag.split_once("class=\"").and_then(|(_, rest)| rest.split_once('"'));
        if let Some((class, _)) = class {
            out.push_str(&format!("\n  {name}.{class}"));
        }
        if tag.starts_with("/svg") {
            drawing -= 1;
            out.push_str(if drawing == 0 { "\n  end of drawing" } else { "" });
        }
    }
    out
}

#[test]
fn a_link_to_a_page_shows_its_sentence_and_a_picture_where_the_address_is_known() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("data");
    run(&["demo-data", "--out", folder.to_str().unwrap()]);
    let build = |name: &str, more: &[&str]| {
        let out = data.path().join(name);
        let arguments = ["build", "--demo", "--no-cache", "--data", folder.to_str().unwrap()];
        let place = ["--out", out.to_str().unwrap()];
        let built = run(&[&arguments[..], &place, more].concat());
        assert_eq!(built.status, 0, "{}", built.err);
        out
    };
    let alone = build("alone", &[]);
    let page = std::fs::read_to_string(alone.join("index.html")).unwrap();
    assert!(!page.contains("og:") && !alone.join("picture.png").exists());
    let site = build("site", &["--base-url", "https://bench.example/x/"]);
    let page = std::fs::read_to_string(site.join("index.html")).unwrap();
    let picture = r#"<meta property="og:image" content="https://bench.example/x/picture.png">"#;
    assert!(page.contains(picture) && page.contains(r#"<meta property="og:title""#), "{page}");
    for path in files(&site).iter().filter(|path| path.ends_with(".png")) {
        let bytes = std::fs::read(site.join(path)).unwrap();
        assert!(bytes.starts_with(b"\x89PNG") && bytes.len() < 40_000, "{path}: {}", bytes.len());
        let page = path.replace("picture.png", "index.html").replace(".png", ".html");
        let page = std::fs::read_to_string(site.join(page)).unwrap();
        assert!(page.contains(&format!("https://bench.example/x/{path}")), "{path}");
    }
    let pictures = files(&site).iter().filter(|path| path.ends_with(".png")).count();
    assert!(pictures > 10, "{pictures}");
}
