// Makes the scripts of the pages, static/app.js and static/range.js, from their parts in script/.
//
//   node script.mjs

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { minify } from 'terser';

// In the order in which they use each other.
const PARTS = ['core', 'numbers', 'page', 'ages', 'sort', 'chart', 'combobox', 'search', 'lazy',
  'filters', 'compare', 'lost'];
const fileOf = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const partOf = (name) => readFileSync(fileOf(`script/${name}.js`), 'utf8');
const SCRIPTS = {
  app: () => `'use strict';(() => {\n${PARTS.map(partOf).join('\n')}\n})();`,
  range: () => `'use strict';window.addSeries(
({ all, cell, json, make, pageUrl, quantity, say, scaleOf, setAll, setQuery }) => {
${partOf('series')}\n${partOf('range')}\nreturn { range: rangeControls(), saveCsv };\n});`,
};

const builtScript = async (source) => {
  const { code } = await minify(source, { ecma: 2022, compress: { passes: 2 }, mangle: true });
  return `${code}\n`;
};

/// The scripts in static/ are what their parts give.
export async function checkScript(report) {
  const check = report.open('static/*.js', 'is built', 'files');
  for (const [name, source] of Object.entries(SCRIPTS)) {
    check.looked();
    const path = `static/${name}.js`;
    if (readFileSync(fileOf(path), 'utf8') !== await builtScript(source())) {
      check.fault(path, 'is not what script/ gives; run make script');
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, source] of Object.entries(SCRIPTS)) {
    writeFileSync(fileOf(`static/${name}.js`), await builtScript(source()));
  }
}
