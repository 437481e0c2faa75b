// Joins the parts of the pages' script, which are in script/, to static/app.js, and makes it small.
//
//   node script.mjs

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { minify } from 'terser';

// In the order in which they use each other.
const PARTS = ['core', 'page', 'ages', 'sort', 'chart', 'combobox', 'search', 'filters', 'compare',
  'lost'];
const fileOf = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const TARGET = fileOf('static/app.js');

/// The script as the parts give it.
export async function builtScript() {
  const parts = PARTS.map((part) => readFileSync(fileOf(`script/${part}.js`), 'utf8'));
  const source = `'use strict';(() => {\n${parts.join('\n')}\n})();`;
  const { code } = await minify(source, { ecma: 2022, compress: { passes: 2 }, mangle: true });
  return `${code}\n`;
}

/// static/app.js is what the parts give.
export async function checkScript(report) {
  const check = report.open('app.js', 'is built', 'files');
  check.looked();
  if (readFileSync(TARGET, 'utf8') !== await builtScript()) {
    check.fault('static/app.js', 'is not what script/ gives; run make script');
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(TARGET, await builtScript());
