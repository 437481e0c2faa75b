// Collects what every check says and prints one line a check, then every failure.

// Faults of one kind stand together; this many kinds, and places of each, are written out.
const GROUPS = 40;
const PLACES = 8;

const grouped = (faults) => {
  const groups = new Map();
  for (const { where, what } of faults) groups.set(what, [...(groups.get(what) ?? []), where]);
  return [...groups];
};

export class Report {
  constructor() {
    this.rows = new Map();
    this.warnings = [];
  }

  /// Registers a check, so that one that looked at nothing is seen too.
  open(site, check, unit) {
    const key = `${site} ${check}`;
    if (!this.rows.has(key)) this.rows.set(key, { site, check, unit, looked: 0, faults: [] });
    const row = this.rows.get(key);
    return {
      looked: (count = 1) => { row.looked += count; },
      fault: (where, what) => row.faults.push({ where, what }),
      warn: (where, what) => this.warnings.push(`${site} ${check}: ${where}: ${what}`),
    };
  }

  /// Prints everything; true when nothing failed.
  print() {
    const rows = [...this.rows.values()];
    const width = Math.max(...rows.map((row) => `${row.site} ${row.check}`.length));
    for (const row of rows) {
      const state = row.faults.length ? 'FAIL' : row.looked ? 'ok  ' : 'none';
      const name = `${row.site} ${row.check}`.padEnd(width);
      const faults = row.faults.length ? `, ${row.faults.length} faults` : '';
      console.log(`${state}  ${name}  ${row.looked} ${row.unit}${faults}`);
    }
    for (const warning of this.warnings) console.log(`warning: ${warning}`);
    const failed = rows.filter((row) => row.faults.length);
    for (const row of failed) {
      console.log(`\n${row.site} ${row.check}`);
      const groups = grouped(row.faults);
      for (const [what, places] of groups.slice(0, GROUPS)) {
        const more = places.length > PLACES ? ` and ${places.length - PLACES} more` : '';
        console.log(`  ${what}\n    ${places.slice(0, PLACES).join(', ')}${more}`);
      }
      if (groups.length > GROUPS) console.log(`  … and ${groups.length - GROUPS} other faults`);
    }
    const passed = rows.filter((row) => row.looked && !row.faults.length).length;
    console.log(`\n${passed} passed, ${failed.length} failed`);
    return failed.length === 0;
  }
}
