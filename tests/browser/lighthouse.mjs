// Lighthouse on the pages that people share. The site must not be a demo, which search engines are
// asked to leave out.

import lighthouse from 'lighthouse';
import { withPage } from './pages.mjs';
import { keyPages } from './site.mjs';

const KINDS = ['overview', 'series', 'event', 'diff', 'view', 'about'];
const LEAST = { performance: 98, accessibility: 100, 'best-practices': 100, seo: 100 };

const scoresOf = async (page, url) => {
  const flags = { onlyCategories: Object.keys(LEAST), logLevel: 'error' };
  const { lhr } = await lighthouse(url, flags, undefined, page);
  const failed = Object.values(lhr.audits)
    .filter((audit) => audit.scoreDisplayMode === 'binary' && audit.score === 0)
    .map((audit) => audit.id);
  const scores = Object.entries(lhr.categories)
    .map(([name, category]) => [name, Math.round(category.score * 100)]);
  return { scores, failed };
};

/// Scores of the largest page of each kind.
export async function checkLighthouse(browser, server, site, report) {
  const check = report.open(site.name, 'Lighthouse', 'pages');
  for (const target of keyPages(site).filter(({ kind }) => KINDS.includes(kind))) {
    check.looked();
    await withPage(browser, async (page) => {
      const { scores, failed } = await scoresOf(page, server.url(target.path));
      for (const [name, score] of scores.filter(([name, score]) => score < LEAST[name])) {
        const text = `${name} ${score}, at least ${LEAST[name]}: ${failed.join(' ')}`;
        // A busy machine makes every page slow, so this score alone is no fault.
        if (name === 'performance') check.warn(target.file, text);
        else check.fault(target.file, text);
      }
    });
  }
}
