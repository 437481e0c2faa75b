//! Addresses that may be written to: https, or http on this machine. Rejects user names and
//! passwords in them, other schemes, and characters that no URL may have.

use ureq::http::Uri;

use model::text::secrets::MASK;

/// A checked address.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EndpointUrl {
    text: String,
    /// Scheme, host and port.
    origin: String,
    loopback: bool,
    /// Who knows the rest of the address may write there.
    secret: bool,
}

impl EndpointUrl {
    /// # Errors
    /// Why nothing is sent there; the text does not hold the address.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.bytes().any(|byte| !byte.is_ascii_graphic() || b"\"'<>\\^`{|}".contains(&byte)) {
            return Err("has a character that no URL may have; write it percent-encoded");
        }
        let uri: Uri = text.parse().map_err(|_| "is no URL")?;
        let scheme = uri.scheme_str().ok_or("must start with `https://`")?.to_ascii_lowercase();
        let authority = uri.authority().ok_or("names no host")?;
        if authority.as_str().contains('@') {
            return Err("holds a user name or password; secrets come from the environment");
        }
        let host = authority.host().to_ascii_lowercase();
        if host.is_empty() {
            return Err("names no host");
        }
        // Plain http would show the token to every machine in between. On this machine there is
        // none, and a test server or a local relay has no certificate.
        let loopback = is_loopback(&host);
        if scheme != "https" && !(scheme == "http" && loopback) {
            return Err("must start with `https://`: http is for this machine only");
        }
        // `https://h` and `https://h:443` are one origin: a redirect from one to the other stays.
        let default_port = if scheme == "https" { 443 } else { 80 };
        let port = authority.port_u16().unwrap_or(default_port);
        let origin = if port == default_port {
            format!("{scheme}://{host}")
        } else {
            format!("{scheme}://{host}:{port}")
        };
        Ok(Self { text: text.to_owned(), origin, loopback, secret: false })
    }

    /// The same address, of which only scheme and host may be shown.
    pub(crate) fn into_secret(self) -> Self {
        Self { secret: true, ..self }
    }

    /// The address with `path` behind it.
    pub(crate) fn join(&self, path: &str) -> Self {
        let text = format!("{}/{}", self.text.trim_end_matches('/'), path.trim_start_matches('/'));
        Self { text, ..self.clone() }
    }

    /// Where an answer of this address leads: a whole address or one from the root, on the same
    /// host only.
    pub(crate) fn redirect_to(&self, to: &str) -> Result<Self, String> {
        // `//host/path` begins with a slash too, and leads to another host.
        let whole = if to.starts_with('/') && !to.starts_with("//") {
            format!("{}{to}", self.origin)
        } else {
            to.to_owned()
        };
        let next =
            Self::parse(&whole).map_err(|fault| format!("leads to an address that {fault}"))?;
        if next.origin != self.origin {
            return Err(format!(
                "leads to another host ({}), which would get the credentials; not followed",
                next.origin
            ));
        }
        Ok(Self { secret: self.secret, ..next })
    }

    /// The address itself, for the wire only.
    pub(crate) fn expose(&self) -> &str {
        &self.text
    }

    /// The address as it may be shown.
    pub(crate) fn redacted(&self) -> String {
        if self.secret { format!("{}/{MASK}", self.origin) } else { self.text.clone() }
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether it is on this machine: no proxy can reach that.
    pub(crate) fn is_loopback(&self) -> bool {
        self.loopback
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_this_machine_are_written_to() {
        for url in ["https://h", "https://h:8443/a?b=c", "http://127.0.0.1:8/", "http://[::1]:8/x"]
        {
            assert!(EndpointUrl::parse(url).is_ok(), "{url}");
        }
        for url in [
            "",
            "h",
            "/a",
            "http://h",
            "ftp://h",
            "https://",
            "https://u:p@h/",
            "https://h/a b",
            "http://127.0.0.1.evil.org/",
            "http://localhost.evil.org",
            "file:///etc/passwd",
        ] {
            assert!(EndpointUrl::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn an_answer_leads_nowhere_else() {
        let api = EndpointUrl::parse("https://api.h/v3").unwrap();
        assert_eq!(
            api.redirect_to("https://API.h:443/x?page=2").unwrap().origin(),
            "https://api.h"
        );
        assert_eq!(api.redirect_to("/x").unwrap().expose(), "https://api.h/x");
        for to in ["https://evil.h/", "//evil.h/", "http://api.h/", "https://api.h:444/", "x"] {
            assert!(api.redirect_to(to).is_err(), "{to}");
        }
    }

    #[test]
    fn a_secret_address_shows_its_host_only() {
        let hook = EndpointUrl::parse("https://hooks.h/services/T/B/key").unwrap().into_secret();
        assert_eq!(hook.redacted(), "https://hooks.h/***");
        assert_eq!(hook.redirect_to("/other/key").unwrap().redacted(), "https://hooks.h/***");
    }
}
