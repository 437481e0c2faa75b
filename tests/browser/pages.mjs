// Checks in the browser: on every sampled page what is cheap, on one page of each kind the rest.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as probes from './probes.mjs';
import { keyPages, sample } from './site.mjs';

// The first load of any page.
const MOST_REQUESTS = 4;
const MOST_BYTES = 35 * 1024;
// A chapter is as long as its text: that of all formats is the longest.
const MOST_BYTES_OF_CHAPTER = 42 * 1024;
const WIDTHS = [320, 360, 390, 500, 768, 1000, 1280];
const AXE_WIDTHS = [320, 390, 768, 1280];
const SCHEMES = ['light', 'dark'];
const SHOT_WIDTHS = [360, 1280];
// Pages of one kind come from one template; a few of each find what data can break.
const SAMPLED = 4;
const TABS = 150;
const AXE = {
  resultTypes: ['violations'],
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const axeSource = readFileSync(axePath, 'utf8');

/// Runs the tasks two at a time.
export async function inParallel(tasks) {
  const queue = [...tasks];
  const work = async () => {
    for (let task = queue.shift(); task; task = queue.shift()) await task();
  };
  await Promise.all([work(), work()]);
}

const scheme = (page, value) =>
  page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);

const size = (page, width) => page.setViewport({ width, height: 800 });

/// A fresh context, so that no cache hides a request; closed afterwards whatever happens.
export async function withPage(browser, use) {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(20000);
    await use(page);
  } finally {
    await context.close();
  }
}

/// The address at which a page is shown; 404.html stands for an address that does not exist.
const address = (server, page) =>
  server.url(page.file === '404.html' ? `commit/${'0123456789'.repeat(4)}/` : page.path);

const listen = (page, server, file, checks) => {
  const seen = { urls: new Set(), bytes: 0 };
  // The browser reports the 404 that the test asked for.
  const expected = (text) => file === '404.html' && /status of 404/.test(text);
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !expected(text)) checks.quiet.fault(file, text);
  });
  page.on('pageerror', (error) => checks.quiet.fault(file, error.message));
  page.on('request', (request) => {
    const url = request.url();
    if (/^(data|about|blob):/.test(url)) return;
    // The icon may be asked for twice, once from the cache.
    seen.urls.add(url);
    if (!url.startsWith(server.origin)) checks.external.fault(file, url);
  });
  return seen;
};

async function countBytes(page, seen) {
  const client = await page.createCDPSession();
  await client.send('Network.enable');
  client.on('Network.loadingFinished', (event) => { seen.bytes += event.encodedDataLength; });
}

async function firstLoad(page, server, target, checks) {
  const seen = listen(page, server, target.file, checks);
  await countBytes(page, seen);
  await size(page, 1280);
  await page.goto(address(server, target), { waitUntil: 'load' });
  // Long enough for what scripts ask for; the server is on this machine.
  await page.waitForNetworkIdle({ idleTime: 150 });
  checks.quiet.looked();
  checks.external.looked(seen.urls.size);
  checks.weight.looked();
  // The 404 page looks for near names in the index; that is not part of showing it.
  if (target.file === '404.html') return;
  if (seen.urls.size > MOST_REQUESTS) {
    checks.weight.fault(target.file, `${seen.urls.size} requests: ${[...seen.urls].join(' ')}`);
  }
  const most = target.kind === 'chapter' ? MOST_BYTES_OF_CHAPTER : MOST_BYTES;
  if (seen.bytes > most) {
    checks.weight.fault(target.file, `${seen.bytes} bytes on the wire, budget ${most}`);
  }
}

async function layout(page, target, checks) {
  for (const width of WIDTHS) {
    await size(page, width);
    const wide = await page.evaluate(probes.overflow);
    checks.reflow.looked();
    if (wide) checks.reflow.fault(`${target.file} at ${width}`, wide);
    checks.labels.looked();
    for (const label of await page.evaluate(probes.labels)) {
      checks.labels.fault(`${target.file} at ${width}`, label);
    }
  }
  for (const width of [320, 1280]) {
    await size(page, width);
    checks.targets.looked();
    for (const small of await page.evaluate(probes.smallTargets)) {
      checks.targets.fault(`${target.file} at ${width}`, small);
    }
  }
}

async function withoutScripts(browser, server, target, withScripts, check) {
  await withPage(browser, async (page) => {
    await page.setJavaScriptEnabled(false);
    await size(page, 1280);
    await page.goto(address(server, target), { waitUntil: 'load' });
    const without = await page.evaluate(probes.content);
    check.looked();
    if (without.text !== withScripts.text) {
      let at = 0;
      while (without.text[at] === withScripts.text[at]) at += 1;
      const [from, to] = [Math.max(0, at - 20), at + 30];
      check.fault(target.file, `text differs: "${without.text.slice(from, to)}" without, ` +
        `"${withScripts.text.slice(from, to)}" with`);
    }
    if (without.links.join('\n') !== withScripts.links.join('\n')) {
      const [off, on] = [without.links.length, withScripts.links.length];
      check.fault(target.file, `links differ: ${off} without, ${on} with`);
    }
  });
}

const cheap = (browser, server, target, checks) => async () => {
  let withScripts;
  await withPage(browser, async (page) => {
    await firstLoad(page, server, target, checks);
    await layout(page, target, checks);
    await size(page, 1280);
    withScripts = await page.evaluate(probes.content);
  });
  await withoutScripts(browser, server, target, withScripts, checks.scripts);
};

