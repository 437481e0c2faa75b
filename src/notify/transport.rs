//! The network and the clock of this machine. Follows no redirect by itself, reads no more of an
//! answer than it must, and goes through the proxy of the environment, but never to this machine.

use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ureq::http;
use ureq::{Agent, Error, Timeout};

use crate::notify::client::{RetryClock, Transport, TransportError};
use crate::notify::http::{HttpMethod, HttpRequest, HttpResponse};

/// 100 comments of GitHub's longest length, each character escaped in JSON, stay below.
const MAX_RESPONSE_BYTES: u64 = 64 << 20;

/// HTTP over TCP and TLS.
pub(crate) struct Network {
    remote_agent: Agent,
    local_agent: Agent,
}

impl Network {
    pub(crate) fn new() -> Self {
        let config = || {
            let agent = concat!("benchpages/", env!("CARGO_PKG_VERSION"));
            // Redirects are followed by the client, which knows that a token stays with its host.
            Agent::config_builder().http_status_as_error(false).max_redirects(0).user_agent(agent)
        };
        Self {
            remote_agent: config().build().into(),
            // A proxy would get the request unencrypted, and cannot reach this machine.
            local_agent: config().proxy(None).build().into(),
        }
    }
}

impl Transport for Network {
    fn send(
        &mut self,
        request: &HttpRequest,
        timeout: Duration,
    ) -> Result<HttpResponse, TransportError> {
        let agent =
            if request.address.is_loopback() { &self.local_agent } else { &self.remote_agent };
        let mut builder =
            http::Request::builder().method(request.method.as_str()).uri(request.address.expose());
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        if let Some(token) = &request.token {
            builder = builder.header("authorization", format!("Bearer {}", token.expose()));
        }
        let lasting = |_| TransportError {
            message: "a header holds a character that none may have; is the token whole?"
                .to_owned(),
            may_be_sent: false,
            is_permanent: true,
        };
        let answer = if request.method == HttpMethod::Get {
            let whole = builder.body(()).map_err(lasting)?;
            agent.run(agent.configure_request(whole).timeout_global(Some(timeout)).build())
        } else {
            let body = request.body.clone().unwrap_or_default();
            let whole = builder.body(body).map_err(lasting)?;
            agent.run(agent.configure_request(whole).timeout_global(Some(timeout)).build())
        };
        let mut answer = answer.map_err(|error| transport_error(&error))?;
        let headers = answer.headers().iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.as_str().to_owned(), value.into_owned())
        });
        let headers = headers.collect();
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(MAX_RESPONSE_BYTES).read_to_vec();
        let body = body.map_err(|error| transport_error(&error))?;
        Ok(HttpResponse { status, headers, body })
    }
}

fn transport_error(error: &Error) -> TransportError {
    let refused = |error: &std::io::Error| error.kind() == std::io::ErrorKind::ConnectionRefused;
    // A certificate that is not believed arrives as this.
    let invalid = |error: &std::io::Error| error.kind() == std::io::ErrorKind::InvalidData;
    // Whether the server may have received it decides if a comment is looked for before it is made
    // again. What is not known here counts as received: a missing comment is better than two.
    let (sent, lasting) = match error {
        Error::HostNotFound | Error::ConnectionFailed => (false, false),
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => (false, false),
        Error::Io(error) if refused(error) => (false, false),
        Error::Io(error) if invalid(error) => (false, true),
        Error::BadUri(_) | Error::InvalidProxyUrl | Error::Http(_) => (false, true),
        Error::Tls(_) | Error::Rustls(_) | Error::ConnectProxyFailed(_) => (false, true),
        Error::BodyExceedsLimit(_) | Error::LargeResponseHeader(..) => (true, true),
        _ => (true, false),
    };
    let text = match error {
        Error::Timeout(_) => "no answer in time".to_owned(),
        other => other.to_string(),
    };
    TransportError { message: text, may_be_sent: sent, is_permanent: lasting }
}

/// The clocks of this machine.
pub(crate) struct SystemClock {
    start: Instant,
}

impl SystemClock {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl RetryClock for SystemClock {
    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn unix_seconds(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }

    fn jitter(&mut self) -> f64 {
        // The standard library's keys of hash maps are random; 53 bits fill a double.
        let bits = std::collections::hash_map::RandomState::new().build_hasher().finish();
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn sleep(&mut self, wait: Duration) {
        std::thread::sleep(wait);
    }
}
