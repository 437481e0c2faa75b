//! Sends a request until it is answered: tries again where that can help, waits as the server
//! says, follows redirects on the same host, and ends within a time limit. What carries requests
//! ([`Wire`]) and what keeps time ([`Pace`]) are given, so that tests neither wait nor connect.

use std::time::Duration;

use serde_json::Value;

use crate::notify::Failure;
use crate::notify::address::Address;
use crate::notify::secret::{MASK, Masks, Secret};
use crate::notify::wait;

/// Tries of one request before giving up.
const TRIES: u32 = 5;
/// Redirects of one request that are followed.
const REDIRECTS: u32 = 3;
/// A server's own words in an error.
const QUOTED_CHARS: usize = 300;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Patch,
}

impl Method {
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
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) address: Address,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Sent as `Authorization: Bearer`.
    pub(crate) token: Option<Secret>,
    /// JSON.
    pub(crate) body: Option<Vec<u8>>,
    /// Doing it twice does harm: an answer that does not come ends in [`Failure::Unsure`].
    pub(crate) once: bool,
    /// The status that an answer means, where its own status does not tell.
    pub(crate) means: Option<fn(&Response) -> u16>,
    /// What a dry run takes as the answer.
    pub(crate) assumed: Value,
}

impl Request {
    pub(crate) fn new(method: Method, address: Address) -> Self {
        Self {
            method,
            address,
            headers: Vec::new(),
            token: None,
            body: None,
            once: false,
            means: None,
            assumed: Value::Null,
        }
    }

    /// The request as errors name it.
    fn call(&self) -> String {
        format!("{} {}", self.method.as_str(), self.address.shown())
    }
}

/// An answer. Names of headers are in lower case.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Why no answer came.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Broken {
    pub(crate) text: String,
    /// The other side may have got the request.
    pub(crate) sent: bool,
    /// Another try would break in the same way.
    pub(crate) lasting: bool,
}

/// What carries requests.
pub(crate) trait Wire {
    /// One try, within `timeout`.
    fn send(&mut self, request: &Request, timeout: Duration) -> Result<Response, Broken>;
}

/// What keeps time.
pub(crate) trait Pace {
    /// Since the start.
    fn elapsed(&self) -> Duration;
    /// Seconds since 1970.
    fn unix(&self) -> u64;
    /// A number in [0, 1).
    fn luck(&mut self) -> f64;
    fn sleep(&mut self, wait: Duration);
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// One try of one request.
    pub(crate) timeout: Duration,
    /// Everything, waits included.
    pub(crate) total: Duration,
}

pub(crate) struct Client<'a> {
    wire: &'a mut dyn Wire,
    pace: &'a mut dyn Pace,
    limits: Limits,
    masks: Masks,
    /// Waits, told as they begin.
    said: &'a dyn Fn(&str),
}

/// What became of one try.
enum Tried {
    Done(Response),
    Moved(Address),
    Again { wait: Duration, unsure: bool, text: String },
    Over(Failure),
}

impl<'a> Client<'a> {
    pub(crate) fn new(
        wire: &'a mut dyn Wire,
        pace: &'a mut dyn Pace,
        limits: Limits,
        masks: Masks,
        said: &'a dyn Fn(&str),
    ) -> Self {
        Self { wire, pace, limits, masks, said }
    }

    /// Seconds since 1970.
    pub(crate) fn unix(&self) -> u64 {
        self.pace.unix()
    }

