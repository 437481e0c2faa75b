// Finds the system's Chromium and opens it; Firefox too, where there is one. Nothing is downloaded here, except that on Debian, as
// root and with BENCHPAGES_INSTALL=1, apt is asked for the package.

import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import puppeteer from 'puppeteer-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const APPLICATIONS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const runs = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const inPath = (names) => {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(runs);
};

const find = () => inPath(NAMES) ?? APPLICATIONS.find(runs);

/// An open Firefox, or nothing where it is not installed.
export async function openFirefox() {
  const executablePath = inPath(['firefox-esr', 'firefox']);
  return executablePath && puppeteer.launch({ browser: 'firefox', executablePath, headless: true });
}

const install = () => {
  try {
    execFileSync('apt-get', ['update', '-q'], { stdio: 'inherit' });
    execFileSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], {
      stdio: 'inherit',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch (error) {
    console.error(`apt-get could not install chromium: ${error.message}`);
  }
};

/// The path of a Chromium, or nothing.
export function chromium() {
  if (process.env.CHROMIUM) return runs(process.env.CHROMIUM) ? process.env.CHROMIUM : undefined;
  const found = find();
  if (found) return found;
  const root = process.getuid?.() === 0;
  if (root && process.env.BENCHPAGES_INSTALL === '1') {
    install();
    return find();
  }
  console.error('No Chromium here. On Debian: apt-get install chromium');
  return undefined;
}

export function open(path) {
  const args = ['--disable-dev-shm-usage', '--font-render-hinting=none', '--disable-gpu'];
  // The sandbox refuses to run as root, which is what containers run as.
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  return puppeteer.launch({ executablePath: path, headless: true, args });
}
