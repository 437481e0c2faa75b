//! A dry run: every request is written down as it would be sent, secrets masked, and answered as
//! if nothing stood there yet. Sends nothing.

use std::time::Duration;

use serde_json::Value;

use crate::notify::client::{Transport, TransportError};
use crate::notify::http::{HttpRequest, HttpResponse, shown_headers};
use crate::notify::secret::SecretMasks;
use crate::report::escape::json;
use model::text::terminal::TerminalText;

#[derive(Debug, Default)]
pub(crate) struct Preview {
    masks: SecretMasks,
    text: String,
}

impl Preview {
    pub(crate) fn new(masks: SecretMasks) -> Self {
        Self { masks, text: String::new() }
    }

    /// The requests, in their order.
    pub(crate) fn text(&self) -> TerminalText {
        TerminalText::lines(&self.text)
    }
}

impl Transport for Preview {
    fn send(&mut self, request: &HttpRequest, _: Duration) -> Result<HttpResponse, TransportError> {
        let (method, address) = (request.method.as_str(), request.address.redacted());
        let mut text = format!("{method} {address}\n");
        for (name, value) in shown_headers(request) {
            text.push_str(&format!("{name}: {value}\n"));
        }
        if let Some(body) = &request.body {
            match serde_json::from_slice::<Value>(body) {
                Ok(value) => text.push_str(&json::pretty(&value)),
                Err(_) => text.push_str(&format!("{}\n", String::from_utf8_lossy(body))),
            }
        }
        self.text.push_str(&self.masks.mask(&text));
        self.text.push('\n');
        let body = request.dry_run_response.to_string().into_bytes();
        Ok(HttpResponse { status: 200, headers: Vec::new(), body })
    }
}