const axe = (browser, server, target, check, widths) => async () => {
  await withPage(browser, async (page) => {
    await page.setBypassCSP(true);
    for (const theme of SCHEMES) {
      await scheme(page, theme);
      await size(page, widths[0]);
      await page.goto(address(server, target), { waitUntil: 'load' });
      await page.evaluate(axeSource);
      for (const width of widths) {
        await size(page, width);
        const { violations } = await page.evaluate((options) => window.axe.run(options), AXE);
        check.looked();
        for (const { id, nodes } of violations) {
          const where = `${target.file} at ${width} ${theme}`;
          check.fault(where, `${id} (${nodes.length}): ${nodes[0].html.slice(0, 120)}`);
        }
      }
    }
  });
};

const keyboard = (browser, server, target, check) => async () => {
  await withPage(browser, async (page) => {
    await size(page, 1280);
    await page.goto(address(server, target), { waitUntil: 'load' });
    const stops = new Map();
    for (let press = 0; press < TABS; press += 1) {
      await page.keyboard.press('Tab');
      const now = await page.evaluate(probes.focused);
      if (!now || !now.follows) break;
      check.looked();
      if (!now.visible) check.fault(target.file, `focus is invisible on ${now.name}`);
      if (now.insideChart) check.fault(target.file, `Tab enters a chart: ${now.name}`);
      if (now.chart >= 0) stops.set(now.chart, (stops.get(now.chart) ?? 0) + 1);
    }
    for (const [chart, count] of stops) {
      if (count > 1) check.fault(target.file, `chart ${chart + 1} has ${count} tab stops`);
    }
    const jumps = await page.$$('[tabindex]:not([tabindex="0"], [tabindex="-1"])');
    if (jumps.length) check.fault(target.file, `${jumps.length} other tabindex values`);
  });
};

const print = (browser, server, target, check) => async () => {
  await withPage(browser, async (page) => {
    await scheme(page, 'dark');
    await page.goto(address(server, target), { waitUntil: 'load' });
    const pdf = Buffer.from(await page.pdf({ format: 'A4' }));
    check.looked();
    if (pdf.subarray(0, 5).toString() !== '%PDF-') check.fault(target.file, 'gives no PDF');
    await page.emulateMediaType('print');
    const { dark, ...kept } = await page.evaluate(probes.printed);
    for (const [what, there] of Object.entries(kept)) {
      if (!there) check.fault(target.file, `the ${what} is not printed`);
    }
    if (dark) check.fault(target.file, 'prints dark');
  });
};

const shoot = (browser, server, target, name, folder) => async () => {
  await withPage(browser, async (page) => {
    for (const theme of SCHEMES) {
      for (const width of SHOT_WIDTHS) {
        await scheme(page, theme);
        await size(page, width);
        await page.goto(address(server, target), { waitUntil: 'networkidle0' });
        const kind = target.kind.replace(/\W+/g, '-');
        const path = join(folder, `${name}-${kind}-${width}-${theme}.png`);
        await page.screenshot({ path, fullPage: true });
      }
    }
  });
};

const svgText = () => {
  const text = document.querySelector('text');
  const box = document.documentElement.getBoundingClientRect();
  return { fill: text && getComputedStyle(text).fill, area: box.width * box.height };
};

/// A chart on its own: it draws, says nothing on the console, and follows the reader's scheme.
const standAlone = (browser, server, file, check) => async () => {
  await withPage(browser, async (page) => {
    page.on('console', (message) => {
      // An SVG on its own names no icon, so the browser asks for the host's.
      const icon = message.location().url?.endsWith('/favicon.ico');
      if (message.type() === 'error' && !icon) check.fault(file, message.text());
    });
    const fills = [];
    for (const theme of SCHEMES) {
      await scheme(page, theme);
      await page.goto(server.url(file), { waitUntil: 'load' });
      const { fill, area } = await page.evaluate(svgText);
      if (!area) check.fault(`${file} ${theme}`, 'draws nothing');
      fills.push(fill);
    }
    check.looked();
    if (fills[0] && fills[0] === fills[1]) check.fault(file, 'one text colour in both schemes');
  });
};

/// All browser checks of one site; `thorough` runs axe at every width.
export async function checkPages(browser, server, site, report, { thorough, shots }) {
  const checks = {
    quiet: report.open(site.name, 'console and CSP', 'pages'),
    external: report.open(site.name, 'external requests', 'requests'),
    weight: report.open(site.name, 'first load', 'pages'),
    reflow: report.open(site.name, 'no sideways scroll', 'widths'),
    labels: report.open(site.name, 'no label of a chart covers another', 'widths'),
    targets: report.open(site.name, 'targets 24 px', 'views'),
    scripts: report.open(site.name, 'scripts off = on', 'pages'),
  };
  const axeCheck = report.open(site.name, 'axe', 'runs');
  const keyCheck = report.open(site.name, 'keyboard', 'stops');
  const printCheck = report.open(site.name, 'print', 'pages');
  const svgCheck = report.open(site.name, 'stand-alone charts', 'files');
  const keys = keyPages(site);
  const widths = thorough ? AXE_WIDTHS : [390, 1280];
  const cheapPages = new Set([...keys, ...sample(site, SAMPLED)]);
  const charts = site.files.filter((file) => /^chart\/.+\.svg$/.test(file)).slice(0, 3);
  await inParallel([
    ...keys.map((page) => axe(browser, server, page, axeCheck, widths)),
    ...[...cheapPages].map((page) => cheap(browser, server, page, checks)),
    ...keys.map((page) => keyboard(browser, server, page, keyCheck)),
    ...keys.map((page) => print(browser, server, page, printCheck)),
    ...charts.map((file) => standAlone(browser, server, file, svgCheck)),
    ...(shots ? keys.map((page) => shoot(browser, server, page, site.name, shots)) : []),
  ]);
}
