//! HTTP servers on loopback that behave as the APIs do, with their errors. Each request is kept,
//! as it came; an answer that is asked to hang comes when the client has gone.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    /// With the query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Asked {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// `GET /path`.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub enum Reply {
    With {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    },
    /// Nothing, until the client goes.
    Hang,
    /// The connection ends without an answer.
    Cut,
}

pub fn reply(status: u16, body: impl ToString) -> Reply {
    Reply::With { status, headers: Vec::new(), body: body.to_string() }
}

impl Reply {
    pub fn header(mut self, name: &str, value: impl ToString) -> Self {
        if let Self::With { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_string()));
        }
        self
    }
}

/// Answers a request that no fault was planted for.
pub type Answer = Box<dyn FnMut(&Asked) -> Reply + Send>;

struct Inner {
    asked: Vec<Asked>,
    /// Part of a request's line, and the answer that it gets once.
    faults: VecDeque<(String, Reply)>,
}

/// A server that ends with the test.
pub struct Server {
    pub url: String,
    inner: Arc<Mutex<Inner>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Server {
    pub fn start(mut answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Mutex::new(Inner { asked: Vec::new(), faults: VecDeque::new() }));
        let shared = Arc::clone(&inner);
        // Ends with the process: a test's client has ended before the test does.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let _ = serve(stream, &shared, &mut answer);
            }
        });
        Self { url, inner }
    }

    /// The next request whose line holds `part` gets this answer, once.
    pub fn fault(&self, part: &str, reply: Reply) -> &Self {
        lock(&self.inner).faults.push_back((part.to_owned(), reply));
        self
    }

    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.inner).asked.clone()
    }

    /// `GET /path` of all requests, in their order.
    pub fn lines(&self) -> Vec<String> {
        self.asked().iter().map(Asked::line).collect()
    }

    /// The requests that write, but for the question who we are.
    pub fn writes(&self) -> Vec<Asked> {
        let asked = self.asked().into_iter();
        asked.filter(|asked| asked.method != "GET" && asked.path != "/graphql").collect()
    }
}

fn serve(stream: TcpStream, shared: &Mutex<Inner>, answer: &mut Answer) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let Some(asked) = request(&mut reader)? else { return Ok(()) };
    let line = asked.line();
    let mut inner = lock(shared);
    inner.asked.push(asked.clone());
    let planted = inner.faults.iter().position(|(part, _)| line.contains(part));
    let planted = planted.and_then(|at| inner.faults.remove(at));
    drop(inner);
    match planted.map_or_else(|| answer(&asked), |(_, reply)| reply) {
        Reply::With { status, headers, body } => {
            let mut text = format!("HTTP/1.1 {status} X\r\nconnection: close\r\n");
            for (name, value) in headers {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
            text.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
            (&stream).write_all(text.as_bytes())
        }
        Reply::Hang => reader.read_to_end(&mut Vec::new()).map(|_| ()),
        Reply::Cut => Ok(()),
    }
}

fn request(reader: &mut impl BufRead) -> std::io::Result<Option<Asked>> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let [method, path, _] = words.as_slice() else { return Ok(None) };
    let (method, path) = ((*method).to_owned(), (*path).to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut asked = Asked { method, path, headers, body: String::new() };
    let length = asked.header("content-length").parse().unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    asked.body = String::from_utf8_lossy(&body).into_owned();
    Ok(Some(asked))
}

/// What a GitHub holds.
#[derive(Default)]
pub struct Store {
    /// `{id, user: {login, type}, body}`.
    pub comments: Vec<Value>,
    /// `{number, head: {sha}, state}`.
    pub pulls: Vec<Value>,
    /// `{number, user, title, body, labels, state}`.
    pub issues: Vec<Value>,
    /// Comments on issues: number and text.
    pub replies: Vec<(u64, String)>,
}

/// A comment by a login.
pub fn comment(id: u64, login: &str, body: &str) -> Value {
    let kind = if login.ends_with("[bot]") { "Bot" } else { "User" };
    json!({"id": id, "user": {"login": login, "type": kind}, "body": body})
}

/// A GitHub with one repository, `o/r`, where the token `GOOD` writes as `ME`.
pub struct GitHub {
    pub server: Server,
    pub store: Arc<Mutex<Store>>,
}

pub const ME: &str = "github-actions[bot]";
pub const GOOD: &str = "ghs_0123456789abcdef";

impl GitHub {
    pub fn start(store: Store) -> Self {
        let store = Arc::new(Mutex::new(store));
        let held = Arc::clone(&store);
        let server = Server::start(Box::new(move |asked| answer(&mut lock(&held), asked)));
        Self { server, store }
    }

