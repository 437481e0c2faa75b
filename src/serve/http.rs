//! From a request to a response: who may ask, which file it is, and the reload script that pages
//! get on their way.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{
    self, ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION,
};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use crate::serve::ServeOptions;
use crate::serve::connections::HttpSite;
use crate::serve::live_reload::LiveReload;
use crate::serve::requests::{PageLookup, RequestSender};

const SCRIPT: &str = include_str!("reload.js");
const STYLE: &str = include_str!("reload.css");
const INTERNAL_PREFIX: &str = "/_benchpages/";

/// Media types by the endings of a site's files; anything else is sent as bytes.
const MEDIA_TYPES: [(&str, &str); 15] = [
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
    // The text format of Prometheus.
    ("prom", "text/plain; version=0.0.4; charset=utf-8"),
    ("webmanifest", "application/manifest+json; charset=utf-8"),
    ("png", "image/png"),
    ("ico", "image/x-icon"),
    ("woff2", "font/woff2"),
];

/// What every request needs: the source of pages, and the events for open ones.
pub(super) struct HttpState {
    requests: RequestSender,
    /// Begins and ends with a slash.
    base_path: String,
    live: Arc<LiveReload>,
}

impl HttpState {
    pub(super) fn new(
        options: &ServeOptions,
        live: Arc<LiveReload>,
        requests: RequestSender,
    ) -> Self {
        let base = options.base_path.trim_matches('/');
        let base = if base.is_empty() { "/".to_owned() } else { format!("/{base}/") };
        Self { requests, base_path: base, live }
    }

    pub(super) fn base(&self) -> &str {
        &self.base_path
    }
}

impl HttpSite for HttpState {
    fn answer(&self, request: &Parts) -> impl Future<Output = Response> + Send {
        answer(self, request)
    }

    fn has_page(&self, request: &Parts) -> bool {
        !request.uri.path().starts_with(INTERNAL_PREFIX)
    }

    fn closed(&self) -> impl Future<Output = ()> + Send + 'static {
        self.live.closed()
    }
}

/// Answers a request. Nothing is stored by the browser, since the next build changes it, and
/// nothing is readable from pages of other origins.
async fn answer(site: &HttpState, request: &Parts) -> Response {
    let mut response = if !is_local_host(&request.headers) {
        plain_text(StatusCode::FORBIDDEN, "This server answers only for localhost.\n")
    } else if is_cross_site(&request.headers) {
        plain_text(StatusCode::FORBIDDEN, "This server does not answer pages of other sites.\n")
    } else if !matches!(request.method, Method::GET | Method::HEAD) {
        let mut response = plain_text(StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD.\n");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        response
    } else {
        route(site, &request.uri).await
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let same_origin = HeaderValue::from_static("same-origin");
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), same_origin);
    response
}

async fn route(site: &HttpState, uri: &Uri) -> Response {
    let path = uri.path();
    if let Some(internal) = path.strip_prefix(INTERNAL_PREFIX) {
        return match internal {
            "reload.js" => with_media_type("js", SCRIPT),
            "reload.css" => with_media_type("css", STYLE),
            "events" => site.live.event_stream(page_generation(uri)).into_response(),
            _ => plain_text(StatusCode::NOT_FOUND, "Not found.\n"),
        };
    }
    if path == "/" && site.base_path != "/" {
        return redirect(StatusCode::FOUND, &site.base_path);
    }
    if path.len() + 1 == site.base_path.len() && site.base_path.starts_with(path) {
        return redirect(StatusCode::MOVED_PERMANENTLY, &site.base_path);
    }
    match path.strip_prefix(&site.base_path) {
        // A doubled slash names no page, and a redirect to `//name/` would leave this server.
        Some(file) if !path.contains("//") => serve_file(site, file, uri).await,
        _ => not_found(site).await,
    }
}

