//! Requests to answers: who may ask, which file it is, and what is added to pages on the way.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    self, ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use tower_http::services::ServeDir;

use crate::serve::Options;
use crate::serve::live::Live;

const SCRIPT: &str = include_str!("reload.js");
const STYLE: &str = include_str!("reload.css");
const OWN: &str = "/_benchpages/";
/// Larger pages are served as they are, without live reload.
const PAGE_LIMIT: usize = 64 << 20;

/// What is sent for the endings that a site has; anything else is guessed.
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

/// The folder that is served, and how open pages are told of changes.
pub(super) struct Site {
    folder: PathBuf,
    files: ServeDir,
    /// Begins and ends with a slash.
    base: String,
    live: Arc<Live>,
}

impl Site {
    pub(super) fn new(options: &Options, live: Arc<Live>) -> Self {
        let base = options.base_path.trim_matches('/');
        let prefix = if base.is_empty() { String::new() } else { format!("/{base}") };
        let files = ServeDir::new(&options.site_dir).redirect_path_prefix(prefix.clone());
        Self { folder: options.site_dir.clone(), files, base: prefix + "/", live }
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
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    // Neither ranges nor conditions are passed on: what is not stored needs none.
    let Ok(request) = Request::builder().uri(format!("/{rest}{query}")).body(Body::empty()) else {
        return not_found(site).await;
    };
    let generation = site.live.generation();
    let mut response = match site.files.clone().try_call(request).await {
        Ok(response) => response.map(Body::new),
        Err(_) => return not_found(site).await,
    };
    if response.headers().contains_key(LOCATION) {
        *response.status_mut() = StatusCode::MOVED_PERMANENTLY;
        return response;
    }
    if response.status() != StatusCode::OK {
        return not_found(site).await;
    }
    let ending = if rest.is_empty() || rest.ends_with('/') {
        "html"
    } else {
        rest.rsplit_once('.').map_or("", |(_, ending)| ending)
    };
    if let Some((_, kind)) = TYPES.iter().find(|(written, _)| *written == ending) {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    if ending == "html" { with_reload(response, generation).await } else { response }
}

/// The site's own page for what is not there.
async fn not_found(site: &Site) -> Response {
    let generation = site.live.generation();
    match tokio::fs::read(site.folder.join("404.html")).await {
        Ok(page) => {
            let mut response = typed("html", page);
            *response.status_mut() = StatusCode::NOT_FOUND;
            with_reload(response, generation).await
        }
        Err(_) => plain(StatusCode::NOT_FOUND, "Not found.\n"),
    }
}

/// Adds the reload script and its style to a page, at the end of its head.
async fn with_reload(response: Response, generation: u64) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(page) = to_bytes(body, PAGE_LIMIT).await else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "This page is too large to serve.\n");
    };
    let added = format!(
        "<link rel=\"stylesheet\" href=\"{OWN}reload.css\"><script defer src=\"{OWN}reload.js\" \
         data-generation=\"{generation}\"></script>"
    );
    let place = page.windows(7).position(|text| text.eq_ignore_ascii_case(b"</head>"));
    let (head, rest) = page.split_at(place.unwrap_or(page.len()));
    let page = [head, added.as_bytes(), rest].concat();
    for stale in [CONTENT_LENGTH, header::ETAG, header::LAST_MODIFIED, header::ACCEPT_RANGES] {
        parts.headers.remove(stale);
    }
    Response::from_parts(parts, Body::from(page))
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
    if let Some((_, kind)) = TYPES.iter().find(|(written, _)| *written == ending) {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
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
