//! GitHub's REST API: its pages, its rejections, and who we are there. Asks the same host only, and
//! believes no number that came with a result: a pull request is found by the head it has now.

pub(crate) mod comment_body;
pub(crate) mod comment;
pub(crate) mod issues;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::notify::NotifyError;
use crate::notify::client::NotifyClient;
use crate::notify::endpoint::EndpointUrl;
use crate::notify::http::{HttpMethod, HttpRequest, HttpResponse};
use crate::notify::secret::Secret;

/// The API's version that this was written against.
const VERSION: &str = "2022-11-28";
/// GitHub's most.
const PER_PAGE: usize = 100;
/// Pages of one listing: 5,000 entries, twice the most comments that an issue can have.
const MAX_PAGES: usize = 50;

/// Where, and as whom.
#[derive(Clone, Debug)]
pub(crate) struct GithubTarget {
    /// `https://api.github.com`.
    pub(crate) api: EndpointUrl,
    /// `https://api.github.com/graphql`.
    pub(crate) graphql: EndpointUrl,
    /// `owner/name`.
    pub(crate) repo: String,
    pub(crate) token: Option<Secret>,
    /// The login that the token writes as, where the caller knows it.
    pub(crate) author: Option<String>,
}

/// The API of one repository.
pub(crate) struct GithubApi<'a, 'b> {
    client: &'a mut NotifyClient<'b>,
    target: GithubTarget,
    /// Asked once, when first needed.
    author: Option<CommentAuthor>,
}

/// Whose comments are ours.
#[derive(Clone, Debug, PartialEq)]
enum CommentAuthor {
    Login(String),
    /// The token may not ask who it is: any app, since no person can pass for one.
    AnyApp,
}

/// A user, as entries name their author.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct ApiUser {
    #[serde(default)]
    login: String,
    #[serde(default, rename = "type")]
    kind: String,
}

#[derive(Debug, Deserialize)]
struct ApiPull {
    number: u64,
    head: ApiHead,
}

#[derive(Debug, Deserialize)]
struct ApiHead {
    sha: String,
}

/// Whether to go on through a listing.
pub(crate) enum PageStep<T> {
    Continue,
    Found(T),
}

impl<'a, 'b> GithubApi<'a, 'b> {
    pub(crate) fn new(client: &'a mut NotifyClient<'b>, target: GithubTarget) -> Self {
        let author = target.author.clone().map(CommentAuthor::Login);
        Self { client, target, author }
    }

    /// The number of the open pull request whose head is `sha` now. Forks' too: that is why all
    /// open ones are looked through, since GitHub links a commit of a fork to no pull request.
    ///
    /// # Errors
    /// As [`NotifyClient::send`].
    pub(crate) fn pull_with_head(&mut self, sha: &str) -> Result<Option<u64>, NotifyError> {
        let path = format!("pulls?state=open&sort=updated&direction=desc&per_page={PER_PAGE}");
        let assumed = json!([{"number": 0, "head": {"sha": sha}}]);
        self.find_in_pages(&path, assumed, |pull: ApiPull| {
            let same = pull.head.sha.eq_ignore_ascii_case(sha);
            if same { PageStep::Found(pull.number) } else { PageStep::Continue }
        })
    }

    /// The commit that a pull request's head is now.
    ///
    /// # Errors
    /// As [`NotifyClient::send`].
    pub(crate) fn head_of(&mut self, pull: u64, assumed: &str) -> Result<String, NotifyError> {
        let mut request = self.request(HttpMethod::Get, &format!("pulls/{pull}"));
        request.dry_run_response = json!({"number": pull, "head": {"sha": assumed}});
        let (pull, _): (ApiPull, _) = self.client.json(&request).map_err(explain_failure)?;
        Ok(pull.head.sha)
    }

    /// Looks through a listing, page by page, until something is found.
    ///
    /// # Errors
    /// As [`NotifyClient::send`]; the listing never ends, or leads to another host.
    pub(crate) fn find_in_pages<E: DeserializeOwned, T>(
        &mut self,
        path: &str,
        assumed: Value,
        mut look: impl FnMut(E) -> PageStep<T>,
    ) -> Result<Option<T>, NotifyError> {
        let mut request = self.request(HttpMethod::Get, path);
        request.dry_run_response = assumed;
        for _ in 0..MAX_PAGES {
            let (entries, response): (Vec<E>, _) =
                self.client.json(&request).map_err(explain_failure)?;
            for entry in entries {
                if let PageStep::Found(entry) = look(entry) {
                    return Ok(Some(entry));
                }
            }
            let Some(next) = response.header("link").and_then(next_page) else { return Ok(None) };
            // The server chooses the next address: on its own host only, or the token would go to
            // whoever it names.
            let lost = |text| NotifyError::Failed { call: format!("GET {path}"), text };
            request.address = request.address.redirect_to(next).map_err(lost)?;
        }
        let text = format!("more than {MAX_PAGES} pages");
        Err(NotifyError::Failed { call: format!("GET {path}"), text })
    }

