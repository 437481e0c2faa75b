//! Reads the runs of a series from their columns, by what the documents say of them.

use serde_json::{Map, Value, json};

use super::Site;

/// The values whose differences a column holds.
fn sums(column: &Value) -> Vec<i64> {
    let steps = column.as_array().unwrap().iter().map(|step| step.as_i64().unwrap());
    steps
        .scan(0, |sum, step| {
            *sum += step;
            Some(*sum)
        })
        .collect()
}

/// The value of a row: a column is one value where all rows have the same, or a usual one.
fn cell(column: &Value, row: usize) -> Value {
    match column {
        Value::Array(column) => column[row].clone(),
        Value::Object(column) => {
            let mut others = column["other"].as_array().unwrap().iter();
            let other = others.find(|pair| pair[0] == row).map(|pair| &pair[1]);
            other.unwrap_or(&column["usual"]).clone()
        }
        same => same.clone(),
    }
}

/// The id of the commit at a place in the list of a site.
fn commit_at(site: &Site, place: usize) -> Value {
    let file = site.json(&format!("commits/{}.json", place / 1_000));
    assert_eq!(file["first"], place / 1_000 * 1_000);
    file["commits"][place % 1_000].clone()
}

/// Each run of a file of columns as an object, as `export series` has it.
pub fn runs_of(site: &Site, file: &Value, segments: &Value) -> Vec<Value> {
    let columns = &file["points"];
    let (places, mut times) = (sums(&columns["commit"]), sums(&columns["time"]));
    let step = columns["time_step"].as_i64().unwrap();
    times.iter_mut().zip(0..).for_each(|(time, row)| *time += row * step);
    let unit = if columns["time_unit"] == "s" { 1_000_000 } else { 1 };
    let run = |row: usize| {
        let flags = columns["flags"].as_object().unwrap().iter();
        let marked = |rows: &Value| rows.as_array().unwrap().contains(&json!(row));
        // In the order of the program; names in an object are sorted.
        let flags: Vec<&String> =
            flags.filter(|(_, rows)| marked(rows)).map(|(name, _)| name).collect();
        let order = ["failed", "outlier", "infrastructure", "noisy"];
        let flags: Vec<&str> =
            order.into_iter().filter(|name| flags.iter().any(|flag| flag == name)).collect();
        let time = jiff::Timestamp::from_microsecond(times[row] * unit).unwrap();
        let segment = cell(&columns["segment"], row);
        let runner = &segments[segment.as_u64().unwrap() as usize]["id"];
        let mut run = Map::from_iter([
            ("commit".into(), commit_at(site, usize::try_from(places[row]).unwrap())),
            ("flags".into(), json!(flags)),
            ("runner".into(), runner.clone()),
            ("segment".into(), segment),
            ("std".into(), json!(cell(&columns["std"], row).as_f64())),
            ("timestamp".into(), json!(time.to_string())),
            ("value".into(), json!(columns["value"][row].as_f64())),
        ]);
        let repeats = cell(&columns["repeats"], row);
        if repeats != 1 {
            run.insert("repeats".into(), repeats);
        }
        Value::Object(run)
    };
    (0..times.len()).map(run).collect()
}