    /// Sends until there is a success (2xx).
    ///
    /// # Errors
    /// The other side refuses, does not answer within tries and time, or (where the request must
    /// not be done twice) does not tell whether it did it.
    pub(crate) fn send(&mut self, request: &Request) -> Result<Response, Failure> {
        let mut request = request.clone();
        let (mut tries, mut redirects) = (1, 0);
        loop {
            let call = request.call();
            let lost = |text| Failure::Lost { call: call.clone(), text };
            let left = self.left();
            if left.is_zero() {
                return Err(lost(self.out_of_time()));
            }
            match self.once(&request, tries, left) {
                Tried::Done(response) => return Ok(response),
                Tried::Over(failure) => return Err(failure),
                Tried::Moved(_) if redirects == REDIRECTS => {
                    return Err(lost("redirects in a circle".to_owned()));
                }
                Tried::Moved(address) => {
                    redirects += 1;
                    request.address = address;
                }
                Tried::Again { text, .. } if tries == TRIES => {
                    return Err(lost(format!("{text}; gave up after {TRIES} tries")));
                }
                Tried::Again { wait, text, .. } if wait >= self.left() => {
                    let wait = wait.as_secs_f64();
                    let limit = self.out_of_time();
                    return Err(lost(format!("{text}; the next try is {wait:.0} s off, {limit}")));
                }
                Tried::Again { wait, unsure, text } => {
                    tries += 1;
                    (self.said)(&format!("{call}: {text}; again in {:.1} s", wait.as_secs_f64()));
                    self.pace.sleep(wait);
                    if unsure && request.once {
                        return Err(Failure::Unsure { call, text });
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
        request: &Request,
    ) -> Result<(T, Response), Failure> {
        let response = self.send(request)?;
        let parsed = serde_json::from_slice(&response.body);
        let value = parsed.map_err(|error| Failure::Lost {
            call: request.call(),
            text: self.masks.hide(&format!("the answer is not what it should be: {error}")),
        })?;
        Ok((value, response))
    }

    fn left(&self) -> Duration {
        self.limits.total.saturating_sub(self.pace.elapsed())
    }

    fn out_of_time(&self) -> String {
        format!("beyond the time limit of {} s", self.limits.total.as_secs_f64())
    }

    fn once(&mut self, request: &Request, tries: u32, left: Duration) -> Tried {
        let call = request.call();
        match self.wire.send(request, self.limits.timeout.min(left)) {
            Ok(mut response) => {
                response.status = request.means.map_or(response.status, |means| means(&response));
                self.judged(request, response, tries)
            }
            Err(broken) => {
                let text = self.masks.hide(&broken.text);
                if broken.lasting {
                    return Tried::Over(Failure::Lost { call, text });
                }
                let wait = wait::back_off(tries, self.pace.luck());
                Tried::Again { wait, unsure: broken.sent, text }
            }
        }
    }

    fn judged(&mut self, request: &Request, response: Response, tries: u32) -> Tried {
        let call = request.call();
        match response.status {
            200..=299 => Tried::Done(response),
            // The other side's 303 asks to read something else, which no write of ours means.
            301 | 302 | 307 | 308 => {
                let to = response.header("location").unwrap_or_default();
                match request.address.follow(to) {
                    Ok(address) => Tried::Moved(address),
                    Err(fault) => {
                        let text = self.masks.hide(&format!("{} {fault}", response.status));
                        Tried::Over(Failure::Lost { call, text })
                    }
                }
            }
            status => {
                let words = self.words(&response);
                match wait::after(&response, tries, self.pace.unix(), self.pace.luck()) {
                    None => Tried::Over(Failure::Refused { call, status, text: words }),
                    Some(wait) => {
                        let unsure = status >= 500;
                        Tried::Again { wait, unsure, text: format!("{status}{words}") }
                    }
                }
            }
        }
    }

    /// What the server says of its refusal, in brackets; a text that may be shown.
    fn words(&self, response: &Response) -> String {
        let json: Option<Value> = serde_json::from_slice(&response.body).ok();
        let said = json.as_ref().and_then(|json| {
            let field = ["message", "error"].iter().find_map(|name| json.get(name)?.as_str());
            field.map(str::to_owned)
        });
        let text = said.unwrap_or_else(|| String::from_utf8_lossy(&response.body).into_owned());
        let text = crate::notify::escape::plain(&self.masks.hide(&text), QUOTED_CHARS);
        if text.is_empty() { String::new() } else { format!(" ({text})") }
    }
}

/// The headers of a request as they may be shown: a signature proves what it stands beside.
pub(crate) fn shown_headers(request: &Request) -> Vec<(String, String)> {
    let token = request.token.as_ref();
    let token = token.map(|_| ("authorization".to_owned(), format!("Bearer {MASK}")));
    let own = request.headers.iter().map(|(name, value)| {
        let secret = name.ends_with("-signature");
        ((*name).to_owned(), if secret { MASK.to_owned() } else { value.clone() })
    });
    own.chain(token).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// Answers from a list, and what it was asked.
    struct Script {
        answers: Vec<Result<Response, Broken>>,
        asked: Vec<(String, Duration)>,
    }

    impl Wire for Script {
        fn send(&mut self, request: &Request, timeout: Duration) -> Result<Response, Broken> {
            self.asked.push((request.address.expose().to_owned(), timeout));
            if self.answers.len() > 1 { self.answers.remove(0) } else { self.answers[0].clone() }
        }
    }

    /// Time that passes only by sleeping.
    #[derive(Default)]
    struct Still {
        slept: Vec<f64>,
    }

    impl Pace for Still {
        fn elapsed(&self) -> Duration {
            Duration::from_secs_f64(self.slept.iter().sum())
        }

        fn unix(&self) -> u64 {
            1_000
        }

        fn luck(&mut self) -> f64 {
            0.5
        }

        fn sleep(&mut self, wait: Duration) {
            self.slept.push(wait.as_secs_f64());
        }
    }

    fn with(status: u16, headers: &[(&str, &str)]) -> Result<Response, Broken> {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Ok(Response { status, headers: headers.collect(), body: Vec::new() })
    }

    fn broken(sent: bool, lasting: bool) -> Result<Response, Broken> {
        Err(Broken { text: "token-12345 broke".to_owned(), sent, lasting })
    }

    struct Run {
        result: Result<Response, Failure>,
        slept: Vec<f64>,
        asked: Vec<(String, Duration)>,
        said: Vec<String>,
    }

    fn run(answers: Vec<Result<Response, Broken>>, once: bool) -> Run {
        let mut script = Script { answers, asked: Vec::new() };
        let mut still = Still::default();
        let limits = Limits { timeout: Duration::from_secs(20), total: Duration::from_secs(100) };
        let mut masks = Masks::default();
        masks.add(&Secret::new("token-12345").unwrap());
        let said = RefCell::new(Vec::new());
        let tell = |text: &str| said.borrow_mut().push(text.to_owned());
        let mut client = Client::new(&mut script, &mut still, limits, masks, &tell);
        let mut request = Request::new(Method::Post, Address::parse("https://h/a").unwrap());
        request.once = once;
        let result = client.send(&request);
        Run { result, slept: still.slept, asked: script.asked, said: said.into_inner() }
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
        assert!(matches!(beyond.result, Err(Failure::Lost { .. })));
        let reset = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1009")];
        assert_eq!(run(vec![with(403, &reset), with(200, &[])], false).slept, [10.0]);
    }

    #[test]
    fn what_may_have_been_done_is_left_to_the_caller() {
        for unsure in [broken(true, false), with(500, &[]), with(504, &[])] {
            let run = run(vec![unsure], true);
            assert!(matches!(run.result, Err(Failure::Unsure { .. })));
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
