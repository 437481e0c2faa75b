//! `benchpages explain`: what a word of a message means, why it is there, and what to do.

use anyhow::bail;
use serde_json::{Value, json};

use crate::cli::args::OutputFormat;
use crate::cli::args::explain::ExplainArgs;
use crate::cli::ui;
use crate::explain::lookup::{CodeFamily, ExplainedCode, Lookup, all, lookup};
use crate::report::escape;
use crate::report::terminal::TerminalPage;
use model::record::shorten;
use model::text::terminal::TerminalText;

/// Columns before a meaning in the list.
const CODE_COLUMNS: usize = 24;

pub(crate) fn run(args: &ExplainArgs) -> anyhow::Result<u8> {
    let Some(word) = &args.code else {
        let all = all();
        return match args.format {
            OutputFormat::Text => ui::print(&list(&all)),
            OutputFormat::Json => ui::print(&escape::json::line(&as_json(&all))),
        };
    };
    match lookup(word) {
        Lookup::Found(found) => match args.format {
            OutputFormat::Text => ui::print(&pages(&found)),
            OutputFormat::Json => ui::print(&escape::json::line(&as_json(&found))),
        },
        Lookup::Unknown(near) => {
            let hint = match near.as_slice() {
                [] => String::new(),
                near => format!("did you mean {}? ", near.join(", ")),
            };
            let word = shorten(word, 60);
            bail!("unknown code `{word}`: {hint}`benchpages explain` lists all codes")
        }
    }
}

/// Every code with its meaning, by family.
fn list(all: &[ExplainedCode]) -> TerminalText {
    let mut lines = String::new();
    for family in CodeFamily::ALL {
        lines.push_str(&format!("{}:\n", family.code()));
        for it in all.iter().filter(|it| it.family == *family) {
            let mut page = TerminalPage::default();
            page.write_text(CODE_COLUMNS, it.advice.meaning);
            // The code stands in the space before the first line.
            let meaning = page.text.get(CODE_COLUMNS..).unwrap_or_default();
            lines.push_str(&format!("{:<CODE_COLUMNS$}{meaning}", format!("  {}", it.code)));
        }
        lines.push('\n');
    }
    lines.truncate(lines.trim_end().len() + 1);
    TerminalText::lines(&lines)
}

fn pages(found: &[ExplainedCode]) -> TerminalText {
    let mut page = TerminalPage::default();
    for (at, ExplainedCode { code, family, advice }) in found.iter().enumerate() {
        if at > 0 {
            page.blank_line();
        }
        page.write_text(0, &format!("{code} ({})", family.code()));
        page.write_text(2, advice.meaning);
        page.write_text(2, &format!("Why: {}", advice.cause));
        page.write_text(2, &format!("What to do: {}", advice.remedy));
        for command in advice.commands {
            page.write_text(4, command);
        }
        page.write_text(2, &format!("More: {}", advice.url()));
    }
    page.text
}

fn as_json(explanations: &[ExplainedCode]) -> Value {
    let all = explanations.iter().map(|ExplainedCode { code, family, advice }| {
        json!({
            "code": code,
            "about": family.code(),
            "meaning": advice.meaning,
            "cause": advice.cause,
            "remedy": advice.remedy,
            "commands": advice.commands,
            "url": advice.url(),
        })
    });
    json!({"codes": all.collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    use crate::cli::command::CliArgs;
    use crate::cli::help;

    #[test]
    fn every_command_of_an_explanation_parses() {
        for ExplainedCode { code, advice, .. } in all() {
            assert!(!advice.commands.is_empty(), "{code}");
            for command in advice.commands {
                // What the reader fills in, in a form that the parser takes.
                let filled = |word: &str| match word {
                    "NUMBER" => "7".to_owned(),
                    "BASE..HEAD" => "a..b".to_owned(),
                    word => word.to_owned(),
                };
                let words = command.split_whitespace().map(filled);
                let parsed = help::decorated(CliArgs::command()).try_get_matches_from(words);
                let is_version = *command == "benchpages --version";
                assert!(parsed.is_ok() || is_version, "{code}: {command}");
            }
        }
    }

    #[test]
    fn every_explanation_leads_to_a_document() {
        for ExplainedCode { code, advice, .. } in all() {
            let path = advice.url().split_once("/blob/main/").map(|(_, path)| path.to_owned());
            let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
            assert!(root.join(path.unwrap()).is_file(), "{code}: {}", advice.url());
        }
    }
}
