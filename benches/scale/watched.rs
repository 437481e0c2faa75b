//! Work while a person waits: `serve`, from a saved file of results to the reloaded page, and
//! `check` where nothing has changed.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::Asked;
use crate::bed::{self, Bed};
use crate::child::{best, run_judge};
use crate::table::{Row, figure, megabytes, seconds, target};

const SERIES: u32 = 500;
const DAYS: u32 = 400;
const RELOAD: f64 = 0.3;
const SAVES: usize = 5;
const PATIENCE: Duration = Duration::from_secs(60);

pub fn rows(bed: &Bed, _: &Asked) -> anyhow::Result<Vec<Row>> {
    let history = bed.history(SERIES, DAYS)?;
    let mut check = bed.program();
    check.args(["check", "--demo", "--data"]).arg(&history);
    run_judge(&mut check)?;
    let checked = best(|| run_judge(&mut check))?;
    let mut times = saved(bed, &history)?;
    times.sort_by(f64::total_cmp);
    let (median, best) = (times[times.len() / 2], times[0]);
    Ok(vec![
        target(
            "`serve` with 200,000 records: saved file to reloaded page, median of 5",
            "300 ms",
            format!("{} (best {})", seconds(median), seconds(best)),
            median < RELOAD,
        ),
        figure(
            "`check` of 200,000 records, unchanged",
            format!(
                "{} (CPU {}, {})",
                seconds(checked.wall),
                seconds(checked.cpu),
                megabytes(checked.peak)
            ),
        ),
    ])
}

/// A server that ends with its owner.
struct Server {
    process: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    fn start(command: &mut Command) -> anyhow::Result<Self> {
        let mut process = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let stderr = process.stderr.take().context("the server says nothing")?;
        let mut server = Self { process, address: String::new() };
        let mut lines = BufReader::new(stderr).lines();
        for line in lines.by_ref() {
            if let Some((_, rest)) = line?.split_once("http://localhost:") {
                let port = rest.split('/').next().unwrap_or_default();
                server.address = format!("127.0.0.1:{port}");
                break;
            }
        }
        // The rest is read too: a full pipe would stop the server.
        std::thread::spawn(move || lines.for_each(drop));
        if server.address.is_empty() {
            bail!("the server printed no address");
        }
        Ok(server)
    }

    fn open(&self, path: &str) -> anyhow::Result<BufReader<TcpStream>> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        Ok(BufReader::new(stream))
    }

    fn get(&self, path: &str) -> anyhow::Result<String> {
        let mut all = Vec::new();
        self.open(path)?.read_to_end(&mut all)?;
        Ok(String::from_utf8_lossy(&all).into_owned())
    }

    /// The event stream as the page of this generation follows it, greeted.
    fn events(&self, page: &str) -> anyhow::Result<BufReader<TcpStream>> {
        let (_, rest) = page.split_once("data-generation=\"").context("no live reload")?;
        let generation = rest.split('"').next().unwrap_or_default();
        let path = format!("/_benchpages/events?generation={generation}");
        let mut events = self.open(&path)?;
        wait_for(&mut events, "hello")?;
        Ok(events)
    }
}

fn wait_for(events: &mut BufReader<TcpStream>, name: &str) -> anyhow::Result<()> {
    let mut line = String::new();
    while line.trim_end() != format!("event: {name}") {
        line.clear();
        if events.read_line(&mut line)? == 0 {
            bail!("the server ended its events before {name}");
        }
    }
    Ok(())
}

/// Seconds from each save to the page that shows what was saved.
fn saved(bed: &Bed, history: &Path) -> anyhow::Result<Vec<f64>> {
    let mut command = bed.program();
    command.args(["serve", "--demo", "--port", "0", "--base-path", "/", "--data"]);
    let server = Server::start(command.arg(history).arg("--out").arg(bed.path("served")))?;
    let newest = bed::days(history)?.pop().context("the history has no results")?;
    let before = std::fs::read_to_string(&newest)?;
    let record: Value = serde_json::from_str(before.lines().last().unwrap_or_default())?;
    let page = page_of(&record);
    let mut times = Vec::new();
    for save in 0..SAVES {
        let mut events = server.events(&server.get(&page)?)?;
        let commit = format!("demo-5a4ed{save}");
        let mut more = record.clone();
        more["commit"] = json!(commit);
        let day = record["timestamp"].as_str().and_then(|it| it.get(..10)).unwrap_or_default();
        more["timestamp"] = json!(format!("{day}T23:59:{:02}Z", 10 + save));
        let text = format!("{more}\n");
        let start = Instant::now();
        std::fs::OpenOptions::new().append(true).open(&newest)?.write_all(text.as_bytes())?;
        wait_for(&mut events, "reload")?;
        if !server.get(&page)?.contains(&commit) {
            bail!("the page that was reloaded does not show what was saved");
        }
        times.push(start.elapsed().as_secs_f64());
    }
    std::fs::write(&newest, before)?;
    Ok(times)
}

fn page_of(record: &Value) -> String {
    let word = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
    let parallel = if record["parallel"] == json!(true) { "-parallel" } else { "" };
    let (test, backend, mode, n) = (word("test"), word("backend"), word("mode"), &record["n"]);
    format!("/series/{test}.{backend}.{mode}{parallel}.{n}.html")
}
