//! The address of a database, which may hold a password.
//!
//! This program has no TLS for PostgreSQL. It speaks in the clear to this machine only, unless the
//! address allows it with `sslmode=disable`, and refuses `sslmode=require` rather than ignore it.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, anyhow, bail};
use postgres::config::{Host, SslMode};
use postgres::{Client, Config, NoTls};

/// Where a database is, and who connects.
pub(crate) struct DatabaseUrl {
    config: Config,
}

impl DatabaseUrl {
    /// Reads an address; `password` is used where it has none.
    ///
    /// # Errors
    /// It is no address of PostgreSQL, or the connection would need TLS.
    pub(crate) fn parse(text: &str, password: Option<&str>) -> anyhow::Result<Self> {
        // The parser's own message may quote a part of a password that is not encoded.
        let no_address = || {
            anyhow!(
                "the database URL is not valid: write postgres://USER:PASSWORD@HOST:PORT/DATABASE, \
                 with %40 for @ and %2F for / in the password"
            )
        };
        if !is_database_url(text) {
            return Err(no_address());
        }
        let mut config = Config::from_str(text).map_err(|_| no_address())?;
        if let (None, Some(password)) = (config.get_password(), password) {
            config.password(password);
        }
        // What an administrator sees among the connections.
        config.application_name("benchpages");
        let url = Self { config };
        let is_clear = url.config.get_ssl_mode() == SslMode::Disable;
        if url.config.get_ssl_mode() == SslMode::Require || !(is_clear || url.is_on_this_machine())
        {
            bail!(
                "{url}: this program has no TLS for PostgreSQL and does not send data in the clear \
                 to another machine: use a tunnel (ssh -L 5432:localhost:5432 HOST), or add \
                 ?sslmode=disable if the network is trusted"
            );
        }
        Ok(url)
    }

    /// Connects.
    ///
    /// # Errors
    /// The server cannot be reached, or rejects the user.
    pub(super) fn connect(&self) -> anyhow::Result<Client> {
        self.config.connect(NoTls).with_context(|| format!("cannot connect to {self}"))
    }

    fn is_on_this_machine(&self) -> bool {
        let is_local = |host: &Host| match host {
            Host::Tcp(name) => ["localhost", "127.0.0.1", "::1", "[::1]"].contains(&name.as_str()),
            #[cfg(unix)]
            Host::Unix(_) => true,
        };
        self.config.get_hosts().iter().all(is_local)
            && self.config.get_hostaddrs().iter().all(std::net::IpAddr::is_loopback)
    }
}

/// Whether a text means a database and not a directory.
pub(crate) fn is_database_url(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

/// Without user and password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = match self.config.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            #[cfg(unix)]
            Some(Host::Unix(path)) => path.display().to_string(),
            None => "localhost".to_owned(),
        };
        write!(f, "postgres://{host}/{}", self.config.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let url = DatabaseUrl::parse("postgres://me:s3cret@localhost/bench", None).unwrap();
        assert_eq!(
            format!("{url} {url:?}"),
            "postgres://localhost/bench postgres://localhost/bench"
        );
        for text in [
            "postgres://me:s3cret@h:s3cret/bench",
            "postgres://me:s3cret@localhost/bench?s3cret=1",
            "postgres://me:s3cret@db.example/bench",
            "postgres://me:s3cret@localhost/bench?sslmode=require",
            "postgres://me:s3cret@localhost/bench?sslmode=s3cret",
            "s3cret",
        ] {
            let error = DatabaseUrl::parse(text, None).unwrap_err();
            assert!(!format!("{error:#} {error:?}").contains("s3cret"), "{error:#}");
        }
    }

    #[test]
    fn nothing_leaves_this_machine_in_the_clear_unless_it_is_allowed() {
        let is_accepted = |text: &str| DatabaseUrl::parse(text, None).is_ok();
        assert!(is_accepted("postgres://me@127.0.0.1:5433/bench"));
        assert!(is_accepted("postgresql://me@%2Fvar%2Frun/bench"));
        assert!(is_accepted("postgres://me@db.example/bench?sslmode=disable"));
        assert!(!is_accepted("postgres://me@db.example/bench"));
        assert!(!is_accepted("postgres://me@localhost,db.example/bench"));
        assert!(!is_accepted("postgres://me@localhost/bench?sslmode=require"));
        assert!(!is_accepted("postgres://me@localhost/bench?hostaddr=10.0.0.1"));
    }
}
