// Checks that need no browser: markup, links, ids, sizes, feeds, data.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import { HtmlValidate } from 'html-validate';
import { SaxesParser } from 'saxes';
import { INDEX_SCHEMA } from './schema.mjs';

// Bytes after gzip. The stylesheet only warns: it grows with the pages, and the first load of
// every page is held to its own budget in the browser.
const BUDGETS = [
  { ends: '.css', most: 3 * 1024, warns: true },
  { ends: '.js', most: 9 * 1024, warns: false },
];

const VALIDATE = {
  root: true,
  extends: ['html-validate:recommended', 'html-validate:a11y'],
  rules: {
    // Filters act as somebody types, and a submit button would do nothing.
    'wcag/h32': 'off',
    // Inline SVG: these rules know HTML attributes and elements only.
    'attr-case': ['error', { style: 'lowercase', ignoreForeign: true }],
    'element-case': ['error', { style: 'lowercase' }],
    // SVG shapes are void in the XML way; HTML elements are still held to `omit`.
    'void-style': 'off',
    // Both styles are valid HTML; the template engine writes character references.
    'no-raw-characters': 'off',
    // Pages are indented by templates with conditions, which leave blanks at line ends.
    'no-trailing-whitespace': 'off',
    // Titles name hostile and long things in full; search engines cut them as they like.
    'long-title': 'off',
    'no-inline-style': 'error',
    // Attributes of one letter and numbers are written as compactly as the standard allows.
    'attr-quotes': 'off',
  },
};

export async function checkMarkup(site, report) {
  const check = report.open(site.name, 'html-validate', 'pages');
  const validator = new HtmlValidate(VALIDATE);
  for (const page of site.pages) {
    check.looked();
    const outcome = await validator.validateFile(join(site.folder, page.file));
    for (const { messages } of outcome.results) {
      for (const m of messages.filter((message) => message.severity === 2)) {
        check.fault(`${page.file}:${m.line}:${m.column}`, `${m.ruleId}: ${m.message}`);
      }
    }
  }
}

export function checkIds(site, report) {
  const check = report.open(site.name, 'unique ids', 'ids');
  for (const page of site.pages) {
    const seen = new Set();
    for (const id of page.ids) {
      check.looked();
      if (seen.has(id)) check.fault(page.file, `id "${id}" twice`);
      seen.add(id);
    }
  }
}

const targetOf = (site, base, url) => {
  if (!url.pathname.startsWith(base)) return `leaves ${base}`;
  let path;
  try {
    path = decodeURIComponent(url.pathname.slice(base.length));
  } catch {
    return 'is no UTF-8';
  }
  const file = path === '' || path.endsWith('/') ? `${path}index.html` : path;
  return site.known.has(file) ? { file } : `no such file: ${file}`;
};

function checkLink(site, base, page, link) {
  // GitHub Pages shows 404.html at any depth, so there only rooted links reach anything.
  const here = page.file === '404.html' ? 'no/such/page/' : page.path;
  let url;
  try {
    url = new URL(link.to, `http://site.invalid${base}${here}`);
  } catch {
    return 'is no URL';
  }
  if (link.to.startsWith('#')) return checkFragment(site, page.file, url);
  if (!/^(https?|mailto):$/.test(url.protocol)) return `scheme ${url.protocol}`;
  if (url.hostname !== 'site.invalid') return outside(link);
  if (page.file === '404.html' && !link.to.startsWith('/')) {
    return 'a relative link on the 404 page works at one depth only';
  }
  const target = targetOf(site, base, url);
  if (typeof target === 'string') return target;
  return checkFragment(site, target.file, url);
}

// Other hosts may be linked to, never loaded from.
const outside = ({ tag, rel }) =>
  tag === 'a' || (tag === 'link' && /canonical|alternate/.test(rel)) ? null : 'another host';

function checkFragment(site, file, url) {
  const fragment = decodeURIComponent(url.hash.slice(1));
  if (!fragment || !file.endsWith('.html')) return null;
  return site.ids.get(file).has(fragment) ? null : `no id "${fragment}" in ${file}`;
}

/// Every link and asset, fragments too, at the site's own base and at `/`.
export function checkLinks(site, report) {
  site.known = new Set(site.files);
  site.ids = new Map(site.pages.map((page) => [page.file, new Set(page.ids)]));
  const told = new Set();
  for (const base of [site.base, '/']) {
    const check = report.open(site.name, `links at ${base}`, 'links');
    for (const page of site.pages) {
      // The links of the 404 page are rooted at the base that the site was built for.
      if (page.file === '404.html' && base === '/') continue;
      for (const link of page.links) {
        check.looked();
        const fault = checkLink(site, base, page, link);
        const key = `${page.file} ${link.key} ${link.to}`;
        if (fault && !told.has(key)) check.fault(page.file, `${link.key}="${link.to}": ${fault}`);
        if (fault) told.add(key);
      }
    }
  }
}

