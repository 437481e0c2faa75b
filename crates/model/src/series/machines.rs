//! Machines that share a fingerprint and differ in level: two processors in one pool, say, where
//! the policy does not track the processor. Their runs are compared as if one machine had measured
//! them, so that a change of machine looks like a change of the code.
//!
//! Example: the runs of a series alternate between an EPYC 7763 (100 ms) and an EPYC 9V74 (70 ms).
//! Whenever the processor changes, the value falls by 30 % or comes back.

use rustc_hash::FxHashMap;

use crate::history::{History, MeasurementRow};
use crate::record::median;

/// Fields of a machine that may make it faster or slower.
const MACHINE_FIELDS: [&str; 10] = [
    "cpu",
    "arch",
    "os",
    "cpu_count",
    "memory_total",
    "runner_image",
    "runner",
    "os_version",
    "container_cpus",
    "container_memory",
];
/// Changes of machine that a difference is measured from, in each of the two directions: a machine
/// that was replaced once is a change like any other, and has its evidence on the page.
const MIN_CHANGES: usize = 3;

/// Two machines under one fingerprint whose levels differ.
#[derive(Clone, Debug, PartialEq)]
pub struct MachineDifference {
    /// The field that tells them apart, and that the policy does not track.
    pub field: &'static str,
    /// Its values: the machine with the smaller values first.
    pub lower: String,
    pub higher: String,
    /// How many times the one level is the other; above 1.
    pub ratio: f64,
}

/// By environment: the values of its machine's fields, as numbers.
pub(super) struct Machines {
    fields: Vec<[u32; MACHINE_FIELDS.len()]>,
    values: Vec<String>,
}

impl Machines {
    /// The machines of a history.
    pub(super) fn of(history: &History) -> Self {
        let mut machines = Self { fields: Vec::new(), values: Vec::new() };
        let mut numbers: FxHashMap<&str, u32> = FxHashMap::default();
        for environment in &history.environments {
            let fields = MACHINE_FIELDS.map(|name| {
                // A field that is not recorded is a value too: no other machine is like it.
                let value = environment.fields.get(name).map_or("", String::as_str);
                let next = u32::try_from(machines.values.len()).unwrap_or(u32::MAX);
                *numbers.entry(value).or_insert_with(|| {
                    machines.values.push(value.to_owned());
                    next
                })
            });
            machines.fields.push(fields);
        }
        machines
    }

    /// The first field by which the machines of these rows differ in level by `threshold` or more;
    /// none where the rows of each segment are of like machines. `rows` are in their order.
    pub(super) fn difference(
        &self,
        rows: &[&MeasurementRow],
        segments: &[u32],
        threshold: f64,
    ) -> Option<MachineDifference> {
        // Most series have one machine: nothing is collected for them.
        let first = rows.first()?.environment;
        if rows.iter().all(|row| row.environment == first) {
            return None;
        }
        (0..MACHINE_FIELDS.len()).find_map(|at| {
            let shifts = self.shifts(rows, segments, at);
            let (&(low, high), shifts) =
                shifts.iter().max_by_key(|(pair, all)| (all.len(), **pair))?;
            let is_enough = |count: usize| count >= MIN_CHANGES;
            let rises = shifts.iter().filter(|shift| shift.is_rise).count();
            if !is_enough(rises) || !is_enough(shifts.len() - rises) {
                return None;
            }
            let sizes: Vec<f64> = shifts.iter().map(|shift| shift.size).collect();
            let size = median(&sizes)?;
            // Most changes of the machine must agree: noise goes up and down.
            let agreeing = sizes.iter().filter(|it| (**it > 0.0) == (size > 0.0)).count();
            if agreeing * 10 < sizes.len() * 9 || size.abs().exp_m1() < threshold {
                return None;
            }
            let (lower, higher) = if size > 0.0 { (low, high) } else { (high, low) };
            let value = |number: u32| self.values[number as usize].clone();
            Some(MachineDifference {
                field: MACHINE_FIELDS[at],
                lower: value(lower),
                higher: value(higher),
                ratio: size.abs().exp(),
            })
        })
    }

    /// How the value changed whenever a field did, by the two values of the field: from the first
    /// to the second of them in log levels, whichever came first in time.
    fn shifts(
        &self,
        rows: &[&MeasurementRow],
        segments: &[u32],
        field: usize,
    ) -> FxHashMap<(u32, u32), Vec<MachineShift>> {
        let mut newest: FxHashMap<u32, (u32, f64)> = FxHashMap::default();
        let mut shifts: FxHashMap<(u32, u32), Vec<MachineShift>> = FxHashMap::default();
        for row in rows {
            let Some(value) = row.value.get().filter(|value| *value > 0.0) else { continue };
            let machine = self.fields[row.environment as usize][field];
            let segment = segments[row.environment as usize];
            let before = newest.insert(segment, (machine, value.ln()));
            let Some((other, level)) = before.filter(|(other, _)| *other != machine) else {
                continue;
            };
            let is_rise = other < machine;
            let shift = value.ln() - level;
            let size = if is_rise { shift } else { -shift };
            let pair = (machine.min(other), machine.max(other));
            shifts.entry(pair).or_default().push(MachineShift { size, is_rise });
        }
        shifts
    }
}

/// A change from one machine to another.
struct MachineShift {
    /// From the machine with the smaller number to the other, in log levels.
    size: f64,
    /// The machine with the smaller number came first.
    is_rise: bool,
}
