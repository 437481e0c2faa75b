// Checks built sites as their readers meet them.
//
//   node run.mjs --site NAME=DIR [--site NAME=DIR …] [--shots DIR] [--feature NAME]
//
// Builds nothing. Each site is served on the loopback under the base it was built for (its
// canonical link says which; `/repo/` where none does). Ends with 0 when every check holds, with 1
// when one fails, with 2 when the arguments or the machine are at fault. With --feature only this
// feature of the script is checked (a function of features.mjs), for work on it.

import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { checkFeatures } from './features.mjs';
import { chromium, open, openFirefox } from './chromium.mjs';
import * as files from './files.mjs';
import { checkLighthouse } from './lighthouse.mjs';
import { checkPages } from './pages.mjs';
import { Report } from './report.mjs';
import { checkScript } from './script.mjs';
import { serve } from './server.mjs';
import { loadSite } from './site.mjs';

function usage(message) {
  console.error(`${message}\nusage: node run.mjs --site NAME=DIR … [--shots DIR] [--feature NAME]`);
  process.exit(2);
}

function options() {
  try {
    const { values } = parseArgs({
      options: { site: { type: 'string', multiple: true }, shots: { type: 'string' },
        feature: { type: 'string' } },
    });
    const sites = (values.site ?? []).map((text) => /^([^=]+)=(.+)$/.exec(text));
    if (!sites.length || sites.includes(null)) usage('a site is NAME=DIR');
    return { ...values,
      sites: sites.map(([, name, folder]) => loadSite(name, folder)) };
  } catch (error) {
    return usage(error.message);
  }
}

const { sites, shots, feature } = options();
const path = chromium();
if (!path) usage('no browser');
if (shots) mkdirSync(shots, { recursive: true });

const report = new Report();
const browser = await open(path);
try {
  await checkScript(report);
  await checkFeatures(browser, sites[0], report, feature);
  const firefox = await openFirefox();
  if (firefox) {
    await checkFeatures(firefox, sites[0], report, feature, 'in Firefox');
    await firefox.close();
  } else console.log('No Firefox here: the features were not checked in it.');
  for (const [index, site] of feature ? [] : sites.entries()) {
    const started = Date.now();
    files.checkIds(site, report);
    files.checkLinks(site, report);
    files.checkSizes(site, report);
    files.checkStyle(site, report);
    files.checkXml(site, report);
    files.checkJson(site, report);
    await files.checkMarkup(site, report);
    const server = await serve(site.folder, site.base);
    await checkPages(browser, server, site, report, { thorough: index === 0, shots });
    // Pages of a demo ask search engines to leave them out.
    if (site.name === 'real') await checkLighthouse(browser, server, site, report);
    server.close();
    const seconds = Math.round((Date.now() - started) / 1000);
    console.log(`${site.name}: ${site.pages.length} pages at ${site.base}, ${seconds} s`);
  }
} finally {
  await browser.close();
}
process.exit(report.print() ? 0 : 1);