export function checkSizes(site, report) {
  const check = report.open(site.name, 'size of assets', 'files');
  for (const { ends, most, warns } of BUDGETS) {
    // The index of the search is data, and loaded when somebody searches.
    const assets = site.files.filter((name) => name.startsWith('assets/'));
    for (const file of assets.filter((name) => name.endsWith(ends))) {
      check.looked();
      const bytes = gzipSync(readFileSync(join(site.folder, file)), { level: 9 }).length;
      if (bytes <= most) continue;
      const say = `${bytes} bytes gzip, budget ${most}`;
      if (warns) check.warn(file, say);
      else check.fault(file, say);
    }
  }
}

// A media block for readers who did not ask for less motion, with the rules in it.
const MOVING =
  /@media[^{]*prefers-reduced-motion:\s*no-preference[^{]*\{([^{}]*\{[^{}]*\})*\s*\}/g;

export function checkStyle(site, report) {
  const check = report.open(site.name, 'stylesheets', 'files');
  for (const file of site.files.filter((name) => name.endsWith('.css'))) {
    check.looked();
    const css = readFileSync(join(site.folder, file), 'utf8');
    if (/@import|url\(\s*['"]?(https?:)?\/\//.test(css)) check.fault(file, 'loads something');
    if (/animation\s*:|@keyframes/.test(css)) check.fault(file, 'has an animation');
    if (/transition\s*:/.test(css.replace(MOVING, ''))) {
      check.fault(file, 'transition outside prefers-reduced-motion: no-preference');
    }
  }
}

function parseXml(text) {
  const parser = new SaxesParser({ xmlns: true });
  const seen = { ids: [], inEntry: false, inId: false };
  let fault = null;
  parser.on('error', (error) => { fault ??= error.message; });
  parser.on('opentag', (tag) => {
    if (tag.local === 'entry') seen.inEntry = true;
    seen.inId = seen.inEntry && tag.local === 'id';
    if (seen.inId) seen.ids.push('');
  });
  parser.on('closetag', (tag) => { if (tag.local === 'entry') seen.inEntry = false; });
  parser.on('text', (part) => { if (seen.inId) seen.ids[seen.ids.length - 1] += part.trim(); });
  try {
    parser.write(text).close();
  } catch (error) {
    fault ??= error.message;
  }
  return { fault, ids: seen.ids.filter(Boolean) };
}

export function checkXml(site, report) {
  const check = report.open(site.name, 'xml well-formed', 'files');
  for (const file of site.files.filter((name) => /\.(svg|xml)$/.test(name))) {
    check.looked();
    const { fault, ids } = parseXml(readFileSync(join(site.folder, file), 'utf8'));
    if (fault) check.fault(file, fault);
    if (new Set(ids).size < ids.length) check.fault(file, 'two entries share an id');
  }
}

const compile = (schema) => {
  const modern = /2020-12/.test(schema.$schema ?? '');
  const ajv = new (modern ? Ajv2020 : Ajv)({ strict: false, allErrors: true, logger: false });
  return ajv.compile(schema);
};

const parsed = (site, file) => JSON.parse(readFileSync(join(site.folder, file), 'utf8'));

/// Every JSON file parses; the schemas compile; the index says what it promises to say.
export function checkJson(site, report) {
  const check = report.open(site.name, 'json', 'files');
  const schemas = [];
  for (const file of site.files.filter((name) => name.endsWith('.json'))) {
    check.looked();
    try {
      const value = parsed(site, file);
      if (/(^|\/)schema\/|\.schema\.json$/.test(file)) schemas.push([file, compile(value)]);
      else if (file.startsWith('api/') && !value.schema) check.fault(file, 'does not say schema');
      // A file that did would be another one after each build.
      else if (value.built_from) check.fault(file, 'says what it was built from');
    } catch (error) {
      check.fault(file, error.message);
    }
  }
  const index = 'api/v2/index.json';
  if (!site.files.includes(index)) return;
  const valid = compile(INDEX_SCHEMA);
  if (!valid(parsed(site, index))) {
    for (const e of valid.errors.slice(0, 5)) check.fault(index, `${e.instancePath} ${e.message}`);
  }
  if (!schemas.length) check.warn('api/v2', 'no schema is published');
}
