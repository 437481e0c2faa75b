//! A card for each cause: a group of regressions, or of improvements, with what a reader asks
//! first. How much, since when, how sure, whose change, and what to do about it.
//!
//! Example: `csharp groupby_topN is 12–14% slower (gradual)`, with the facts Since, Confidence,
//! Suspect and Noise, the chart of its largest series, and the command that accepts it.

use crate::report::phrase::Phrase;
use crate::report::regression_groups::{Regression, RegressionGroup, RegressionKind};
use crate::report::urls::{self, LinkRoot};
use crate::report::wording;
use crate::site::context::SiteContext;
use crate::site::table;
use crate::site::view::{PageLink, PlainChart, breakable};
use chart::CardSize;
use model::record::shorten;
use model::series::CommitIndex;
use model::text::{self, sanitize};

/// Sentences of evidence on a card; its page has all of them.
const MAX_HINTS: usize = 2;
const MAX_HINT_CHARS: usize = 180;
/// Characters of the next step.
const MAX_STEP_CHARS: usize = 240;

/// What a template shows of a cause.
pub(crate) struct CauseCard {
    /// Its page; that of the series where it has none.
    pub(crate) href: String,
    /// Class of its edge: `w`, `s`, `k` or empty.
    pub(crate) edge: &'static str,
    pub(crate) tone: &'static str,
    pub(crate) mark: &'static str,
    /// In pieces, behind which it may break.
    pub(crate) title: Vec<String>,
    /// `open`, `fixed`, …; empty for an improvement.
    pub(crate) state: &'static str,
    pub(crate) facts: Vec<CardFact>,
    pub(crate) compare: PageLink,
    /// The command; none where nothing is left to accept.
    pub(crate) accept: Option<String>,
    /// The name of the series in the chart; empty where it is the only one.
    pub(crate) series: String,
    /// Its largest series.
    pub(crate) chart: PlainChart,
}

pub(crate) struct CardFact {
    pub(crate) label: &'static str,
    pub(crate) value: Phrase,
}

/// Makes the cards of one page.
pub(crate) struct CardMaker<'a> {
    pub(crate) site: &'a SiteContext<'a>,
    pub(crate) root: LinkRoot,
}

impl CardMaker<'_> {
    /// The card of a group of regressions.
    pub(crate) fn regression(&self, group: &RegressionGroup) -> CauseCard {
        let is_open = group.state() == "open";
        let (edge, tone) = match group.state() {
            "open" => ("w", "worse"),
            "suspected" => ("s", "warn"),
            "fixed" => ("k", "note"),
            _ => ("", "note"),
        };
        let accept = is_open.then(|| group.accept_command(self.site.input.history));
        let size = if is_open { CardSize::Open } else { CardSize::Closed };
        let facts = self.facts(group, if is_open { MAX_HINTS } else { 0 });
        CauseCard { edge, tone, state: group.state(), accept, facts, ..self.card(group, size) }
    }

    /// The card of a group of improvements.
    pub(crate) fn improvement(&self, group: &RegressionGroup) -> CauseCard {
        CauseCard { facts: self.facts(group, 0), ..self.card(group, CardSize::Closed) }
    }

    fn card(&self, group: &RegressionGroup, size: CardSize) -> CauseCard {
        let (site, root, first) = (self.site, self.root, &group.members[0]);
        let page = first.event.as_deref().map(urls::event);
        CauseCard {
            href: root.to(&page.unwrap_or_else(|| site.series_path(first.series))),
            edge: "k",
            tone: "better",
            mark: wording::arrow(first.change),
            title: breakable(&group.headline(&site.names, site.input.series)),
            state: "",
            facts: Vec::new(),
            compare: compare_link(site, root, group),
            accept: None,
            series: match group.members.len() {
                1 => String::new(),
                _ => chart_name(site, group),
            },
            chart: table::card_chart(site, first.series, change_at(site, first), size),
        }
    }

    fn facts(&self, group: &RegressionGroup, hints: usize) -> Vec<CardFact> {
        let (site, first) = (self.site, &group.members[0]);
        let mut facts = vec![
            CardFact { label: "Since", value: since(site, group) },
            CardFact { label: suspect_label(group), value: suspect(site, self.root, group) },
        ];
        if let Some(confidence) = group.confidence() {
            let words = text::percent(confidence);
            let value = Phrase::new("").marked("strong", words).text(confidence_note(group));
            facts.insert(1, CardFact { label: "Confidence", value });
        }
        // What is open says so beside its title, and "Not fixed yet" would repeat it.
        if !matches!(group.state(), "open" | "confirmed") {
            let value = Phrase::new("").text(&first.state_text);
            facts.push(CardFact { label: "State", value });
        }
        if hints > 0
            && let Some(noise) = site.series(first.series).1.noise
        {
            let threshold = text::percent(first.threshold);
            let words = format!("{} from run to run; threshold {threshold}", noise_text(noise));
            facts.push(CardFact { label: "Noise", value: Phrase::new("").text(words) });
        }
        let changes = &site.series(first.series).1.changes;
        let evidence = change_at(site, first).map_or(&[][..], |at| &changes[at].hints);
        let evidence = evidence.iter().take(hints).map(|hint| shorten(hint, MAX_HINT_CHARS));
        let evidence = evidence.collect::<Vec<_>>().join(" ");
        if !evidence.is_empty() {
            let value = Phrase::new("").text(hint_text(&evidence));
            facts.push(CardFact { label: "Evidence", value });
        }
        let insight = site.regressions.insight(group).filter(|_| hints > 0);
        if let Some(step) = insight.and_then(|it| it.recommendations.first()) {
            let value = step_phrase(&shorten(step, MAX_STEP_CHARS));
            facts.push(CardFact { label: "Next step", value });
        }
        facts
    }
}

