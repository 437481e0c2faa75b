//! A result as JSON to an address of the user's, signed so that the receiver can tell it is ours
//! and new: HMAC-SHA256 over `v1:<time>:<body>`, as Slack signs. The time is sent beside it; a
//! receiver rejects what is older than five minutes, and knows a repeat by its delivery id.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::notify::client::NotifyClient;
use crate::notify::endpoint::EndpointUrl;
use crate::notify::http::{HttpMethod, HttpRequest};
use crate::notify::secret::Secret;
use crate::notify::{Delivery, NotifyError};
use model::record::time::Timestamp;

/// A result and its receiver.
#[derive(Clone, Debug)]
pub(crate) struct WebhookMessage<'a> {
    pub(crate) address: EndpointUrl,
    /// Left out: unsigned.
    pub(crate) key: Option<Secret>,
    /// What `check --format json` printed, as it came in.
    pub(crate) result: &'a Value,
    pub(crate) repo: Option<String>,
    pub(crate) pull: Option<u64>,
}

/// Sends every result: the receiver decides what matters.
///
/// # Errors
/// As [`NotifyClient::send`].
pub(crate) fn post(
    client: &mut NotifyClient<'_>,
    message: &WebhookMessage<'_>,
) -> Result<Delivery, NotifyError> {
    let unix = client.unix_seconds();
    let micros = i64::try_from(unix).unwrap_or(i64::MAX).saturating_mul(1_000_000);
    let body = json!({
        "event": "check",
        "pull": message.pull,
        "repository": message.repo,
        "result": message.result,
        "schema": "benchpages/notify/v1",
        "sent": Timestamp::from_micros(micros).to_string(),
    });
    let body = body.to_string().into_bytes();
    let mut request = HttpRequest::new(HttpMethod::Post, message.address.clone());
    request.headers = vec![
        ("content-type", "application/json".to_owned()),
        ("x-benchpages-delivery", model::hex::encode(&Sha256::digest(&body)[..16])),
        ("x-benchpages-timestamp", unix.to_string()),
    ];
    // The delivery id is a hash of the body, not a random number: the same result sent twice, by a
    // job that was started again, has the same id.
    if let Some(key) = &message.key {
        let signature = format!("sha256={}", signature(key, unix, &body)?);
        request.headers.push(("x-benchpages-signature", signature));
    }
    request.body = Some(body);
    client.send(&request)?;
    Ok(Delivery::new(format!("webhook: sent to {}", message.address.origin())))
}

/// HMAC-SHA256 (RFC 2104) in lower-case hex.
fn signature(key: &Secret, unix: u64, body: &[u8]) -> Result<String, NotifyError> {
    let keyed = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes());
    let mut mac = keyed.map_err(|_| NotifyError::Input("the key cannot be used".to_owned()))?;
    mac.update(format!("v1:{unix}:").as_bytes());
    mac.update(body);
    Ok(model::hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_covers_time_and_body() {
        let key = Secret::new("It's a Secret to Everybody").unwrap();
        let of = |unix, body: &str| signature(&key, unix, body.as_bytes()).unwrap();
        // `printf 'v1:1700000000:Hello, World!' | openssl dgst -sha256 -hmac "$KEY"`
        assert_eq!(of(1_700_000_000, "Hello, World!"), EXPECTED);
        assert_ne!(of(1_700_000_001, "Hello, World!"), EXPECTED);
        assert_ne!(of(1_700_000_000, "Hello, World?"), EXPECTED);
    }

    const EXPECTED: &str = "8847c7c4beab2190e37c3f24ad02a0576dbd49e76a2ce301d00f76a83be00567";
}
