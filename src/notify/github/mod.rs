//! GitHub's REST API: its pages, its refusals, and who we are there. Asks the same host only, and
//! believes no number that came with a result: a pull request is found by the head it has now.

pub(crate) mod body;
pub(crate) mod comment;
pub(crate) mod issues;
mod sanitise;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::notify::Failure;
use crate::notify::address::Address;
use crate::notify::client::{Client, Method, Request, Response};
use crate::notify::secret::Secret;

/// The API's version that this was written against.
const VERSION: &str = "2022-11-28";
/// GitHub's most.
const PER_PAGE: usize = 100;
/// Pages of one listing: 5,000 entries, twice the most comments that an issue can have.
const MOST_PAGES: usize = 50;

/// Where, and as whom.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// `https://api.github.com`.
    pub(crate) api: Address,
    /// `https://api.github.com/graphql`.
    pub(crate) graphql: Address,
    /// `owner/name`.
    pub(crate) repo: String,
    pub(crate) token: Option<Secret>,
    /// The login that the token writes as, where the caller knows it.
    pub(crate) author: Option<String>,
}

/// The API of one repository.
pub(crate) struct Api<'a, 'b> {
    client: &'a mut Client<'b>,
    place: Place,
    /// Asked once, when first needed.
    author: Option<Author>,
}

/// Whose comments are ours.
#[derive(Clone, Debug, PartialEq)]
enum Author {
    Login(String),
    /// The token may not ask who it is: any app, since no person can pass for one.
    AnyApp,
}

/// A user, as entries name their author.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct User {
    #[serde(default)]
    login: String,
    #[serde(default, rename = "type")]
    kind: String,
}

#[derive(Debug, Deserialize)]
struct Pull {
    number: u64,
    head: Head,
}

#[derive(Debug, Deserialize)]
struct Head {
    sha: String,
}

/// What a walk over a listing found.
pub(crate) enum Walk<T> {
    On,
    Found(T),
}

impl<'a, 'b> Api<'a, 'b> {
    pub(crate) fn new(client: &'a mut Client<'b>, place: Place) -> Self {
        let author = place.author.clone().map(Author::Login);
        Self { client, place, author }
    }