/// A sentence of evidence for a page, which isolates the direction of names by markup.
pub(crate) fn hint_text(hint: &str) -> String {
    hint.replace(sanitize::turns_text, "")
}

/// What to do next, for a page: commands between backticks are code.
pub(crate) fn step_phrase(step: &str) -> Phrase {
    let parts = step.split('`').enumerate();
    parts.fold(Phrase::new(""), |phrase, (at, part)| match at % 2 {
        0 => phrase.text(hint_text(part)),
        _ => phrase.marked("code", hint_text(part)),
    })
}

/// Which of the changes of its series a regression is; none where it was withdrawn or is suspected.
pub(crate) fn change_at(site: &SiteContext<'_>, of: &Regression) -> Option<usize> {
    let event = of.event.as_deref()?;
    let count = site.series(of.series).1.changes.len();
    (0..count).find(|at| site.events.id(of.series, *at) == event)
}

/// Which of the series of a group its chart shows.
fn chart_name(site: &SiteContext<'_>, group: &RegressionGroup) -> String {
    let first = &group.members[0];
    let key = &site.series(first.series).0.key;
    let is_same_test = group.members.iter().all(|it| it.subject.test == first.subject.test);
    let short = site.names.within_test(key);
    if is_same_test && !short.is_empty() { short } else { site.names.title(key) }
}

/// `18 Aug 2025, rising 0.4% a day; passed the 10% threshold on 14 Sep 2025`.
pub(crate) fn since(site: &SiteContext<'_>, group: &RegressionGroup) -> Phrase {
    let first = &group.members[0];
    let phrase = Phrase::new("").marked("strong", text::date(group.since()));
    match (first.kind, first.per_day) {
        (RegressionKind::Gradual, Some(per_day)) => {
            let rate = text::percent_rate(per_day.abs());
            let way = if per_day > 0.0 { "rising" } else { "falling" };
            let threshold = text::percent(first.threshold);
            phrase.text(format!(
                ", {way} {} a day; passed the {threshold} threshold on {}",
                rate.trim_start_matches('+'),
                text::date(first.crossed)
            ))
        }
        (RegressionKind::Suspected, _) => phrase.text(", newest run"),
        _ => {
            let runs = site.series(first.series).0.runs.iter();
            let runs = runs.filter(|run| run.time >= first.since && run.value.is_some()).count();
            phrase.text(format!(", {} since", text::count_noun(runs as u64, "run")))
        }
    }
}

/// `±1.3%`, or `under 0.1%`.
pub(crate) fn noise_text(noise: f64) -> String {
    let percent = text::percent(noise);
    match percent.strip_prefix('<') {
        Some(least) => format!("under {least}"),
        None => format!("±{percent}"),
    }
}

