// Holds static/app.js to its word on a small site of its own (fixture/), under the real CSP: what
// it adds, what it leaves alone, what ends up in the address.

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withPage } from './pages.mjs';
import { serve } from './server.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const text = (page, selector) =>
  page.evaluate((s) => document.querySelector(s)?.textContent.trim() ?? null, selector);

const visible = (page, selector) =>
  page.evaluate((s) => document.querySelector(s)?.checkVisibility() ?? false, selector);

const query = (page) => page.evaluate(() => location.search);

async function chart(page, url, is) {
  await page.goto(url(''));
  is('one readout per chart with links', await page.$$eval('.readout', (all) => all.length), 1);
  is('chart is a tab stop', await page.$$eval('.ch[id][tabindex="0"]', (all) => all.length), 1);
  await page.evaluate(() => document.querySelector('.ch[id]').focus());
  is('a hint on focus', /Arrow keys/.test(await text(page, '.readout')), true);
  for (const [key, expected] of [
    ['Home', 'first run'], ['ArrowRight', 'second run'], ['ArrowRight', 'third run'],
    ['ArrowRight', 'third run'], ['ArrowLeft', 'second run'], ['End', 'third run'],
    ['Home', 'first run'], ['PageDown', '▲ +13.9%'], ['ArrowLeft', 'second run'],
  ]) {
    await page.keyboard.press(key);
    is(`${key} in the chart`, await text(page, '.readout'), expected);
  }
  is('one column marked', await page.$$eval('.ch[id] a.on', (all) => all.length), 1);
  await page.keyboard.press('Enter');
  is('Enter opens', await page.evaluate(() => location.hash), '#c-2');
  const box = await (await page.$('.ch[id] a[href="#c-1"]')).boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  is('pointing reads out', await text(page, '.readout'), 'first run');
}

async function ages(page, url, is) {
  await page.goto(url(''));
  is('age in words', /^Newest 12 Sep 2025 \(\d+ days ago\)$/.test(await text(page, '#old')), true);
  is('no age of the future', await text(page, '#future'), 'Next 12 Sep 2125');
  is('no age unasked', await text(page, '#plain'), 'Built 12 Sep 2025');
  is('the stale bar shows', await visible(page, '#stale'), true);
  is('and says how old', /^The latest result is \d+ days old \(2025-09-12/.test(
    await text(page, '#stale')), true);
  await page.goto(url('view/'));
  is('no stale bar on fresh or demo pages', await visible(page, '#stale'), false);
}

const shown = (page) =>
  page.$$eval('tr[data-test]', (rows) =>
    rows.filter((row) => row.checkVisibility()).map((row) => row.id).join());

async function filters(page, url, is) {
  await page.goto(url('view/?utm=1&n=1000..&show=all'));
  is('the form shows', await visible(page, 'form.filters'), true);
  is('n from the address', await shown(page), 'r2,r3,r4');
  is('canonical address, defaults out, strangers kept', await query(page), '?n=1000..&utm=1');
  is('the count', await text(page, 'p.count'), '3 of 4 series shown');
  await page.click('input[value="rust"]');
  is('backend filters', await shown(page), 'r2');
  is('backend first in the address', await query(page), '?backend=rust&n=1000..&utm=1');
  await page.click('input[value="go"]');
  is('all backends are no filter', await query(page), '?n=1000..&utm=1');
  await page.click('button[type="reset"]');
  await page.waitForFunction(() => location.search === '?utm=1');
  is('reset shows all', await shown(page), 'r1,r2,r3,r4');
  await page.select('select[name="mode"]', 'loops-parallel');
  is('a parallel mode', await shown(page), 'r2');
  for (const [show, rows] of [['worse', 'r1'], ['better', 'r3'], ['changed', 'r1,r3']]) {
    await page.goto(url(`view/?show=${show}`));
    is(`show=${show}`, await shown(page), rows);
  }
  await page.goto(url('view/?n=..1000&mode=nonsense&backend=go,rust'));
  is('an unknown value is no filter', await shown(page), 'r1,r2,r3');
  await page.goto(url('view/?n=%3Cimg%20src%3Dx%3E'));
  is('a hostile value is no filter', await shown(page), 'r1,r2,r3,r4');
}

async function picker(page, url, is) {
  await page.goto(url('diff/?base=aaa&head=bbb'), { waitUntil: 'load' });
  await page.waitForFunction(() => document.title === 'built');
  is('a built pair opens', new URL(page.url()).pathname, '/repo/diff/aaa..bbb/');
  await page.goto(url('diff/?base=aaa&head=ccc'), { waitUntil: 'load' });
  await page.waitForSelector('table tbody tr');
  is('other pairs are computed', await page.$$eval('tbody tr', (rows) =>
    rows.map((row) => [...row.cells].map((cell) => cell.textContent).join(' ')).join('; ')),
  'sum/go/loops/100 50 40 −20%; sum/rust/loops/100 100 114 +13.9%; born – 3 –; gone 7 – –');
  await page.goto(url('diff/?base=aaa&head=%3Cb%3E'), { waitUntil: 'load' });
  await page.waitForFunction(() => /no data/.test(document.querySelector('.picked').textContent));
  is('an unknown commit is said', await page.$$eval('table tr', (rows) => rows.length), 0);
}

async function copy(page, url, is) {
  await page.browserContext().overridePermissions(new URL(url('')).origin, [
    'clipboard-read', 'clipboard-write', 'clipboard-sanitized-write',
  ]);
  await page.goto(url(''));
  await page.bringToFront();
  await page.click('button.copy');
  await page.waitForFunction(() => document.querySelector('button.copy').textContent === 'Copied');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  is('the text is copied', copied, 'copied text');
}

async function lost(page, url, is) {
  const sha = '0123456789'.repeat(4);
  for (const [path, expected] of [
    [`commit/${sha}/`, '/repo/commit/012345678901/'],
    [`diff/${sha}..bbb/`, '/repo/diff/?base=012345678901&head=bbb'],
    ['Test/Sum_Even/', '/repo/test/sum_even/'],
    ['series/sum_evn/rust/loops/100/', '/repo/series/sum_even/rust/loops/100/'],
    ['/evil.example/X', '/repo/evil.example/x/'],
    ['nothing/like/anything/at/all', undefined],
  ]) {
    await page.goto(url(path), { waitUntil: 'networkidle0' });
    const links = await page.$$eval('#not-found a', (all) => all.map((a) => a.getAttribute('href')));
    is(`404 for ${path}`, links[0], expected);
    is('404 stays where it is', new URL(page.url()).pathname.startsWith('/repo/'), true);
  }
}

/// Runs every feature; a surprise on the console or an exception is a fault too.
export async function checkFeatures(browser, report) {
  const folder = mkdtempSync(join(tmpdir(), 'benchpages-fixture-'));
  cpSync(here('fixture'), folder, { recursive: true });
  cpSync(here('../../static/app.js'), join(folder, 'app.js'));
  const server = await serve(folder, '/repo/');
  try {
    for (const feature of [chart, ages, filters, picker, copy, lost]) {
      const check = report.open('app.js', feature.name, 'claims');
      const is = (claim, found, expected) => {
        check.looked();
        if (found === expected) return;
        check.fault(claim, `${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
      };
      await withPage(browser, async (page) => {
        page.on('pageerror', (error) => check.fault(feature.name, error.message));
        page.on('console', (message) => {
          const asked = /status of 404/.test(message.text());
          if (message.type() === 'error' && !asked) check.fault(feature.name, message.text());
        });
        await feature(page, server.url, is).catch((e) => check.fault(feature.name, e.message));
      });
    }
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
