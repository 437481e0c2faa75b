//! Requests to answers: who may ask, which file it is, and what is added to pages on the way.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    self, ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use crate::serve::Options;
use crate::serve::desk::{Bell, Found};
use crate::serve::live::Live;

const SCRIPT: &str = include_str!("reload.js");
const STYLE: &str = include_str!("reload.css");
const OWN: &str = "/_benchpages/";

/// What is sent for the endings that a site has; anything else is bytes.
const TYPES: [(&str, &str); 14] = [
    ("html", "text/html; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("ndjson", "application/x-ndjson; charset=utf-8"),
    ("svg", "image/svg+xml; charset=utf-8"),
    ("xml", "application/xml; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("txt", "text/plain; charset=utf-8"),
    ("md", "text/markdown; charset=utf-8"),
    ("webmanifest", "application/manifest+json; charset=utf-8"),
    ("png", "image/png"),
    ("ico", "image/x-icon"),
    ("woff2", "font/woff2"),
];

/// Where pages come from, and how open ones are told of changes.
pub(super) struct Site {
    bell: Bell,
    /// Begins and ends with a slash.
    base: String,
    live: Arc<Live>,
}

impl Site {
    pub(super) fn new(options: &Options, live: Arc<Live>, bell: Bell) -> Self {
        let base = options.base_path.trim_matches('/');
        let base = if base.is_empty() { "/".to_owned() } else { format!("/{base}/") };
        Self { bell, base, live }
    }

    pub(super) fn base(&self) -> &str {
        &self.base
    }
}

pub(super) fn router(site: Site) -> Router {
    Router::new().fallback(answer).with_state(Arc::new(site))
}

/// Every answer: guarded, never stored, never sniffed.
async fn answer(State(site): State<Arc<Site>>, request: Request) -> Response {
    let mut response = if !is_for_this_machine(request.headers()) {
        plain(StatusCode::FORBIDDEN, "This server answers only for localhost.\n")
    } else if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD.\n");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        response
    } else {
        route(&site, request.uri()).await
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let same_origin = HeaderValue::from_static("same-origin");
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), same_origin);
    response
}

async fn route(site: &Site, uri: &Uri) -> Response {
    let path = uri.path();
    if let Some(own) = path.strip_prefix(OWN) {
        return match own {
            "reload.js" => typed("js", SCRIPT),
            "reload.css" => typed("css", STYLE),
            "events" => site.live.follow(generation(uri)).into_response(),
            _ => plain(StatusCode::NOT_FOUND, "Not found.\n"),
        };
    }
    if path == "/" && site.base != "/" {
        return redirect(StatusCode::FOUND, &site.base);
    }
    if path.len() + 1 == site.base.len() && site.base.starts_with(path) {
        return redirect(StatusCode::MOVED_PERMANENTLY, &site.base);
    }
    match path.strip_prefix(&site.base) {
        // A doubled slash names no page, and a redirect to `//name/` would leave this server.
        Some(rest) if !path.contains("//") => file(site, rest, uri).await,
        _ => not_found(site).await,
    }
}

/// The file at a path relative to the base, as Pages would answer.
async fn file(site: &Site, rest: &str, uri: &Uri) -> Response {
    let Some(mut path) = decoded(rest) else { return not_found(site).await };
    if path.is_empty() || path.ends_with('/') {
        path.push_str("index.html");
    }
    let found = site.bell.ask(&path).await;
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    match found {
        Found::File { bytes, generation } if ending == "html" => page(&bytes, generation),
        Found::File { bytes, .. } => typed(ending, bytes),
        Found::Folder => {
            let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
            redirect(StatusCode::MOVED_PERMANENTLY, &format!("{}/{query}", uri.path()))
        }
        Found::Nothing => not_found(site).await,
        Found::Fault(reason) => {
            let mut response = typed("txt", format!("This page cannot be made: {reason}\n"));
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    }
}

/// The site's own page for what is not there.
async fn not_found(site: &Site) -> Response {
    match site.bell.ask("404.html").await {
        Found::File { bytes, generation } => {
            let mut response = page(&bytes, generation);
            *response.status_mut() = StatusCode::NOT_FOUND;
            response
        }
        _ => plain(StatusCode::NOT_FOUND, "Not found.\n"),
    }
}

/// A path without its percent signs; none where that is no text.
fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        bytes.push(match byte {
            b'%' => u8::try_from(digit(rest.next())? * 16 + digit(rest.next())?).ok()?,
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// A page with the reload script and its style added at the end of its head.
fn page(page: &[u8], generation: u64) -> Response {
    let added = format!(
        "<link rel=\"stylesheet\" href=\"{OWN}reload.css\"><script defer src=\"{OWN}reload.js\" \
         data-generation=\"{generation}\"></script>"
    );
    let place = page.windows(7).position(|text| text.eq_ignore_ascii_case(b"</head>"));
    let (head, rest) = page.split_at(place.unwrap_or(page.len()));
    typed("html", [head, added.as_bytes(), rest].concat())
}

/// The generation that a page says it was served at.
fn generation(uri: &Uri) -> u64 {
    let value = uri.query().and_then(|query| query.strip_prefix("generation="));
    value.and_then(|value| value.parse().ok()).unwrap_or_default()
}

/// Whether the one `Host` is a name of this machine. Another name means that a page elsewhere made
/// its own name point here (DNS rebinding).
fn is_for_this_machine(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let authority = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
    authority.is_some_and(|authority| {
        let name = authority.host();
        let local =
            ["127.0.0.1", "[::1]"].contains(&name) || name.eq_ignore_ascii_case("localhost");
        local && !authority.as_str().contains('@')
    })
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = typed("txt", text);
    *response.status_mut() = status;
    response
}

fn typed(ending: &str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    let known = TYPES.iter().find(|(written, _)| *written == ending);
    let kind = known.map_or("application/octet-stream", |(_, kind)| *kind);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn redirect(status: StatusCode, to: &str) -> Response {
    let mut response = plain(status, "");
    match HeaderValue::from_str(to) {
        Ok(to) => response.headers_mut().insert(LOCATION, to),
        Err(_) => return plain(StatusCode::NOT_FOUND, "Not found.\n"),
    };
    response
}
