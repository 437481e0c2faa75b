//! The table that `perf stat` prints, also with `-r`. Derived values behind `#` are passed over.

use crate::format::{Format, Reader};
use crate::parse::number::{parse_number, parse_quantity};
use crate::parse::repeats::RepeatMerger;
use crate::parse::time::parse_time;
use crate::perf_stat::lines::{self, LineKind};
use crate::perf_stat::{Event, PerfStatRun, REMEDY};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::TIME_METRIC;

pub(crate) const FORMAT: Format = Format {
    name: "perf-stat",
    tool: "Linux perf stat: its table, -x, -j",
    signature: "a line `Performance counter stats for …`; or lines of value, unit, event, time and \
                percentage; or objects with `counter-value` and `event`",
    yields: "each event by its own name (lower, upper with -r), time, user_time, system_time; events \
             that are not supported are passed over; time of the run",
    backend: "perf",
    reader: Reader::Text { recognizes, read },
};

/// ` Performance counter stats for 'sleep 0.1' (3 runs):`
fn heading(line: &str) -> Option<(&str, &str)> {
    let after = line.trim().strip_prefix("Performance counter stats for ")?.strip_suffix(':')?;
    let (name, runs) = match after.rsplit_once(" (") {
        Some((name, runs)) if runs.ends_with(" runs)") => (name, runs.trim_end_matches(" runs)")),
        _ => (after, ""),
    };
    Some((name.trim_matches('\''), runs))
}

fn is_interval_heading(line: &str) -> bool {
    line.split_whitespace().take(3).eq(["#", "time", "counts"])
        || line.split_whitespace().take(3).eq(["#", "time", "CPU"])
}

fn recognizes(text: &Text) -> bool {
    let is_table = |line: &str| heading(line).is_some() || is_interval_heading(line);
    text.lines().any(|(_, line)| is_table(line)) || lines::kind(text).is_some()
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let started = text.lines().find_map(|(_, line)| line.strip_prefix("# started on "));
    let started = started.and_then(parse_time);
    let is_series = |line: &str| is_interval_heading(line) || line.contains("\"interval\" :");
    if text.lines().any(|(_, line)| is_series(line)) {
        return Err(InputError::whole(
            "perf stat -I prints a series of intervals: run perf stat without -I",
        ));
    }
    let mut runs = RepeatMerger::default();
    if let Some(kind) = lines::kind(text) {
        let run = match kind {
            LineKind::Json => lines::read_json(text, sink),
            LineKind::Separated(separator) => lines::read_separated(text, separator, sink),
        };
        add_run(&mut runs, run, sink);
    } else {
        read_tables(text, &mut runs, sink)?;
    }
    for mut entry in runs.entries() {
        entry.run.timestamp = started;
        sink.entry(entry);
    }
    Ok(())
}

fn add_run(runs: &mut RepeatMerger, run: PerfStatRun, sink: &mut EntrySink<'_>) {
    run.finish(sink).into_iter().for_each(|entry| runs.add(entry));
}

fn read_tables(
    text: &Text,
    runs: &mut RepeatMerger,
    sink: &mut EntrySink<'_>,
) -> Result<(), InputError> {
    let mut open: Option<PerfStatRun> = None;
    for (place, line) in text.lines() {
        if let Some((name, count)) = heading(line) {
            open.into_iter().for_each(|run| add_run(runs, run, sink));
            let mut run = PerfStatRun::new(name, place);
            run.entry = run.entry.field("runs", parse_number(count));
            open = Some(run);
            continue;
        }
        let Some(run) = &mut open else { continue };
        let trimmed = line.trim();
        // What the command itself prints, and the words below the table, begin with no value.
        let is_row =
            trimmed.starts_with(|c: char| c.is_ascii_digit()) || trimmed.starts_with("<not ");
        if !is_row {
            continue;
        }
        match event(trimmed) {
            Some(event) => run.add(&event, place, trimmed, sink),
            None => sink.reject(place, "no value and event", REMEDY, trimmed),
        }
    }
    let Some(run) = open else {
        return Err(InputError::whole("no line `Performance counter stats for …:`"));
    };
    add_run(runs, run, sink);
    Ok(())
}

