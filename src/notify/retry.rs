//! Whether a request is worth another try, and when: what the server says comes first, else
//! exponential back-off with jitter. Pure: time and luck are arguments.

use std::time::Duration;

use crate::notify::http::HttpResponse;

/// The wait before the second try; each next one is twice as long.
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// No wait that the server did not ask for is longer.
const MAX_DELAY: Duration = Duration::from_secs(30);
/// What GitHub asks for after a secondary limit that names no time ("at least one minute").
const SECONDARY_LIMIT_DELAY: Duration = Duration::from_secs(60);

/// The wait after the `tries`-th try. `luck` in [0, 1) spreads many clients: half of the wait is
/// fixed, half is luck ("equal jitter", M. Brooker, Exponential Backoff And Jitter, AWS, 2015).
pub(crate) fn back_off(tries: u32, luck: f64) -> Duration {
    let whole = FIRST_DELAY.saturating_mul(1 << tries.saturating_sub(1).min(10)).min(MAX_DELAY);
    whole.mul_f64(0.5 + luck.clamp(0.0, 1.0) / 2.0)
}

/// How long to wait before asking again after an answer that is no success; none where asking
/// again would get the same answer. `unix` is the time in seconds since 1970.
pub(crate) fn retry_delay(
    response: &HttpResponse,
    tries: u32,
    unix: u64,
    luck: f64,
) -> Option<Duration> {
    match response.status {
        429 => Some(server_delay(response, unix).unwrap_or_else(|| back_off(tries, luck))),
        // GitHub says 403 both for a limit and for a lack of rights.
        403 => server_delay(response, unix)
            .or_else(|| is_secondary_limit(response).then_some(SECONDARY_LIMIT_DELAY)),
        408 | 500 | 502 | 503 | 504 => {
            Some(server_delay(response, unix).unwrap_or_else(|| back_off(tries, luck)))
        }
        _ => None,
    }
}

/// What the headers say: `Retry-After` in seconds, else GitHub's reset time of a used-up limit. A
/// date in `Retry-After` is left to back-off: none of the servers we write to sends one.
fn server_delay(response: &HttpResponse, unix: u64) -> Option<Duration> {
    let number = |name| response.header(name)?.trim().parse::<u64>().ok();
    if let Some(seconds) = number("retry-after") {
        return Some(Duration::from_secs(seconds));
    }
    let used_up = number("x-ratelimit-remaining") == Some(0);
    // A second more, since the reset is given in whole seconds.
    let reset = || number("x-ratelimit-reset").map(|at| at.saturating_sub(unix).saturating_add(1));
    used_up.then(reset).flatten().map(Duration::from_secs)
}

fn is_secondary_limit(response: &HttpResponse) -> bool {
    let text = String::from_utf8_lossy(&response.body).to_ascii_lowercase();
    text.contains("secondary rate limit") || text.contains("abuse detection")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, headers: &[(&str, &str)], body: &str) -> HttpResponse {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        HttpResponse { status, headers: headers.collect(), body: body.into() }
    }

    fn seconds(response: &HttpResponse) -> Option<f64> {
        retry_delay(response, 1, 1_000, 0.0).map(|wait| wait.as_secs_f64())
    }

    #[test]
    fn the_wait_doubles_up_to_a_limit_and_is_spread() {
        let waits: Vec<f64> = (1..8).map(|n| back_off(n, 0.999_999).as_secs_f64()).collect();
        let round: Vec<f64> = waits.iter().map(|wait| wait.round()).collect();
        assert_eq!(round, [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]);
        assert_eq!(back_off(1, 0.0), Duration::from_millis(500));
        assert_eq!(back_off(u32::MAX, f64::NAN.max(0.0)), Duration::from_secs(15));
    }

    #[test]
    fn what_the_server_says_comes_first() {
        assert_eq!(seconds(&response(429, &[("retry-after", "7")], "")), Some(7.0));
        assert_eq!(seconds(&response(503, &[("retry-after", "0")], "")), Some(0.0));
        let limit = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1030")];
        assert_eq!(seconds(&response(403, &limit, "")), Some(31.0));
        let past = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1")];
        assert_eq!(seconds(&response(403, &past, "")), Some(1.0));
        let secondary = "{\"message\": \"You have exceeded a secondary rate limit.\"}";
        assert_eq!(seconds(&response(403, &[], secondary)), Some(60.0));
        assert_eq!(seconds(&response(429, &[("retry-after", "soon")], "")), Some(0.5));
    }

    #[test]
    fn a_no_for_good_is_not_asked_again() {
        for status in [400, 401, 404, 410, 422, 501] {
            assert_eq!(seconds(&response(status, &[], "")), None, "{status}");
        }
        let some_left = [("x-ratelimit-remaining", "9"), ("x-ratelimit-reset", "1030")];
        assert_eq!(seconds(&response(403, &some_left, "Resource not accessible")), None);
    }
}
