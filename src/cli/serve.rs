//! `benchpages serve`.

use std::time::Instant;

use anyhow::bail;

use crate::app::site_loop::SiteLoop;
use crate::cli::args::{GlobalArgs, ServeArgs};
use crate::cli::build::summary_line;
use crate::cli::load_options::load_options;
use crate::cli::ui::{self, Reporter};
use crate::serve::{self, LocalPort, ServeError, ServeHooks, ServeOptions};

pub(crate) fn run(
    global: &GlobalArgs,
    args: &ServeArgs,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let options = load_options(global, &args.site)?;
    let started = Instant::now();
    // Another thread reports the changes; it needs a reporter of its own.
    let observer = Box::new(Reporter::new(global));
    let (site_loop, first, summary) = SiteLoop::start(options, args.site.out.clone(), observer)?;
    reporter.info(&summary_line(&summary, started.elapsed().as_secs_f64()));
    // After the build: a browser that connects before would wait for an answer without a sign.
    let port = bind(args.port)?;
    let opening = Reporter::new(global);
    let hooks = ServeHooks {
        work: Box::new(move |requests| site_loop.run(first, requests)),
        on_ready: Box::new(move |url| {
            opening.info(&format!("Serving at {url} (Ctrl-C to stop)"));
        }),
    };
    serve::run(port, &serve_options(global, args), hooks)?;
    Ok(0)
}

fn serve_options(global: &GlobalArgs, args: &ServeArgs) -> ServeOptions {
    let mut watch = vec![global.data.clone()];
    watch.extend(global.policy.clone());
    watch.extend(args.site.published.docs.clone());
    ServeOptions {
        base_path: args.base_path.clone(),
        site_dir: args.site.out.clone(),
        watch,
        ignore: vec![args.site.out.clone()],
    }
}

/// Takes a port; where another program has it, the next free one if the user agrees.
fn bind(port: u16) -> anyhow::Result<LocalPort> {
    match LocalPort::bind(port) {
        Err(ServeError::PortTaken { port, next: Some(next) }) => {
            if !ui::questions::confirm(&format!("Port {port} is taken. Use {next} instead?"), true)?
            {
                bail!(
                    "port {port} is taken by another program; port {next} is free: --port {next}"
                );
            }
            Ok(LocalPort::bind(next)?)
        }
        bound => Ok(bound?),
    }
}
