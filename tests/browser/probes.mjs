// What is asked inside a page. Each function is sent to the browser as text: it sees the page and
// its arguments only.

/// The widest things that stick out sideways, or nothing.
export function overflow() {
  const width = document.documentElement.clientWidth;
  const over = document.documentElement.scrollWidth - width;
  if (over <= 0) return null;
  const scrolls = (element) => {
    for (let e = element.parentElement; e; e = e.parentElement) {
      if (e !== document.body && e !== document.documentElement &&
        getComputedStyle(e).overflowX !== 'visible') return true;
    }
    return false;
  };
  const sticksOut = (e) => e.getBoundingClientRect().right > width + 0.5 ||
    (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0);
  const wide = [...document.body.querySelectorAll('*')]
    .filter((e) => sticksOut(e) && !scrolls(e))
    .slice(-3)
    .map((e) => `<${e.tagName.toLowerCase()} class="${e.getAttribute('class') ?? ''}">`);
  return `${over} px too wide: ${wide.join(' ')}`;
}

/// Texts of a chart that cover each other or leave the page.
export function labels() {
  const width = document.documentElement.clientWidth;
  return [...document.querySelectorAll('.ch')].flatMap((chart) => {
    const boxes = [...chart.querySelectorAll('.ln text, .gt text, .ax text')]
      .filter((text) => text.checkVisibility() && !text.matches('.x, .an'))
      .map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0);
    return boxes.flatMap(({ text, box }, at) => {
      // Glyphs are lower than their boxes.
      const covers = (other) => other.left < box.right - 1 && box.left < other.right - 1 &&
        other.top < box.bottom - 4 && box.top < other.bottom - 4;
      const covered = boxes.slice(at + 1).filter((other) => covers(other.box));
      return [...covered.map((other) => `"${text}" covers "${other.text}"`),
        ...(box.right > width + 0.5 || box.left < -0.5 ? [`"${text}" leaves the page`] : [])];
    });
  });
}

/// Targets under 24 px high that are not links within running text and not parts of a chart.
export function smallTargets() {
  const targets = document.querySelectorAll('a[href], button, input, select, textarea, summary');
  const inText = (element) => {
    if (element.tagName !== 'A' || getComputedStyle(element).display !== 'inline') return false;
    let block = element.parentElement;
    while (block && getComputedStyle(block).display === 'inline') block = block.parentElement;
    let text = block?.textContent ?? '';
    for (const link of block?.querySelectorAll('a[href]') ?? []) {
      text = text.replace(link.textContent, '');
    }
    return /[\p{L}\p{N}]{2}/u.test(text);
  };
  const labelled = (element) => {
    const label = element.labels?.[0];
    return label && label.getBoundingClientRect().height >= 23.5;
  };
  return [...targets].flatMap((element) => {
    if (element.closest('svg') || !element.checkVisibility()) return [];
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.right <= 0 || box.height >= 23.5) return [];
    if (inText(element) || labelled(element)) return [];
    const text = element.textContent.trim().slice(0, 30);
    return [`<${element.tagName.toLowerCase()}> "${text}" ${Math.round(box.height)} px high`];
  });
}

/// What a reader has in <main>: its text and its links, without what scripts add or bring out.
export function content() {
  const main = document.querySelector('main') ?? document.body;
  const added = '.scripted, [data-js]:not(.sort), #stale, noscript';
  for (const element of main.querySelectorAll(added)) element.remove();
  // A head that sorts its column is the same text in a button.
  for (const button of main.querySelectorAll('button.sort')) button.replaceWith(...button.childNodes);
  const links = [...main.querySelectorAll('a')].map((a) => a.getAttribute('href'));
  return { text: main.innerText.replace(/\s+/g, ' ').trim(), links };
}

/// The element that has the focus: enough to judge order, visibility and chart stops.
export function focused() {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element);
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  const chart = element.closest('.ch[id]');
  const last = window.benchpagesLast;
  const follows = !last || !last.isConnected ||
    Boolean(last.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING);
  window.benchpagesLast = element;
  return {
    name: `<${element.tagName.toLowerCase()}> "${(element.textContent ?? '').trim().slice(0, 30)}"`,
    visible: ring || style.boxShadow !== 'none',
    chart: chart ? [...document.querySelectorAll('.ch[id]')].indexOf(chart) : -1,
    insideChart: Boolean(chart && chart !== element),
    follows,
  };
}

/// Whether a print of this page keeps what it is for.
export function printed() {
  const seen = (selector) => {
    const element = document.querySelector(selector);
    return !element || element.checkVisibility();
  };
  const rgb = getComputedStyle(document.documentElement).backgroundColor.match(/[\d.]+/g) ?? [];
  const [red, green, blue, alpha = 1] = rgb.map(Number);
  return {
    heading: seen('h1'),
    verdict: seen('.verdict'),
    chart: seen('.ch[id]'),
    dark: rgb.length >= 3 && alpha > 0 && (red + green + blue) / 3 < 128,
  };
}
