//! What all backends did together, as one of them sees it: runs set aside, baselines begun anew.

use super::Watch;
use crate::proof;

impl Watch {
    /// Begins the baseline at the point `at`, where all backends moved; what was told of it is
    /// taken back. False where it began about there already.
    pub fn carry(&mut self, at: usize, worse: bool) -> bool {
        if at >= self.level.len() || self.epoch + 3 >= at {
            return false;
        }
        self.begin(at, worse);
        true
    }

    /// Levels of the newest run's runner before the point `at`, at most `reach`, and from it on.
    pub fn around(&self, at: usize, reach: usize) -> Option<(Vec<f64>, Vec<f64>)> {
        let newest = self.segment.last()?;
        let own = |point: &usize| self.segment[*point] == *newest;
        let level = |point: usize| self.level[point];
        let from = self.epoch.max(at.saturating_sub(proof::REACH)).min(at);
        let mut before: Vec<f64> = (from..at).filter(own).map(level).collect();
        before.drain(..before.len().saturating_sub(reach));
        Some((before, (at..self.level.len()).filter(own).map(level).collect()))
    }

    /// Sets the newest run aside until it is known what became of an infrastructure shift.
    pub fn hold(&mut self, run: usize, value: f64, segment: u32) {
        self.held.push((run, value, segment));
    }

    /// Takes the points from a run on back, and what they told, and holds them.
    pub fn retract(&mut self, from: usize) {
        let keep = self.first_point(|run| run < from);
        if keep == self.run.len() {
            return;
        }
        let taken: Vec<(usize, f64, u32)> = (keep..self.run.len())
            .map(|at| (self.run(at), self.value[at], self.segment[at]))
            .collect();
        self.held.splice(0..0, taken);
        self.value.truncate(keep);
        self.level.truncate(keep);
        self.run.truncate(keep);
        self.segment.truncate(keep);
        self.base.truncate(keep);
        self.start.truncate(keep);
        self.calm.truncate(keep);
        self.findings.retain(|finding| finding.told < keep);
        self.open = self.open.filter(|open| *open < self.findings.len());
        self.epoch = self.start.last().map_or(0, |start| *start as usize);
        self.renew();
        self.refill(keep);
    }

    fn refill(&mut self, end: usize) {
        for at in self.epoch.max(end.saturating_sub(proof::REACH))..end {
            self.window.push(self.level[at], None);
        }
        for level in &self.level[self.epoch.min(end)..end] {
            self.span = (self.span.0.min(*level), self.span.1.max(*level));
        }
        let segments = &self.segment[self.epoch.min(end)..end];
        self.mixed = segments.iter().any(|segment| *segment != segments[0]);
        self.follow();
    }

    /// Forgets the runs that were set aside: the shift went away.
    pub fn drop_held(&mut self) {
        self.held.clear();
    }

    /// The shift stayed: the baseline begins at the first run that it touched.
    pub fn cut(&mut self, from: usize) {
        let held = std::mem::take(&mut self.held);
        self.retract(from);
        let again = std::mem::take(&mut self.held);
        let at = self.level.len();
        for (run, value, segment) in again.into_iter().chain(held) {
            self.push(run, value, segment);
        }
        if let Some(open) = self.open.take() {
            self.findings[open].ended = Some(at);
        }
        if at < self.level.len() {
            self.calm[at..].fill(false);
            self.restart(at, self.level.len());
        } else {
            self.epoch = at;
            self.renew();
            self.mixed = false;
        }
    }
}