    /// The number of the open pull request whose head is `sha` now. Forks' too: that is why all
    /// open ones are looked through, since GitHub links a commit of a fork to no pull request.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub(crate) fn pull_with_head(&mut self, sha: &str) -> Result<Option<u64>, Failure> {
        let path = format!("pulls?state=open&sort=updated&direction=desc&per_page={PER_PAGE}");
        let assumed = json!([{"number": 0, "head": {"sha": sha}}]);
        self.walk(&path, assumed, |pull: Pull| {
            let same = pull.head.sha.eq_ignore_ascii_case(sha);
            if same { Walk::Found(pull.number) } else { Walk::On }
        })
    }

    /// The commit that a pull request's head is now.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub(crate) fn head_of(&mut self, pull: u64, assumed: &str) -> Result<String, Failure> {
        let mut request = self.request(Method::Get, &format!("pulls/{pull}"));
        request.assumed = json!({"number": pull, "head": {"sha": assumed}});
        let (pull, _): (Pull, _) = self.client.json(&request).map_err(explain)?;
        Ok(pull.head.sha)
    }

    /// Looks through a listing, page by page, until something is found.
    ///
    /// # Errors
    /// As [`Client::send`]; the listing never ends, or leads to another host.
    pub(crate) fn walk<E: DeserializeOwned, T>(
        &mut self,
        path: &str,
        assumed: Value,
        mut look: impl FnMut(E) -> Walk<T>,
    ) -> Result<Option<T>, Failure> {
        let mut request = self.request(Method::Get, path);
        request.assumed = assumed;
        for _ in 0..MOST_PAGES {
            let (entries, response): (Vec<E>, _) = self.client.json(&request).map_err(explain)?;
            for entry in entries {
                if let Walk::Found(found) = look(entry) {
                    return Ok(Some(found));
                }
            }
            let Some(next) = response.header("link").and_then(next_page) else { return Ok(None) };
            let lost = |text| Failure::Lost { call: format!("GET {path}"), text };
            request.address = request.address.follow(next).map_err(lost)?;
        }
        let text = format!("more than {MOST_PAGES} pages");
        Err(Failure::Lost { call: format!("GET {path}"), text })
    }

    /// Writes.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub(crate) fn write(
        &mut self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Response, Failure> {
        let mut request = self.request(method, path);
        request.body = Some(body.to_string().into_bytes());
        request.assumed = json!({"number": 0});
        // A second POST makes a second comment; a second PATCH changes nothing.
        request.once = method == Method::Post;
        self.client.send(&request).map_err(explain)
    }

    /// Whether an entry is one of ours.
    pub(crate) fn is_ours(author: &Mine, user: Option<&User>) -> bool {
        user.is_some_and(|user| match &author.0 {
            Author::Login(login) => user.login.eq_ignore_ascii_case(login),
            Author::AnyApp => user.kind == "Bot",
        })
    }

    /// Who we are: asked of GraphQL, since an app's token may not ask it of REST.
    ///
    /// # Errors
    /// As [`Client::send`], but for a refusal to say it.
    pub(crate) fn author(&mut self) -> Result<Mine, Failure> {
        if let Some(author) = &self.author {
            return Ok(Mine(author.clone()));
        }
        let mut request = self.request(Method::Post, "");
        request.address = self.place.graphql.clone();
        request.body = Some(json!({"query": "query { viewer { login } }"}).to_string().into());
        request.assumed = json!({"data": {"viewer": {"login": "me"}}});
        let author = match self.client.send(&request) {
            Ok(response) => {
                let answer: Value = serde_json::from_slice(&response.body).unwrap_or_default();
                let login = answer.pointer("/data/viewer/login").and_then(Value::as_str);
                login.map_or(Author::AnyApp, |login| Author::Login(login.to_owned()))
            }
            Err(Failure::Refused { status: 403 | 404, .. }) => Author::AnyApp,
            Err(failure) => return Err(explain(failure)),
        };
        self.author = Some(author.clone());
        Ok(Mine(author))
    }

    fn request(&self, method: Method, path: &str) -> Request {
        let address = self.place.api.join(&format!("repos/{}/{path}", self.place.repo));
        let mut request = Request::new(method, address);
        request.token = self.place.token.clone();
        request.headers.push(("accept", "application/vnd.github+json".to_owned()));
        request.headers.push(("x-github-api-version", VERSION.to_owned()));
        if method != Method::Get {
            request.headers.push(("content-type", "application/json".to_owned()));
        }
        request
    }
}

/// The author whose entries are ours.
pub(crate) struct Mine(Author);

/// Adds to a refusal what most often is the cause.
fn explain(failure: Failure) -> Failure {
    let Failure::Refused { call, status, text } = failure else { return failure };
    let cause = match status {
        401 => "; GITHUB_TOKEN is not valid",
        403 => {
            "; the token may not do this: the job needs `permissions: pull-requests: write` \
             (`issues: write` for issues), which a fork's own job cannot have"
        }
        404 => {
            "; there is no such repository, pull request or comment, or the token may not see it"
        }
        _ => "",
    };
    Failure::Refused { call, status, text: format!("{text}{cause}") }
}

/// The address with `rel="next"` of a Link header (RFC 8288).
fn next_page(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let (url, after) = after.split_once('>')?;
        let end = after.find('<').unwrap_or(after.len());
        let parameters = after[..end].split(';').map(|one| one.trim().trim_end_matches(','));
        let mut parameters = parameters.map(|one| one.trim().replace('"', ""));
        if parameters.any(|one| one.eq_ignore_ascii_case("rel=next")) {
            return Some(url);
        }
        rest = &after[end..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_in_any_order() {
        let prev = "<https://a/1>; rel=\"prev\"";
        let next = "<https://a/3?x=<y>; rel=\"next\"";
        assert_eq!(next_page(&format!("{prev}, <https://a/3>; rel=\"next\"")), Some("https://a/3"));
        assert_eq!(next_page(&format!("<https://a/3>; rel=next, {prev}")), Some("https://a/3"));
        assert_eq!(next_page(prev), None);
        for broken in ["", "<", "<>", "<a", next, ">;rel=next"] {
            let _ = next_page(broken);
        }
    }
}