    /// Writes.
    ///
    /// # Errors
    /// As [`NotifyClient::send`].
    pub(crate) fn write(
        &mut self,
        method: HttpMethod,
        path: &str,
        body: &Value,
    ) -> Result<HttpResponse, NotifyError> {
        let mut request = self.request(method, path);
        request.body = Some(body.to_string().into_bytes());
        request.dry_run_response = json!({"number": 0});
        // A second POST makes a second comment; a second PATCH changes nothing.
        request.retry_is_unsafe = method == HttpMethod::Post;
        self.client.send(&request).map_err(explain_failure)
    }

    /// Whether an entry is one of ours.
    pub(crate) fn is_ours(author: &OwnIdentity, user: Option<&ApiUser>) -> bool {
        user.is_some_and(|user| match &author.0 {
            CommentAuthor::Login(login) => user.login.eq_ignore_ascii_case(login),
            CommentAuthor::AnyApp => user.kind == "Bot",
        })
    }

    /// Who we are: asked of GraphQL, since an app's token may not ask it of REST.
    ///
    /// # Errors
    /// As [`NotifyClient::send`], except for a token that may not ask.
    pub(crate) fn author(&mut self) -> Result<OwnIdentity, NotifyError> {
        if let Some(author) = &self.author {
            return Ok(OwnIdentity(author.clone()));
        }
        let mut request = self.request(HttpMethod::Post, "");
        request.address = self.target.graphql.clone();
        request.body = Some(json!({"query": "query { viewer { login } }"}).to_string().into());
        request.dry_run_response = json!({"data": {"viewer": {"login": "me"}}});
        // Anybody can write our marker into a comment. What makes it ours is the author.
        let author = match self.client.send(&request) {
            Ok(response) => {
                let answer: Value = serde_json::from_slice(&response.body).unwrap_or_default();
                let login = answer.pointer("/data/viewer/login").and_then(Value::as_str);
                login.map_or(CommentAuthor::AnyApp, |login| CommentAuthor::Login(login.to_owned()))
            }
            Err(NotifyError::Rejected { status: 403 | 404, .. }) => CommentAuthor::AnyApp,
            Err(failure) => return Err(explain_failure(failure)),
        };
        self.author = Some(author.clone());
        Ok(OwnIdentity(author))
    }

    fn request(&self, method: HttpMethod, path: &str) -> HttpRequest {
        let address = self.target.api.join(&format!("repos/{}/{path}", self.target.repo));
        let mut request = HttpRequest::new(method, address);
        request.token = self.target.token.clone();
        request.headers.push(("accept", "application/vnd.github+json".to_owned()));
        request.headers.push(("x-github-api-version", VERSION.to_owned()));
        if method != HttpMethod::Get {
            request.headers.push(("content-type", "application/json".to_owned()));
        }
        request
    }
}

/// The author whose entries are ours.
pub(crate) struct OwnIdentity(CommentAuthor);

/// Adds to a rejection what most often is the cause.
fn explain_failure(failure: NotifyError) -> NotifyError {
    let NotifyError::Rejected { call, status, text } = failure else { return failure };
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
    NotifyError::Rejected { call, status, text: format!("{text}{cause}") }
}

/// The address with `rel="next"` of a Link header (RFC 8288).
fn next_page(header: &str) -> Option<&str> {
    let mut links = header;
    while let Some((_, after)) = links.split_once('<') {
        let (url, after) = after.split_once('>')?;
        let end = after.find('<').unwrap_or(after.len());
        let parameters = after[..end].split(';').map(|text| text.trim().trim_end_matches(','));
        let mut parameters = parameters.map(|text| text.trim().replace('"', ""));
        if parameters.any(|text| text.eq_ignore_ascii_case("rel=next")) {
            return Some(url);
        }
        links = &after[end..];
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
