// Holds the script of a site to its word on a small site of its own (fixture/), under the real CSP:
// what it adds, what it leaves alone, what ends up in the address.

import { copyFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
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

async function touch(page, url, is) {
  await page.goto(url(''));
  const third = await (await page.$('.ch[id] a[href="#c-3"]')).boundingBox();
  const tap = () => page.touchscreen.tap(third.x + third.width * 0.8, third.y + third.height / 2);
  await tap();
  is('the first tap reads', await text(page, '.readout'), 'third run');
  is('and opens nothing', await page.evaluate(() => location.hash), '');
  await tap();
  await page.waitForFunction(() => location.hash === '#c-3');
}

async function ages(page, url, is) {
  await page.goto(url(''));
  is('age in words', /^Newest 12 Sep 2025 \(\d+ days ago\)$/.test(await text(page, '#old')), true);
  is('no age of the future', await text(page, '#future'), 'Next 12 Sep 2125');
  is('no age unasked', await text(page, '#plain'), 'Built 12 Sep 2025');
  await page.waitForFunction(() => !document.querySelector('#stale').hidden);
  is('the stale bar shows', await visible(page, '#stale'), true);
  is('and says how old', /^No results since 2025-09-12: the latest is \d+ days old\.$/.test(
    await text(page, '#stale')), true);
  await page.goto(url('view/'));
  is('no stale bar on fresh or demo pages', await visible(page, '#stale'), false);
}

const shown = (page) =>
  page.$$eval('tr[data-f]', (rows) =>
    rows.filter((row) => row.checkVisibility()).map((row) => row.id).join());

const options = (page) => page.$$eval('#find-list [role="option"]', (all) =>
  all.map((option) => option.querySelector('bdi').textContent));

async function search(page, url, is) {
  await page.goto(url('view/'));
  const loaded = () => page.evaluate(() => performance.getEntriesByType('resource')
    .filter((entry) => entry.name.includes('/search/')).length);
  is('nothing is loaded before somebody searches', await loaded(), 0);
  await page.keyboard.press('/');
  is('the slash focuses the field', await page.evaluate(() => document.activeElement.id), 'find');
  await page.waitForFunction(() => performance.getEntriesByType('resource')
    .filter((entry) => entry.name.includes('/search/')).length === 2);
  await page.keyboard.type('sum');
  await page.waitForSelector('#find-list [role="option"]');
  is('benchmarks first, then regressions, series and commits', (await options(page)).join('; '),
    'sum; sum on rust is slower; sum · go · n = 1000; sum · rust · n = 1000; ' +
    'sum · rust · n = 1,000,000; abc · v1 #7 · add a sum');
  await page.keyboard.type(' 1000000 rust');
  is('all words, in any order, without separators', (await options(page)).join(),
    'sum · rust · n = 1,000,000');
  is('the count is said', await text(page, '#said'), '1 result');
  const field = () => page.$eval('#find', (input) =>
    [input.getAttribute('aria-expanded'), input.getAttribute('aria-activedescendant')].join());
  await page.keyboard.press('ArrowDown');
  is('the marked option', await field(), 'true,find-list-0');
  is('is selected', await page.$eval('#find-list-0', (option) => option.ariaSelected), 'true');
  await page.keyboard.press('Escape');
  is('Escape closes', await field(), 'false,');
  is('and keeps the text', await page.$eval('#find', (input) => input.value), 'sum 1000000 rust');
  await page.keyboard.press('Slash');
  is('a slash in the field is text', await page.$eval('#find', (i) => i.value.endsWith('/')), true);
  is('nothing is found', await text(page, '#find-list'), 'Nothing found.');
  await page.$eval('#find', (input) => { input.value = ''; });
  await page.keyboard.type('v1');
  is('a commit by its tag', (await options(page)).join(), 'abc · v1 #7 · add a sum');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => location.pathname === '/repo/commit/abc/');
  await page.goto(url('view/'));
  await page.tap('#find');
  await page.keyboard.type('<img src=x>');
  await page.waitForSelector('#find-list [role="option"]');
  is('a hostile name is text', (await options(page)).join(), '<img src=x>');
  await page.$eval('#find', (input) => { input.value = ''; });
  await page.keyboard.type('first run');
  const section = await page.$eval('#find-list a', (a) => a.href);
  is('a section of a chapter', section, url('docs/start.html#first-run'));
  await page.$eval('#find', (input) => { input.value = ''; });
  await page.keyboard.type('top');
  const hrefs = await page.$$eval('#find-list a', (all) => all.map((a) => a.href));
  is('a series without a page is a row', hrefs[1], url('test/top/#s-top-go-x-a1b2c3'));
  await page.tap('#find-list a');
  await page.waitForFunction(() => location.pathname === '/repo/test/top/');
}

