//! `benchpages mcp`: answers a coding agent on stdin and stdout.

use std::sync::Arc;

use crate::app::agent::AgentHistory;
use crate::cli::args::{GlobalArgs, SiteArgs};
use crate::cli::load_options::load_options;
use crate::cli::ui::Reporter;
use crate::mcp;

pub(crate) fn run(global: &GlobalArgs, reporter: &Reporter) -> anyhow::Result<u8> {
    let history = AgentHistory::open(load_options(global, &SiteArgs::default())?)?;
    // Messages go to stderr: stdout belongs to the protocol.
    reporter.info("Waiting for an MCP client on stdin");
    mcp::serve(Arc::new(move |question| history.answer(question)))?;
    Ok(0)
}