/// The file at a path relative to the base, with the redirects of GitHub Pages: what works here
/// works there.
async fn serve_file(site: &HttpState, file: &str, uri: &Uri) -> Response {
    let Some(mut path) = percent_decoded(file) else { return not_found(site).await };
    if path.is_empty() || path.ends_with('/') {
        path.push_str("index.html");
    }
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    match site.requests.fetch(&path).await {
        PageLookup::File { bytes, generation } if ending == "html" => {
            with_reload_script(&bytes, generation)
        }
        PageLookup::File { bytes, .. } => with_media_type(ending, bytes),
        PageLookup::Folder => {
            let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
            redirect(StatusCode::MOVED_PERMANENTLY, &format!("{}/{query}", uri.path()))
        }
        PageLookup::Missing => not_found(site).await,
        PageLookup::Failed(reason) => {
            let mut response =
                with_media_type("txt", format!("This page cannot be made: {reason}\n"));
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    }
}

/// The site's page for addresses that do not exist.
async fn not_found(site: &HttpState) -> Response {
    match site.requests.fetch("404.html").await {
        PageLookup::File { bytes, generation } => {
            let mut response = with_reload_script(&bytes, generation);
            *response.status_mut() = StatusCode::NOT_FOUND;
            response
        }
        _ => plain_text(StatusCode::NOT_FOUND, "Not found.\n"),
    }
}

/// A path with its percent escapes decoded; none where the result is not UTF-8.
fn percent_decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut encoded = path.bytes();
    while let Some(byte) = encoded.next() {
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        bytes.push(match byte {
            b'%' => u8::try_from(digit(encoded.next())? * 16 + digit(encoded.next())?).ok()?,
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// A page with the reload script and its style at the end of its head. The files of a site are the
/// same with and without `serve`, so the script is added on the way.
fn with_reload_script(page: &[u8], generation: u64) -> Response {
    let script = format!(
        "<link rel=\"stylesheet\" href=\"{INTERNAL_PREFIX}reload.css\"><script defer \
         src=\"{INTERNAL_PREFIX}reload.js\" data-generation=\"{generation}\"></script>"
    );
    let head_end = page.windows(7).position(|text| text.eq_ignore_ascii_case(b"</head>"));
    let (head, body) = page.split_at(head_end.unwrap_or(page.len()));
    with_media_type("html", [head, script.as_bytes(), body].concat())
}

/// The generation in a page's request for events: that of the site it was served from.
fn page_generation(uri: &Uri) -> u64 {
    let value = uri.query().and_then(|query| query.strip_prefix("generation="));
    value.and_then(|value| value.parse().ok()).unwrap_or_default()
}

/// Whether the request has one `Host`, and that is a name of this machine. Another name means that
/// a page elsewhere has pointed its own name here (DNS rebinding).
fn is_local_host(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let authority = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
    authority.is_some_and(|authority| {
        let name = authority.host();
        let is_local =
            ["127.0.0.1", "[::1]"].contains(&name) || name.eq_ignore_ascii_case("localhost");
        // `localhost@elsewhere` is a user at another host.
        is_local && !authority.as_str().contains('@')
    })
}

/// Whether a browser sends the request for a page from elsewhere: another site, or another server
/// on this machine. Following a link is allowed, since the other page does not see the answer.
fn is_cross_site(headers: &HeaderMap) -> bool {
    let value = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
    let is_foreign_origin = value("origin").is_some_and(|origin| {
        let host = origin.strip_prefix(b"http://");
        headers.get_all(header::ORIGIN).iter().count() > 1
            || host.is_none()
            || host != value("host")
    });
    let is_same_site = matches!(value("sec-fetch-site"), None | Some(b"same-origin" | b"none"));
    let follows_link = value("sec-fetch-mode") == Some(b"navigate")
        && value("sec-fetch-dest") == Some(b"document");
    is_foreign_origin || !(is_same_site || follows_link)
}

fn plain_text(status: StatusCode, text: &'static str) -> Response {
    let mut response = with_media_type("txt", text);
    *response.status_mut() = status;
    response
}

fn with_media_type(ending: &str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    let listed = MEDIA_TYPES.iter().find(|(listed, _)| *listed == ending);
    let media_type = listed.map_or("application/octet-stream", |(_, media_type)| *media_type);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

fn redirect(status: StatusCode, to: &str) -> Response {
    let mut response = plain_text(status, "");
    match HeaderValue::from_str(to) {
        Ok(to) => response.headers_mut().insert(LOCATION, to),
        Err(_) => return plain_text(StatusCode::NOT_FOUND, "Not found.\n"),
    };
    response
}