/// A row: `1.21 msec task-clock  # 0.012 CPUs utilized  ( +-  3.91% )`.
fn event(line: &str) -> Option<Event<'_>> {
    let before = line.split_once('#').map_or(line, |(before, _)| before);
    let deviation = line.rsplit_once("( +-").and_then(|(_, after)| parse_quantity(after));
    let deviation = deviation.filter(|(_, unit)| unit.starts_with('%')).map(|(percent, _)| percent);
    let before = before.split_once("( +-").map_or(before, |(before, _)| before);
    // How much of the time an event was counted, where events took turns: `(83.33%)`.
    let (value, before) = match before.strip_prefix("<not ") {
        Some(after) => {
            let end = line.len() - after.len() + after.find('>')? + 1;
            (&line[..end], &before[end..])
        }
        None => before.split_once(char::is_whitespace)?,
    };
    let words: Vec<&str> = before
        .split_whitespace()
        .filter(|word| !(word.starts_with('(') && word.ends_with("%)")))
        .collect();
    let (name, unit) = match words.as_slice() {
        ["seconds", "time", "elapsed"] | ["+-", _, "seconds", "time", "elapsed"] => {
            (TIME_METRIC, "s")
        }
        ["seconds", "user"] | ["+-", _, "seconds", "user"] => ("user_time", "s"),
        ["seconds", "sys"] | ["+-", _, "seconds", "sys"] => ("system_time", "s"),
        // Older versions put the unit behind the name.
        [name, "(msec)"] => (*name, "msec"),
        [name] => (*name, ""),
        [unit, name] => (*name, *unit),
        _ => return None,
    };
    // `77 375 671 cycles` of another locale is no event in the unit `375`.
    let begins_with_letter = |word: &str| !word.starts_with(|c: char| !c.is_alphabetic());
    if !begins_with_letter(name) || !begins_with_letter(unit) {
        return None;
    }
    Some(Event { name, value, unit, deviation })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    const TABLE: &str = "hello from the command
12 of these lines are mine

 Performance counter stats for './a b' (10 runs):

      1,234.56 msec task-clock:u              #    0.998 CPUs utilized            ( +-  1.00% )
     2,000,000      cycles:u                  #    1.000 GHz                      (83.33%)
          3.50 Joules power/energy-pkg/
   <not counted>      LLC-loads

           1.2345 +- 0.0012 seconds time elapsed  ( +-  0.10% )

";

    #[test]
    fn events_have_their_own_names_and_units() {
        let entries = read_text(&FORMAT, TABLE);
        assert_eq!((&*entries[0].test, &entries[0].fields["runs"]), ("./a b", &10.into()));
        let rows = crate::test_support::metric_rows(&entries[0]);
        let wanted = [
            "task_clock_u Some(1234.56) Some(\"ms\")",
            "cycles_u Some(2000000.0) Some(\"count\")",
            "power_energy_pkg Some(3.5) Some(\"J\")",
            "time Some(1.2345) Some(\"s\")",
        ];
        assert_eq!(rows, wanted);
        let [lower, upper] = entries[0].metrics[0].statistics[..] else { panic!("two bounds") };
        assert!((lower.1 - 1222.2144).abs() < 1e-9 && (upper.1 - 1246.9056).abs() < 1e-9);
    }

    #[test]
    fn a_number_of_another_locale_is_rejected_with_its_line() {
        let text = Text::new("x", TABLE.replace("1,234.56", "1.234,56").as_bytes());
        let mut take = |_| {};
        let mut sink = EntrySink::new(&mut take);
        read(&text, &mut sink).unwrap();
        assert_eq!(sink.rejected[0].problem.location.line, 6);
        assert!(event("356 636 branch-misses  #  1,15% of all branches").is_none());
        let old = event("26.554473 task-clock (msec) #  0.965 CPUs utilized").map(|it| it.unit);
        assert_eq!(old, Some("msec"));
        let interval = Text::new(
            "x",
            b"#           time             counts unit events\n 1.0 2 msec task-clock\n",
        );
        assert!(recognizes(&interval));
        assert!(read(&interval, &mut sink).unwrap_err().reason.contains("-I"));
    }
}
