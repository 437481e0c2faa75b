//! Requests and answers as `notify` knows them, whatever carries them.

use serde_json::Value;

use crate::notify::endpoint::EndpointUrl;
use crate::notify::secret::Secret;
use model::text::secrets::MASK;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HttpMethod {
    Get,
    Post,
    Patch,
}

impl HttpMethod {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
        }
    }
}

/// A request, complete but for the carrier's own headers.
#[derive(Clone, Debug)]
pub(crate) struct HttpRequest {
    pub(crate) method: HttpMethod,
    pub(crate) address: EndpointUrl,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Sent as `Authorization: Bearer`.
    pub(crate) token: Option<Secret>,
    /// JSON.
    pub(crate) body: Option<Vec<u8>>,
    /// Doing it twice does harm: without an answer it ends in
    /// [`Unconfirmed`](crate::notify::NotifyError::Unconfirmed).
    pub(crate) retry_is_unsafe: bool,
    /// The real status of an answer, where the server puts it into the body.
    pub(crate) effective_status: Option<fn(&HttpResponse) -> u16>,
    /// What a dry run takes as the answer.
    pub(crate) dry_run_response: Value,
}

impl HttpRequest {
    pub(crate) fn new(method: HttpMethod, address: EndpointUrl) -> Self {
        Self {
            method,
            address,
            headers: Vec::new(),
            token: None,
            body: None,
            retry_is_unsafe: false,
            effective_status: None,
            dry_run_response: Value::Null,
        }
    }

    /// The request as errors name it.
    pub(crate) fn description(&self) -> String {
        format!("{} {}", self.method.as_str(), self.address.redacted())
    }
}

/// An answer. Names of headers are in lower case.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HttpResponse {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl HttpResponse {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(header, _)| header == name);
        header.map(|(_, value)| value.as_str())
    }
}

/// The headers of a request as they may be shown: a signature proves what it stands beside.
pub(crate) fn shown_headers(request: &HttpRequest) -> Vec<(String, String)> {
    let token = request.token.as_ref();
    let token = token.map(|_| ("authorization".to_owned(), format!("Bearer {MASK}")));
    let plain = request.headers.iter().map(|(name, value)| {
        // Whoever reads a signature in a log may send the same body again.
        let secret = name.ends_with("-signature");
        ((*name).to_owned(), if secret { MASK.to_owned() } else { value.clone() })
    });
    plain.chain(token).collect()
}