/// A site that is read from disk: no fetch, but scripts.
async function disk(page, url, is, folder) {
  await page.goto(`file://${join(folder, 'disk.html')}`);
  await page.focus('#find');
  await page.keyboard.type('sum 1000 go');
  await page.waitForSelector('#find-list [role="option"]');
  is('the search works', (await options(page)).join(), 'sum · go · n = 1000');
  is('its links name files', await page.$eval('#find-list a', (a) => a.href),
    `file://${join(folder, 'series/sum.go.loops.1000.html')}`);
  await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', {
    value: { writeText: async (value) => { window.copied = value; } },
  }));
  await page.click('button.copy');
  is('an address is the published one', await page.evaluate(() => window.copied),
    'https://example.org/repo/api/x.json');
  await page.select('select.theme', 'dark');
  await page.reload();
  is('the theme is kept', (await themeOf(page)).scheme, 'dark');
}

async function filters(page, url, is) {
  await page.goto(url('view/?utm=1&n=1000..&show=all'));
  is('the form shows', await visible(page, 'form.filters'), true);
  is('n from the address', await shown(page), 'r2,r3,r4');
  is('defaults leave the address, strangers stay', await query(page), '?utm=1&n=1000..');
  is('the count', await text(page, 'p.count'), '3 of 4 shown.');
  is('a group with hits is opened', await page.$eval('details', (fold) => fold.open), true);
  is('its count', await text(page, 'summary .note'), '1 of 1');
  await page.select('select[name="backend"]', 'rust');
  is('backend filters', await shown(page), 'r2');
  is('in the address', await query(page), '?utm=1&n=1000..&backend=rust');
  is('a group without hits is hidden', await visible(page, 'summary'), false);
  await page.tap('button[type="reset"]');
  await page.waitForFunction(() => location.search === '?utm=1');
  is('reset shows all', await shown(page), 'r1,r2,r3');
  is('and closes what was closed', await page.$eval('details', (fold) => fold.open), false);
  is('with its own words', await text(page, 'summary .note'), '1 series');
  await page.select('select[name="mode"]', 'loops-parallel');
  is('a parallel mode', await shown(page), 'r2');
  await page.goto(url('view/'));
  await page.focus('input[name="q"]');
  await page.keyboard.type('RUST sum');
  is('words in any order', await shown(page), 'r1,r2');
  is('the words are in the address', await query(page), '?q=RUST+sum');
  for (const [show, rows] of [['worse', 'r1'], ['better', 'r3'], ['changed', 'r1,r3'],
    ['unchanged', 'r2,r4']]) {
    await page.goto(url(`view/?show=${show}`));
    is(`show=${show}`, await shown(page), rows);
  }
  for (const [n, rows] of [['1e3', 'r2,r3'], ['1K', 'r2,r3'], ['..1,000', 'r1,r2,r3'],
    ['0.1M', 'r4'], ['10k..1M', 'r4'], ['..', 'r1,r2,r3']]) {
    await page.goto(url(`view/?n=${n}`));
    is(`n=${n}`, await shown(page), rows);
    is(`n=${n} is valid`, await page.$eval('[name="n"]', (e) => e.ariaInvalid), 'false');
  }
  for (const n of ['1x', '1..2..3', '%3Cimg%20src%3Dx%3E']) {
    await page.goto(url(`view/?n=${n}`));
    is(`n=${n} filters nothing`, await shown(page), 'r1,r2,r3');
    is(`n=${n} is marked`, await page.$eval('[name="n"]', (e) => e.ariaInvalid), 'true');
    is(`n=${n} is said`, /is not a number/.test(await text(page, 'p.count')), true);
  }
  await page.goto(url('view/?mode=nonsense&backend=go'));
  is('an unknown value is no filter', await shown(page), 'r3,r4');
}

const results = (page) => page.$$eval('main table tbody tr', (rows) => rows.map((row) =>
  [...row.cells].map((cell) => cell.textContent.replaceAll('\u202f', ' ')).join(' ')));

