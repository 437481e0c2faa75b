//! Sends a request until it is answered: tries again where that can help, waits as the server
//! says, follows redirects on the same host, and ends within a time limit. The network
//! ([`Transport`]) and the time ([`RetryClock`]) are given, so that tests neither wait nor connect.

use std::time::Duration;

use serde_json::Value;

use crate::notify::NotifyError;
use crate::notify::endpoint::EndpointUrl;
use crate::notify::http::{HttpRequest, HttpResponse};
use crate::notify::retry;
use crate::notify::secret::SecretMasks;
use crate::report::escape::one_line;

/// Tries of one request before giving up.
const MAX_TRIES: u32 = 5;
/// Redirects of one request that are followed.
const MAX_REDIRECTS: u32 = 3;
/// A server's own words in an error.
const MAX_QUOTED_CHARS: usize = 300;

/// Why no answer came.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TransportError {
    pub(crate) message: String,
    /// The other side may have got the request.
    pub(crate) may_be_sent: bool,
    /// Another try would break in the same way.
    pub(crate) is_permanent: bool,
}

/// What carries requests.
pub(crate) trait Transport {
    /// One try, within `timeout`.
    fn send(
        &mut self,
        request: &HttpRequest,
        timeout: Duration,
    ) -> Result<HttpResponse, TransportError>;
}

/// What keeps time.
pub(crate) trait RetryClock {
    /// Since the start.
    fn elapsed(&self) -> Duration;
    /// Seconds since 1970.
    fn unix_seconds(&self) -> u64;
    /// A number in [0, 1).
    fn jitter(&mut self) -> f64;
    fn sleep(&mut self, wait: Duration);
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeLimits {
    /// One try of one request.
    pub(crate) timeout: Duration,
    /// Everything, waits included.
    pub(crate) total: Duration,
}

pub(crate) struct NotifyClient<'a> {
    transport: &'a mut dyn Transport,
    clock: &'a mut dyn RetryClock,
    limits: TimeLimits,
    masks: SecretMasks,
    /// Is called with a sentence before each wait.
    on_wait: &'a dyn Fn(&str),
}

/// The result of one try.
enum Attempt {
    Done(HttpResponse),
    Redirect(EndpointUrl),
    Retry { wait: Duration, unsure: bool, text: String },
    GiveUp(NotifyError),
}

impl<'a> NotifyClient<'a> {
    pub(crate) fn new(
        transport: &'a mut dyn Transport,
        clock: &'a mut dyn RetryClock,
        limits: TimeLimits,
        masks: SecretMasks,
        on_wait: &'a dyn Fn(&str),
    ) -> Self {
        Self { transport, clock, limits, masks, on_wait }
    }

    /// Seconds since 1970.
    pub(crate) fn unix_seconds(&self) -> u64 {
        self.clock.unix_seconds()
    }

    /// Sends until there is a success (2xx).
    ///
    /// # Errors
    /// The server rejects the request, does not answer within tries and time, or (where the request
    /// must not be done twice) does not say whether it did it.
    pub(crate) fn send(&mut self, request: &HttpRequest) -> Result<HttpResponse, NotifyError> {
        let mut request = request.clone();
        let (mut tries, mut redirects) = (1, 0);
        loop {
            let call = request.description();
            let lost = |text| NotifyError::Failed { call: call.clone(), text };
            let left = self.time_left();
            if left.is_zero() {
                return Err(lost(self.time_limit_text()));
            }
            match self.attempt(&request, tries, left) {
                Attempt::Done(response) => return Ok(response),
                Attempt::GiveUp(failure) => return Err(failure),
                Attempt::Redirect(_) if redirects == MAX_REDIRECTS => {
                    return Err(lost("redirects in a circle".to_owned()));
                }
                Attempt::Redirect(address) => {
                    redirects += 1;
                    request.address = address;
                }
                Attempt::Retry { text, .. } if tries == MAX_TRIES => {
                    return Err(lost(format!("{text}; gave up after {MAX_TRIES} tries")));
                }
                // A job that waits an hour for a rate limit costs more than a comment is worth: the
                // wait is not begun, and the error says how long it would have been.
                Attempt::Retry { wait, text, .. } if wait >= self.time_left() => {
                    let wait = wait.as_secs_f64();
                    let limit = self.time_limit_text();
                    return Err(lost(format!("{text}; the next try is {wait:.0} s off, {limit}")));
                }
                Attempt::Retry { wait, unsure, text } => {
                    tries += 1;
                    (self.on_wait)(&format!(
                        "{call}: {text}; again in {:.1} s",
                        wait.as_secs_f64()
                    ));
                    // The wait comes first: the caller looks whether it was done, and a server
                    // that just broke needs the time to show it.
                    self.clock.sleep(wait);
                    if unsure && request.retry_is_unsafe {
                        return Err(NotifyError::Unconfirmed { call, text });
                    }
                }
            }
        }
    }

