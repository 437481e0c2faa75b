//! `benchpages serve`.

mod site_loop;

use std::io::{BufRead, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::bail;

use crate::app::LoadOptions;
use crate::app::session::load_resumable;
use crate::cli::args::{GlobalArgs, ServeArgs};
use crate::cli::build;
use crate::cli::serve::site_loop::{ShownSite, SiteMaker};
use crate::cli::ui::Reporter;
use crate::serve::{self, ServeError, ServeHooks};

pub(crate) fn run(global: &GlobalArgs, args: &ServeArgs, talk: &Reporter) -> anyhow::Result<u8> {
    let options = build::load_options(global, &args.site)?;
    let started = Instant::now();
    let (project, built) = build::load_and_build(&options, &args.site, talk, &load_resumable)?;
    talk.info(&build::summary_line(&built, started.elapsed().as_secs_f64()));
    let mut port = args.port;
    // Taken by the server that starts.
    let first = Arc::new(Mutex::new(Some(ShownSite { project: Arc::new(project), written: true })));
    loop {
        let hooks = hooks(global, args, &options, Arc::clone(&first));
        match serve::run(&serve_options(global, args, port), hooks) {
            Ok(()) => return Ok(0),
            Err(ServeError::PortTaken { port: taken, next: Some(next) }) => {
                if !confirm_port(taken, next)? {
                    bail!("port {taken} is taken; port {next} is free: --port {next}");
                }
                port = next;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn serve_options(global: &GlobalArgs, args: &ServeArgs, port: u16) -> serve::ServeOptions {
    let mut watch = vec![global.data.clone()];
    watch.extend(global.policy.clone());
    serve::ServeOptions {
        port,
        base_path: args.base_path.clone(),
        site_dir: args.site.out.clone(),
        watch,
        ignore: vec![args.site.out.clone()],
    }
}

fn hooks(
    global: &GlobalArgs,
    args: &ServeArgs,
    options: &LoadOptions,
    first: Arc<Mutex<Option<ShownSite>>>,
) -> ServeHooks {
    let talk = || Reporter::new(global.quiet, global.verbose, global.color);
    let maker = SiteMaker { options: options.clone(), args: args.clone(), talk: talk() };
    let opening = talk();
    ServeHooks {
        work: Box::new(move |desk| {
            let first = first.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(first) = first {
                site_loop::serve_sites(&maker, first, desk);
            }
        }),
        on_ready: Box::new(move |url| {
            opening.info(&format!("Showing the site at {url} (Ctrl-C ends it)"));
        }),
    }
}

/// Asks whether the next free port will do; without a terminal the answer is no.
fn confirm_port(taken: u16, next: u16) -> anyhow::Result<bool> {
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
