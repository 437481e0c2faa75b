//! hugo on as many plain pages as a history has series. Nothing where it is not installed.

use std::process::Command;

use crate::asv::is_there;
use crate::bed::Bed;
use crate::child::{Usage, best, run};

const SETTINGS: &str = "baseURL = \"https://example.org/\"\ntitle = \"Plain pages\"\n\
    disableKinds = [\"taxonomy\", \"term\"]\n";
const PAGE: &str = "<!doctype html><html lang=\"en\"><head><title>{{ .Title }}</title></head>\
    <body><h1>{{ .Title }}</h1>{{ .Content }}</body></html>\n";
const LIST: &str = "<!doctype html><html lang=\"en\"><head><title>{{ .Title }}</title></head>\
    <body>{{ range .Pages }}<a href=\"{{ .RelPermalink }}\">{{ .Title }}</a>{{ end }}</body>\
    </html>\n";

/// The best of a few builds of so many pages.
pub fn build(bed: &Bed, pages: u32) -> anyhow::Result<Option<Usage>> {
    if !is_there("hugo") {
        return Ok(None);
    }
    let folder = bed.path("hugo");
    std::fs::create_dir_all(folder.join("content/page"))?;
    std::fs::create_dir_all(folder.join("layouts/_default"))?;
    std::fs::write(folder.join("config.toml"), SETTINGS)?;
    std::fs::write(folder.join("layouts/_default/single.html"), PAGE)?;
    std::fs::write(folder.join("layouts/_default/list.html"), LIST)?;
    std::fs::write(folder.join("layouts/index.html"), LIST)?;
    for page in 0..pages {
        let text = format!(
            "---\ntitle: \"Benchmark {page}\"\ndate: 2025-01-01\n---\n\nIts newest level is \
             **{page} ns**, as it was before.\n\n- one backend\n- one size\n"
        );
        std::fs::write(folder.join(format!("content/page/{page}.md")), text)?;
    }
    let usage = best(|| {
        crate::bed::remove(&folder.join("public"))?;
        run(Command::new("hugo").arg("--quiet").arg("--source").arg(&folder))
    })?;
    crate::bed::remove(&folder)?;
    Ok(Some(usage))
}