    /// Sends, and reads the answer as JSON.
    ///
    /// # Errors
    /// As [`Self::send`], or the answer is not the JSON it should be.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(
        &mut self,
        request: &HttpRequest,
    ) -> Result<(T, HttpResponse), NotifyError> {
        let response = self.send(request)?;
        let parsed = serde_json::from_slice(&response.body);
        let value = parsed.map_err(|error| NotifyError::Failed {
            call: request.description(),
            text: self.masks.mask(&format!("the answer is not what it should be: {error}")),
        })?;
        Ok((value, response))
    }

    fn time_left(&self) -> Duration {
        self.limits.total.saturating_sub(self.clock.elapsed())
    }

    fn time_limit_text(&self) -> String {
        format!("beyond the time limit of {} s", self.limits.total.as_secs_f64())
    }

    fn attempt(&mut self, request: &HttpRequest, tries: u32, left: Duration) -> Attempt {
        let call = request.description();
        match self.transport.send(request, self.limits.timeout.min(left)) {
            Ok(mut response) => {
                response.status =
                    request.effective_status.map_or(response.status, |means| means(&response));
                self.classify(request, response, tries)
            }
            Err(broken) => {
                let text = self.masks.mask(&broken.message);
                if broken.is_permanent {
                    return Attempt::GiveUp(NotifyError::Failed { call, text });
                }
                let wait = retry::back_off(tries, self.clock.jitter());
                Attempt::Retry { wait, unsure: broken.may_be_sent, text }
            }
        }
    }

    fn classify(&mut self, request: &HttpRequest, response: HttpResponse, tries: u32) -> Attempt {
        let call = request.description();
        match response.status {
            200..=299 => Attempt::Done(response),
            // Not 303: it asks to read something else, which no write of ours means.
            301 | 302 | 307 | 308 => {
                let to = response.header("location").unwrap_or_default();
                match request.address.redirect_to(to) {
                    Ok(address) => Attempt::Redirect(address),
                    Err(fault) => {
                        let text = self.masks.mask(&format!("{} {fault}", response.status));
                        Attempt::GiveUp(NotifyError::Failed { call, text })
                    }
                }
            }
            status => {
                let words = self.error_detail(&response);
                match retry::retry_delay(
                    &response,
                    tries,
                    self.clock.unix_seconds(),
                    self.clock.jitter(),
                ) {
                    None => Attempt::GiveUp(NotifyError::Rejected { call, status, text: words }),
                    Some(wait) => {
                        // A gateway's 502 may hide a request that was carried out; a 429 cannot.
                        let unsure = status >= 500;
                        Attempt::Retry { wait, unsure, text: format!("{status}{words}") }
                    }
                }
            }
        }
    }

    /// The server's reason, in brackets; a text that may be shown.
    fn error_detail(&self, response: &HttpResponse) -> String {
        let json: Option<Value> = serde_json::from_slice(&response.body).ok();
        let message = json.as_ref().and_then(|json| {
            let field = ["message", "error"].iter().find_map(|name| json.get(name)?.as_str());
            field.map(str::to_owned)
        });
        let text = message.unwrap_or_else(|| String::from_utf8_lossy(&response.body).into_owned());
        // Servers echo what they were sent: a token in a header, an address that is a secret.
        let text = one_line(&self.masks.mask(&text), MAX_QUOTED_CHARS);
        if text.is_empty() { String::new() } else { format!(" ({text})") }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::notify::http::HttpMethod;
    use crate::notify::secret::Secret;

    /// Answers from a list, and what it was asked.
    struct Script {
        answers: Vec<Result<HttpResponse, TransportError>>,
        asked: Vec<(String, Duration)>,
    }

    impl Transport for Script {
        fn send(
            &mut self,
            request: &HttpRequest,
            timeout: Duration,
        ) -> Result<HttpResponse, TransportError> {
            self.asked.push((request.address.expose().to_owned(), timeout));
            if self.answers.len() > 1 { self.answers.remove(0) } else { self.answers[0].clone() }
        }
    }

    /// Time that passes only by sleeping.
    #[derive(Default)]
    struct Still {
        slept: Vec<f64>,
    }

    impl RetryClock for Still {
        fn elapsed(&self) -> Duration {
            Duration::from_secs_f64(self.slept.iter().sum())
        }

        fn unix_seconds(&self) -> u64 {
            1_000
        }

        fn jitter(&mut self) -> f64 {
            0.5
        }

        fn sleep(&mut self, wait: Duration) {
            self.slept.push(wait.as_secs_f64());
        }
    }

    fn with(status: u16, headers: &[(&str, &str)]) -> Result<HttpResponse, TransportError> {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Ok(HttpResponse { status, headers: headers.collect(), body: Vec::new() })
    }

    fn broken(sent: bool, lasting: bool) -> Result<HttpResponse, TransportError> {
        Err(TransportError {
            message: "token-12345 broke".to_owned(),
            may_be_sent: sent,
            is_permanent: lasting,
        })
    }

    struct ScriptedRun {
        result: Result<HttpResponse, NotifyError>,
        slept: Vec<f64>,
        asked: Vec<(String, Duration)>,
        said: Vec<String>,
    }

    fn run(answers: Vec<Result<HttpResponse, TransportError>>, once: bool) -> ScriptedRun {
        let mut script = Script { answers, asked: Vec::new() };
        let mut still = Still::default();
        let limits =
            TimeLimits { timeout: Duration::from_secs(20), total: Duration::from_secs(100) };
        let mut masks = SecretMasks::default();
        masks.add(&Secret::new("token-12345").unwrap());
        let said = RefCell::new(Vec::new());
        let tell = |text: &str| said.borrow_mut().push(text.to_owned());
        let mut client = NotifyClient::new(&mut script, &mut still, limits, masks, &tell);
        let mut request =
            HttpRequest::new(HttpMethod::Post, EndpointUrl::parse("https://h/a").unwrap());
        request.retry_is_unsafe = once;
        let result = client.send(&request);
        ScriptedRun { result, slept: still.slept, asked: script.asked, said: said.into_inner() }
    }

    #[test]
    fn it_tries_five_times_with_growing_waits_and_says_no_secret() {
        let run = run(vec![broken(true, false)], false);
        assert_eq!(run.slept, [0.75, 1.5, 3.0, 6.0]);
        assert_eq!(run.asked.len(), 5);
        let text = run.result.unwrap_err().to_string();
        assert_eq!(text, "POST https://h/a: *** broke; gave up after 5 tries");
        assert_eq!(run.said[0], "POST https://h/a: *** broke; again in 0.8 s");
    }

    #[test]
    fn it_waits_as_the_server_says_and_never_beyond_its_limit() {
        let wait = |seconds| with(429, &[("retry-after", seconds)]);
        let kept = run(vec![wait("40"), wait("50"), with(201, &[])], false);
        assert_eq!((kept.slept, kept.result.unwrap().status), (vec![40.0, 50.0], 201));
        let timeouts: Vec<u64> = kept.asked.iter().map(|(_, limit)| limit.as_secs()).collect();
        assert_eq!(timeouts, [20, 20, 10], "the last try has the time that is left");
        let beyond = run(vec![wait("99"), wait("2")], false);
        assert_eq!(beyond.slept, [99.0]);
        assert!(matches!(beyond.result, Err(NotifyError::Failed { .. })));
        let reset = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1009")];
        assert_eq!(run(vec![with(403, &reset), with(200, &[])], false).slept, [10.0]);
    }

    #[test]
    fn what_may_have_been_done_is_left_to_the_caller() {
        for unsure in [broken(true, false), with(500, &[]), with(504, &[])] {
            let run = run(vec![unsure], true);
            assert!(matches!(run.result, Err(NotifyError::Unconfirmed { .. })));
            assert_eq!((run.asked.len(), run.slept.len()), (1, 1));
        }
        for not_done in [broken(false, false), with(429, &[])] {
            assert!(run(vec![not_done, with(201, &[])], true).result.is_ok());
        }
    }

    #[test]
    fn what_lasts_is_not_tried_again() {
        for over in [broken(false, true), with(404, &[]), with(303, &[]), with(422, &[])] {
            let run = run(vec![over], false);
            assert_eq!((run.asked.len(), run.slept.len()), (1, 0));
            assert!(run.result.is_err());
        }
    }

    #[test]
    fn redirects_keep_to_the_host_and_end() {
        let there = |to| with(307, &[("location", to)]);
        let followed = run(vec![there("/b"), there("https://h/c"), with(200, &[])], false);
        let asked: Vec<&str> = followed.asked.iter().map(|(url, _)| url.as_str()).collect();
        assert_eq!(asked, ["https://h/a", "https://h/b", "https://h/c"]);
        assert_eq!(run(vec![there("/a")], false).asked.len(), 4);
        for away in ["https://evil.example/", "http://h/", "//h.example/", ""] {
            assert_eq!(run(vec![there(away)], false).asked.len(), 1, "{away}");
        }
    }
}
