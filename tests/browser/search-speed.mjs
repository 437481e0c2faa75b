// Measures the search of a built site: the bytes of its index, and how long a reader waits.
//
//   node search-speed.mjs DIR
//
// The processor is slowed down by 4, which is about a mid-range phone, and by 1. "ready" is from the
// focus until the index is read, from this machine. "first result" is from a key to the next frame
// with the list, the median and the worst of all keys of three searches.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium, open } from './chromium.mjs';
import { withPage } from './pages.mjs';
import { serve } from './server.mjs';
import { loadSite } from './site.mjs';

const SEARCHES = ['sum rust 1000', 'demo-0', 'regression'];
const MOST_MS = 100;

const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
const milliseconds = (time) => `${Math.round(time)} ms`;

/// Types one character and waits for the frame that shows its results.
const typeOne = (page, character) => page.evaluate((text) => new Promise((resolve) => {
  const field = document.querySelector('#find');
  const started = performance.now();
  field.value += text;
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - started)));
}), character);

async function measure(page, address, slowdown) {
  const client = await page.createCDPSession();
  await client.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  await page.goto(address, { waitUntil: 'load' });
  const ready = await page.evaluate(() => new Promise((resolve) => {
    const started = performance.now();
    const field = document.querySelector('#find');
    field.focus();
    field.value = 'a';
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    const look = () => (document.querySelector('#find-list [role="option"]')
      ? resolve(performance.now() - started) : setTimeout(look, 1));
    look();
  }));
  const times = [];
  for (const text of SEARCHES) {
    await page.$eval('#find', (field) => { field.value = ''; });
    for (const character of text) times.push(await typeOne(page, character));
  }
  times.sort((a, b) => a - b);
  return { ready, median: times[Math.floor(times.length / 2)], worst: times.at(-1) };
}

const folder = process.argv[2];
const path = chromium();
if (!folder || !path) {
  console.error('usage: node search-speed.mjs DIR');
  process.exit(2);
}
const site = loadSite('site', folder);
for (const file of site.files.filter((name) => name.startsWith('search/'))) {
  const bytes = readFileSync(join(folder, file));
  console.log(`${file}: ${kilobytes(bytes.length)}, ${kilobytes(gzipSync(bytes, { level: 9 }).length)} gzip`);
}
const server = await serve(folder, site.base);
const browser = await open(path);
let slow = false;
try {
  for (const slowdown of [1, 4]) {
    await withPage(browser, async (page) => {
      const { ready, median, worst } = await measure(page, server.url('about/'), slowdown);
      slow ||= worst > MOST_MS;
      console.log(`processor / ${slowdown}: ready ${milliseconds(ready)}, ` +
        `first result ${milliseconds(median)}, worst ${milliseconds(worst)}`);
    });
  }
} finally {
  await browser.close();
  server.close();
}
process.exit(slow ? 1 : 0);
