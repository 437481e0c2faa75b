//! `benchpages serve`.

mod show;

use std::io::{BufRead, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::bail;

use crate::cli::args::{Global, Serve};
use crate::cli::build;
use crate::cli::serve::show::{Maker, Shown};
use crate::cli::talk::Talk;
use crate::project::Options;
use crate::project::again::load_first;
use crate::serve::{self, Hooks, ServeError};

pub(crate) fn run(global: &Global, args: &Serve, talk: &Talk) -> anyhow::Result<u8> {
    let options = build::options(global, &args.site)?;
    let started = Instant::now();
    let (project, built) = build::make(&options, &args.site, talk, &load_first)?;
    talk.info(&build::closing(&built, started.elapsed().as_secs_f64()));
    let mut port = args.port;
    // Taken by the server that starts.
    let first = Arc::new(Mutex::new(Some(Shown { project: Arc::new(project), written: true })));
    loop {
        let hooks = hooks(global, args, &options, Arc::clone(&first));
        match serve::run(&serve_options(global, args, port), hooks) {
            Ok(()) => return Ok(0),
            Err(ServeError::PortTaken { port: taken, next: Some(next) }) => {
                if !offer(taken, next)? {
                    bail!("port {taken} is taken; port {next} is free: --port {next}");
                }
                port = next;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn serve_options(global: &Global, args: &Serve, port: u16) -> serve::Options {
    let mut watch = vec![global.data.clone()];
    watch.extend(global.policy.clone());
    serve::Options {
        port,
        base_path: args.base_path.clone(),
        site_dir: args.site.out.clone(),
        watch,
        ignore: vec![args.site.out.clone()],
    }
}

fn hooks(
    global: &Global,
    args: &Serve,
    options: &Options,
    first: Arc<Mutex<Option<Shown>>>,
) -> Hooks {
    let talk = || Talk::new(global.quiet, global.verbose, global.color);
    let maker = Maker { options: options.clone(), args: args.clone(), talk: talk() };
    let opening = talk();
    Hooks {
        work: Box::new(move |desk| {
            let first = first.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(first) = first {
                show::show(&maker, first, desk);
            }
        }),
        opened: Box::new(move |url| {
            opening.info(&format!("Showing the site at {url} (Ctrl-C ends it)"));
        }),
    }
}

/// Asks whether the next free port will do; without a terminal the answer is no.
fn offer(taken: u16, next: u16) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(false);
    }
    let mut err = std::io::stderr().lock();
    write!(err, "Port {taken} is taken. Use {next} instead? [Y/n] ")?;
    err.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "" | "y" | "Y" | "yes"))
}