const status = async (page, pattern) => {
  await page.waitForFunction((source) =>
    new RegExp(source).test(document.querySelector('.picked').textContent), {}, pattern.source);
  return text(page, '.picked');
};

async function picker(page, url, is) {
  await page.goto(url('diff/?base=aaa&head=bbb'), { waitUntil: 'load' });
  await page.waitForFunction(() => document.title === 'built');
  is('a built pair opens', new URL(page.url()).pathname, '/repo/diff/aaa..bbb/');

  await page.goto(url('diff/?base=aaa&head=ccc'), { waitUntil: 'load' });
  await page.waitForSelector('table tbody tr');
  is('what changed comes first, by the rules of the report', (await results(page)).join('; '),
    'sum · rust · n = 1000 100 µs 114 µs +14% slower; ' +
    'sum · rust · n = 1,000,000 2.00 KiB 1.00 KiB −50% smaller; ' +
    'odd 1.00 k ops/s 2.00 k ops/s +100% too noisy; ' +
    'once 100 µs 200 µs +100% outlier; ' +
    'time_buckets/go/loops/100 10.0 ns 13.0 ns +30% new; ' +
    'sum_even/rust/loops/100 100 µs 103 µs +3% too noisy; ' +
    'sum · go · n = 1000 50.0 µs 51.0 µs +2% unchanged; ' +
    'born – – – not compared: not measured at the base; ' +
    'moved – – – not compared: the runner differs: cpu old → new');
  is('counts, subjects and what it is', await text(page, '.picked'),
    '1 slower, 1 smaller, 2 too noisy, 1 outlier, 1 new, 1 unchanged, 2 not compared. ' +
    'aaa · oldest (2025-09-11) → ccc · newest (2025-09-14). ' +
    'Computed in your browser; not a verdict.');
  is('a row leads to its series', await page.$eval('tbody a', (a) => a.getAttribute('href')),
    url('series/sum.rust.loops.1000.html'));
  await page.click('th:nth-child(4) button');
  is('the table sorts', (await results(page))[0].split(' ')[0], 'odd');

  await page.goto(url('diff/'));
  is('the newest and the one before are chosen',
    await page.$$eval('.picker input', (all) => all.map((input) => input.value).join()), 'bbb,ccc');
  is('nothing is compared unasked', (await results(page)).length, 0);
  await page.$eval('#base', (input) => input.select());
  await page.focus('#base');
  await page.keyboard.type('add a');
  await page.waitForSelector('#base-list [role="option"]');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  is('a commit by its subject and keyboard', await page.$eval('#base', (i) => i.value), 'abc');
  await page.tap('.picker button[type="submit"]');
  is('a missing commit is said', await status(page, /no data/), 'One of these commits has no data.');
  is('the pair is in the address', await query(page), '?base=abc&head=ccc');
  await page.$eval('#base', (input) => input.select());
  await page.focus('#base');
  await page.keyboard.type('main');
  await page.keyboard.press('Escape');
  await page.click('.picker button[type="submit"]');
  is('main is the newest', await status(page, /same/), 'Base and head are the same commit.');
  await page.$eval('#base', (input) => input.select());
  await page.focus('#base');
  await page.keyboard.type('ccc');
  is('an equal pair cannot be compared',
    await page.$eval('.picker button[type="submit"]', (button) => button.disabled), true);
  await page.goto(url('diff/?base=v1&head=%3Cb%3E'), { waitUntil: 'load' });
  is('an unknown name is said', await status(page, /There is no/),
    'There is no measured commit or tag “<b>”.');
  await page.goto(url('diff/?base=old&head=ccc'), { waitUntil: 'load' });
  is('two machines are refused with the reason', (await status(page, /Not compared/)).split('. ')[0],
    'Not compared: the runner differs: cpu old → new');
}

const themeOf = (page) => page.evaluate(() => ({
  chosen: document.querySelector('select.theme').value,
  scheme: getComputedStyle(document.documentElement).colorScheme,
  dark: getComputedStyle(document.documentElement).backgroundColor !== 'rgb(255, 255, 255)',
}));