    pub fn bodies(&self) -> Vec<String> {
        let store = lock(&self.store);
        let text = |comment: &Value| comment["body"].as_str().unwrap().to_owned();
        store.comments.iter().map(text).collect()
    }
}

fn answer(store: &mut Store, asked: &Asked) -> Reply {
    if asked.header("authorization") != format!("Bearer {GOOD}") {
        return reply(401, json!({"message": "Bad credentials"}));
    }
    if asked.header("user-agent").is_empty() {
        return reply(403, json!({"message": "Request forbidden by administrative rules"}));
    }
    let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
    let parts: Vec<&str> = path.trim_start_matches("/repos/o/r/").split('/').collect();
    let me = json!({"login": ME, "type": "Bot"});
    match (asked.method.as_str(), parts.as_slice()) {
        ("POST", ["", "graphql"]) => reply(200, json!({"data": {"viewer": {"login": ME}}})),
        ("GET", ["issues", _, "comments"]) => page(&store.comments, asked, query),
        ("GET", ["pulls"]) => page(&store.pulls, asked, query),
        ("GET", ["issues"]) => {
            let open = |issue: &&Value| issue["state"] == "open";
            page(&store.issues.iter().filter(open).cloned().collect::<Vec<_>>(), asked, query)
        }
        ("GET", ["pulls", number]) => {
            let same = |pull: &&Value| pull["number"] == whole(number);
            let found = store.pulls.iter().find(same);
            found.map_or_else(|| reply(404, json!({"message": "Not Found"})), |p| reply(200, p))
        }
        ("POST", ["issues", number, "comments"]) => {
            let body = asked.json()["body"].as_str().unwrap().to_owned();
            store.replies.push((number.parse().unwrap(), body.clone()));
            let id = 9_000 + store.comments.len() as u64;
            store.comments.push(json!({"id": id, "user": me, "body": body}));
            reply(201, json!({"id": id}))
        }
        ("PATCH", ["issues", "comments", id]) => {
            let same = |comment: &&mut Value| comment["id"] == whole(id);
            match store.comments.iter_mut().find(same) {
                None => reply(404, json!({"message": "Not Found"})),
                Some(comment) => {
                    comment["body"] = asked.json()["body"].clone();
                    reply(200, &*comment)
                }
            }
        }
        ("POST", ["issues"]) => {
            let number = 100 + store.issues.len();
            let mut issue = asked.json();
            issue["number"] = json!(number);
            issue["user"] = me;
            issue["state"] = json!("open");
            store.issues.push(issue.clone());
            reply(201, issue)
        }
        ("PATCH", ["issues", number]) => {
            let same = |issue: &&mut Value| issue["number"] == whole(number);
            let Some(issue) = store.issues.iter_mut().find(same) else { return reply(404, "{}") };
            for (name, value) in asked.json().as_object().unwrap() {
                issue[name] = value.clone();
            }
            reply(200, &*issue)
        }
        _ => reply(404, json!({"message": format!("Not Found: {}", asked.line())})),
    }
}

fn whole(text: &str) -> u64 {
    text.parse().unwrap()
}

/// One page of a listing, as GitHub cuts and links it.
fn page(all: &[Value], asked: &Asked, query: &str) -> Reply {
    let number = |name: &str, usual: usize| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let mut found = pairs.filter(|(known, _)| *known == name);
        found.next().and_then(|(_, value)| value.parse().ok()).unwrap_or(usual)
    };
    let (per_page, at) = (number("per_page", 30).min(100), number("page", 1));
    let pages = all.len().div_ceil(per_page).max(1);
    let shown: Vec<&Value> = all.iter().skip((at - 1) * per_page).take(per_page).collect();
    let url = |at: usize| {
        let rest: Vec<&str> = query.split('&').filter(|one| !one.starts_with("page=")).collect();
        let path = asked.path.split('?').next().unwrap();
        format!("http://{}{path}?{}&page={at}", asked.header("host"), rest.join("&"))
    };
    let mut links = Vec::new();
    if at > 1 {
        links.push(format!("<{}>; rel=\"prev\"", url(at - 1)));
    }
    if at < pages {
        links.push(format!("<{}>; rel=\"next\"", url(at + 1)));
        links.push(format!("<{}>; rel=\"last\"", url(pages)));
    }
    let answer = reply(200, json!(shown));
    if links.is_empty() { answer } else { answer.header("link", links.join(", ")) }
}