fn confidence_note(group: &RegressionGroup) -> String {
    match group.members.len() as u64 {
        1 => String::new(),
        count => format!(", {} with one likely cause", text::count_noun(count, "series")),
    }
}

fn suspect_label(group: &RegressionGroup) -> &'static str {
    match group.culprit {
        Some(_) => "Culprit",
        None if group.members[0].is_regression => "Suspect",
        None => "Commit",
    }
}

/// The suspect commit with its subject; of several how many, and the newest.
pub(crate) fn suspect(site: &SiteContext<'_>, root: LinkRoot, group: &RegressionGroup) -> Phrase {
    let (last_good, first_bad) = (group.last_good.0, group.first_bad.0);
    if let Some(culprit) = &group.culprit {
        let known = culprit.commits.last().and_then(|id| site.commits.by_id(id));
        let phrase = commit(site, root, known.unwrap_or(group.first_bad));
        return phrase.marked("note", format!(" ({})", wording::culprit(culprit)));
    }
    if group.members[0].kind == RegressionKind::Gradual {
        let id = |at: CommitIndex| site.commit(at).id.as_str();
        let phrase =
            Phrase::new("").text("No single commit").marked("note", "; the slope lies between ");
        let phrase = site.with_commit(phrase, root, id(group.last_good)).marked("note", " and ");
        return site.with_commit(phrase, root, id(group.first_bad));
    }
    let is_suspect = |at: &CommitIndex| site.commit(*at).main_line || *at == group.first_bad;
    let measured = (last_good + 1..=first_bad).map(CommitIndex).filter(is_suspect).count();
    let id = |at: CommitIndex| site.commit(at).id.as_str();
    let all = site.lineage.between(id(group.last_good), id(group.first_bad)).map(<[_]>::len);
    let phrase = commit(site, root, group.first_bad);
    match (all.unwrap_or(measured), all.is_some()) {
        (0 | 1, true) => phrase.marked("note", " (no commit in between)"),
        (0 | 1, false) => phrase.marked("note", " (no measured commit in between)"),
        (count, _) => {
            let others = text::count_noun(count as u64 - 1, "earlier commit");
            phrase.marked("note", format!(" (or one of {others} since the last good run)"))
        }
    }
}

/// A commit with its subject and author.
pub(crate) fn commit(site: &SiteContext<'_>, root: LinkRoot, at: CommitIndex) -> Phrase {
    let commit = site.commit(at);
    let phrase = site.with_commit(Phrase::new(""), root, &commit.id);
    let phrase = match &commit.subject {
        Some(subject) => phrase.text(" ").name(subject),
        None => phrase,
    };
    with_author(phrase, commit.author.as_deref())
}

/// Characters of an author's name.
const MAX_AUTHOR_CHARS: usize = 40;

/// Adds who wrote a commit, where that is recorded: ` · Ada Lovelace`.
pub(crate) fn with_author(phrase: Phrase, author: Option<&str>) -> Phrase {
    let Some(author) = author else { return phrase };
    let separator = if phrase.spans.is_empty() { "" } else { " · " };
    phrase.text(separator).name(shorten(author, MAX_AUTHOR_CHARS))
}

/// The page that compares the commits around a change. A gradual one is compared from where it
/// began to its newest run: neighbors within it differ by nothing.
pub(crate) fn compare_link(
    site: &SiteContext<'_>,
    root: LinkRoot,
    group: &RegressionGroup,
) -> PageLink {
    let first = &group.members[0];
    let series = site.series(first.series).0;
    let is_gradual = first.kind == RegressionKind::Gradual;
    let newest = series.runs.last().map_or(first.first_bad, |run| run.commit);
    let is_open = group.state() == "open";
    let head = if is_gradual && is_open { newest } else { first.first_bad };
    let href = site.pair_link(root, first.last_good, head);
    let (base, head) = (site.commit(first.last_good), site.commit(head));
    let note = match is_gradual {
        true => format!("{} with {}", text::day_month(base.time), text::day_month(head.time)),
        false => "before and after".to_owned(),
    };
    PageLink { href, text: "Compare".to_owned(), note }
}