async function theme(page, url, is) {
  const has = async (claim, chosen, scheme, dark) =>
    is(claim, JSON.stringify(await themeOf(page)), JSON.stringify({ chosen, scheme, dark }));
  const system = (value) => page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
  await system('dark');
  await page.goto(url(''));
  await has('the system decides', 'auto', 'light dark', true);
  await page.focus('select.theme');
  await page.keyboard.type('Li');
  await has('light by keyboard', 'light', 'light', false);
  await page.goto(url('view/'));
  await has('kept on the next page', 'light', 'light', false);
  await system('light');
  await page.select('select.theme', 'dark');
  await has('dark on a light system', 'dark', 'dark', true);
  await page.emulateMediaType('print');
  is('prints light', (await themeOf(page)).dark, false);
  await page.emulateMediaType('screen');
  // Before the first paint: the script runs while the head is read.
  await page.evaluateOnNewDocument(() => {
    new MutationObserver((_, observer) => {
      if (!document.body) return;
      window.atBody = document.documentElement.dataset.theme;
      observer.disconnect();
    }).observe(document, { childList: true, subtree: true });
  });
  await page.reload();
  is('no flash', await page.evaluate(() => window.atBody), 'dark');
  await page.select('select.theme', 'auto');
  await has('back to the system', 'auto', 'light dark', false);
}

const dots = (page) => page.$$eval('#c1 .fd path.d, #c1 .fd path.d1', (all) =>
  all.reduce((sum, path) => sum + path.getAttribute('d').split('h0').length - 1, 0));

const shownRange = async (page, runs) => {
  await page.waitForFunction((count) =>
    document.querySelector('form.range output').textContent === count, {}, runs);
  return [await query(page), await dots(page),
    await page.$$eval('#c1 .ax text', (all) => all[0].textContent)].join(' ');
};

async function range(page, url, is) {
  const loads = () => page.evaluate(() => performance.getEntriesByType('resource')
    .filter(({ name }) => /range.js|series/.test(name)).length);
  await page.goto(url('series/'));
  is('nothing is loaded before somebody asks', await loads(), 0);
  const first = await page.$eval('#c1', (plot) => plot.innerHTML);
  await page.click('[data-days="30"]');
  is('30 days', await shownRange(page, '30 runs'), '?from=2025-01-30 30 31 Jan 2025');
  is('is pressed', await page.$eval('[data-days="30"]', (b) => b.ariaPressed), 'true');
  is('the change is in it', await page.$eval('#c1 .ln text', (e) => e.textContent), '10 Feb');
  is('worse is its color', await page.$$eval('#c1 .fd .ev.w', (all) => all.length), 1);
  is('the newest level is named', await page.$eval('#c1 .now', (e) => e.textContent),
    '121\u202fµs');
  await page.focus('#c1');
  await page.keyboard.press('End');
  is('keys read the runs of the range', await text(page, '.readout'),
    '28 Feb 2025 to 1 Mar 2025: 2 runs, 121\u202fµs to 122\u202fµs');
  await page.keyboard.press('PageUp');
  is('and its changes', await text(page, '.readout'), 'the change');
  await page.tap('[data-days=""]');
  is('all runs are the chart as it came',
    await page.$eval('#c1', (plot) => plot.innerHTML) === first, true);
  is('and nothing in the address', await query(page), '');

  await page.goto(url('series/?from=2025-01-01&to=2025-01-31&y=log&utm=1'));
  is('a range from the address, years joined, a failed run left out',
    await shownRange(page, '30 runs'), '?from=2025-01-01&to=2025-01-31&y=log&utm=1 29 2 Jan 2025');
  is('an outlier keeps its mark', await page.$$eval('#c1 .fd .out', (all) => all.length), 1);
  is('no level of later runs', await page.$$eval('#c1 .now, #c1 .fd .end', (all) => all.length), 0);
  is('no flag of later runs', await page.$$eval('#c1 .ln g', (all) => all.length), 0);
  await page.select('select[name="x"]', 'commits');
  await page.waitForFunction(() => location.search.includes('x=commits'));
  await page.$eval('form.range', (form) => {
    form.elements.from.value = '2025-02-01';
    form.elements.to.value = '';
    form.elements.to.dispatchEvent(new Event('change', { bubbles: true }));
  });
  is('dates', await shownRange(page, '29 runs'),
    '?from=2025-02-01&y=log&utm=1&x=commits 29 1 Feb 2025');
  await page.goto(url('series/?from=2030-01-01'));
  await shownRange(page, 'No runs');
  is('without runs the chart stays', await page.$$eval('#c1 .fd a', (all) => all.length), 2);
  await page.goto(url('series/?from=%3Cb%3E&x=nonsense'));
  await page.waitForFunction(() => location.search === '');
  is('nonsense in the address is no range', await dots(page), 1);

  await page.hover('.strip');
  await page.waitForFunction(() => document.querySelector('form.range').dataset.ready !== undefined);
  const box = await (await page.$('.strip')).boundingBox();
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.5, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, y);
  await page.mouse.move(box.x + box.width * 0.8, y);
  is('the strip shows what is chosen',
    await page.$eval('.sel', (path) => path.getAttribute('d').startsWith('M0 0H')), true);
  await page.mouse.up();
  await page.waitForFunction(() => location.search.includes('from=2025-01-3'));
  is('a drag on the strip is a range', /^\?from=2025-01-3\d&to=2025-02-1\d$/.test(
    await query(page)), true);
  is('nothing leaves the page sideways', await page.evaluate(() =>
    document.documentElement.scrollWidth <= innerWidth), true);
}

