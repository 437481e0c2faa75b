//! The network and the clock of this machine. Follows no redirect by itself, reads no more of an
//! answer than it must, and goes through the proxy of the environment, but never to this machine.

use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ureq::http;
use ureq::{Agent, Error, Timeout};

use crate::notify::client::{Broken, Method, Pace, Request, Response, Wire};

/// 100 comments of GitHub's longest length, each character escaped in JSON, stay below.
const LONGEST_ANSWER: u64 = 64 << 20;

/// HTTP over TCP and TLS.
pub(crate) struct Network {
    outside: Agent,
    here: Agent,
}

impl Network {
    pub(crate) fn new() -> Self {
        let config = || {
            let agent = concat!("benchpages/", env!("CARGO_PKG_VERSION"));
            Agent::config_builder().http_status_as_error(false).max_redirects(0).user_agent(agent)
        };
        Self {
            outside: config().build().into(),
            // A proxy would get the request unencrypted, and cannot reach this machine.
            here: config().proxy(None).build().into(),
        }
    }
}

impl Wire for Network {
    fn send(&mut self, request: &Request, timeout: Duration) -> Result<Response, Broken> {
        let agent = if request.address.is_loopback() { &self.here } else { &self.outside };
        let mut builder =
            http::Request::builder().method(request.method.as_str()).uri(request.address.expose());
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        if let Some(token) = &request.token {
            builder = builder.header("authorization", format!("Bearer {}", token.expose()));
        }
        let lasting = |_| Broken {
            text: "a header holds a character that none may have; is the token whole?".to_owned(),
            sent: false,
            lasting: true,
        };
        let answer = if request.method == Method::Get {
            let whole = builder.body(()).map_err(lasting)?;
            agent.run(agent.configure_request(whole).timeout_global(Some(timeout)).build())
        } else {
            let body = request.body.clone().unwrap_or_default();
            let whole = builder.body(body).map_err(lasting)?;
            agent.run(agent.configure_request(whole).timeout_global(Some(timeout)).build())
        };
        let mut answer = answer.map_err(|error| broken(&error))?;
        let headers = answer.headers().iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.as_str().to_owned(), value.into_owned())
        });
        let headers = headers.collect();
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(LONGEST_ANSWER).read_to_vec();
        let body = body.map_err(|error| broken(&error))?;
        Ok(Response { status, headers, body })
    }
}

fn broken(error: &Error) -> Broken {
    let refused = |error: &std::io::Error| error.kind() == std::io::ErrorKind::ConnectionRefused;
    // A certificate that is not believed arrives as this.
    let invalid = |error: &std::io::Error| error.kind() == std::io::ErrorKind::InvalidData;
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
    Broken { text, sent, lasting }
}

/// The clocks of this machine.
pub(crate) struct Clock {
    start: Instant,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Pace for Clock {
    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn unix(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }

    fn luck(&mut self) -> f64 {
        // The standard library's keys of hash maps are random; 53 bits fill a double.
        let bits = std::collections::hash_map::RandomState::new().build_hasher().finish();
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn sleep(&mut self, wait: Duration) {
        std::thread::sleep(wait);
    }
}