async function csv(page, url, is) {
  await page.goto(url('series/'));
  // The file that a click saves, without saving it.
  await page.evaluate(() => {
    URL.createObjectURL = (blob) => {
      blob.text().then((saved) => { window.saved = saved; });
      return 'blob:none';
    };
    HTMLAnchorElement.prototype.click = function click() { window.savedAs = this.download; };
  });
  await page.$eval('button.csv', (button) => button.click());
  await page.waitForFunction(() => window.saved);
  const saved = await page.evaluate(() => window.saved);
  const rows = saved.split('\r\n');
  is('a row for each run of all years, and a heading', rows.length - 1, 61);
  is('the first run', rows.slice(0, 2).join(' '), 'commit,timestamp,value,std,unit,segment,flags ' +
    'abc0000000000000000000000000000000000000,2025-01-01T06:00:00Z,100000,,ns,0,');
  is('an outlier', rows[21],
    'abc0001400000000000000000000000000000000,2025-01-21T06:00:00Z,103000,,ns,0,outlier');
  is('a failed run', rows[31],
    'abc0001e00000000000000000000000000000000,2025-01-31T06:00:00Z,,,ns,0,failed');
  is('its name', await page.evaluate(() => window.savedAs), 's.csv');
}

async function lines(page, url, is) {
  await page.goto(url('series/'));
  const hidden = () => page.$$eval('.wg [hidden]', (all) => all.map((e) => e.classList[1]).join());
  await page.click('.lines button.s2');
  is('a line is hidden with its name', await hidden(), 's2,s2');
  is('its button says so', await page.$eval('.lines .s2', (b) => b.ariaPressed), 'false');
  await page.focus('.lines button.s2');
  await page.keyboard.press('Enter');
  is('and shown by keyboard', await hidden(), '');
  await page.tap('.lines button.s1');
  is('and by touch', await hidden(), 's1,s1');
  await page.setViewport({ width: 360, height: 800, hasTouch: true });
  is('a phone has a list of the columns', await visible(page, '.sortby'), true);
  await page.select('.sortby select', 'Change');
  is('that sorts', await page.$$eval('#phone tbody th', (all) =>
    all.map((th) => th.textContent).join()), 'b,a');
}

const column = (page, at) =>
  page.$$eval('#sorted tbody tr', (rows, n) => rows.map((row) => row.cells[n].textContent).join(), at);

async function sort(page, url, is) {
  await page.goto(url(''));
  is('columns that have an order sort',
    await page.$$eval('#sorted button.sort', (all) => all.map((b) => b.textContent).join()),
    'Name,Change,Date,Percent');
  is('a table with merged cells does not',
    await page.$$eval('#merged button.sort', (all) => all.length), 0);
  const width = () => page.$eval('#sorted', (table) => table.getBoundingClientRect().height);
  const before = await width();
  await page.click('#sorted th:nth-child(2) button');
  is('largest number first, none last', await column(page, 0), 'b10,b9,a,none');
  is('aria-sort', await page.$eval('#sorted th:nth-child(2)', (th) => th.ariaSort), 'descending');
  is('nothing moves', await width(), before);
  await page.keyboard.press('Enter');
  is('again: smallest first, none last', await column(page, 0), 'a,b9,b10,none');
  is('the focus stays',
    await page.evaluate(() => document.activeElement.textContent.trim()), 'Change');
  await page.focus('#sorted th:first-child button');
  await page.keyboard.press(' ');
  is('names in natural order', await column(page, 0), 'a,b9,b10,none');
  is('one head says so', await page.$$eval('#sorted [aria-sort]', (all) => all.length), 1);
  await page.tap('#sorted th:nth-child(3) button');
  is('dates by touch, newest first', await column(page, 0), 'b9,a,b10,none');
  await page.click('#sorted th:nth-child(5) button');
  is('percentages by their marks', await column(page, 0), 'b9,b10,a,none');
  is('and it is said', await text(page, '#said'), 'Sorted by Percent, descending.');
}

async function copy(page, url, is) {
  await page.browserContext().overridePermissions(new URL(url('')).origin, [
    'clipboard-read', 'clipboard-write', 'clipboard-sanitized-write',
  ]);
  await page.goto(url('?from=2025'));
  await page.bringToFront();
  const copied = async (id) => {
    await page.waitForFunction((s) => document.querySelector(s).textContent === 'Copied', {}, id);
    return page.evaluate(() => navigator.clipboard.readText());
  };
  await page.click('#copy-text');
  is('the text is copied', await copied('#copy-text'), 'copied text');
  await page.focus('#copy-link');
  await page.keyboard.press('Enter');
  is('an address is absolute', await copied('#copy-link'), url('api/x.json'));
  await page.tap('#copy-page');
  is('this page with its state', await copied('#copy-page'), url('?from=2025'));
  await page.evaluate(() => { delete Navigator.prototype.clipboard; });
  await page.click('#copy-old');
  await page.waitForFunction(
    () => document.querySelector('#copy-old').textContent === 'Copied');
  is('the focus comes back', await page.evaluate(() => document.activeElement.id), 'copy-old');
}

async function lost(page, url, is) {
  const sha = '0123456789'.repeat(4);
  for (const [path, expected] of [
    [`commit/${sha}/`, '/repo/commit/012345678901/'],
    [`diff/${sha}..bbb/`, '/repo/diff/?base=012345678901&head=bbb'],
    ['Test/Sum_Even/', '/repo/test/sum_even/'],
    ['series/sum_evn/rust/loops/100/', '/repo/series/sum_even.rust.loops.100.html'],
    ['/evil.example/X', '/repo/evil.example/x/'],
    ['nothing/like/anything/at/all', undefined],
  ]) {
    await page.goto(url(path), { waitUntil: 'networkidle0' });
    const links = await page.$$eval('#not-found a', (all) => all.map((a) => a.getAttribute('href')));
    is(`404 for ${path}`, links[0], expected);
    is('404 stays where it is', new URL(page.url()).pathname.startsWith('/repo/'), true);
  }
}

const FEATURES = [chart, touch, range, csv, lines, ages, theme, sort, search, disk, filters, picker, copy,
  lost];

// They need what only the driver of Chromium can do: fingers, schemes, the clipboard.
const CHROMIUM_ONLY = [touch, theme, copy];

/// Runs every feature with the script and the stylesheet of a built site; a surprise on the console
/// or an exception is a fault too.
export async function checkFeatures(browser, site, report, only, engine = '') {
  const folder = mkdtempSync(join(tmpdir(), 'benchpages-fixture-'));
  cpSync(here('fixture'), folder, { recursive: true });
  for (const name of ['app.css', 'app.js', 'range.js']) {
    const [stem, ending] = name.split('.');
    const file = site.files.find((path) =>
      path.startsWith(`assets/${stem}.`) && path.endsWith(`.${ending}`));
    copyFileSync(join(site.folder, file), join(folder, name));
  }
  const server = await serve(folder, '/repo/');
  try {
    for (const feature of FEATURES) {
      if (only && feature.name !== only) continue;
      if (engine && CHROMIUM_ONLY.includes(feature)) continue;
      const check = report.open(`app.js ${engine}`.trim(), feature.name, 'claims');
      const is = (claim, found, expected) => {
        check.looked();
        if (found === expected) return;
        check.fault(claim, `${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
      };
      await withPage(browser, async (page) => {
        // The driver of other engines has no fingers.
        if (engine) page.tap = (selector) => page.click(selector);
        page.on('pageerror', (error) => check.fault(feature.name, error.message));
        page.on('console', (message) => {
          const asked = /status of 404/.test(message.text());
          if (message.type() === 'error' && !asked) check.fault(feature.name, message.text());
        });
        await feature(page, server.url, is, folder).catch((e) => check.fault(feature.name, e.message));
      });
    }
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
