#!/usr/bin/env node
// Runs the program of this platform's package, with the same arguments, streams and exit code.
'use strict';

const { spawn } = require('node:child_process');
const os = require('node:os');

const PACKAGES = {
  'linux x64': '@benchpages/linux-x64',
  'linux arm64': '@benchpages/linux-arm64',
  'darwin x64': '@benchpages/darwin-x64',
  'darwin arm64': '@benchpages/darwin-arm64',
  'win32 x64': '@benchpages/win32-x64',
};

function fail(message) {
  console.error(`benchpages: ${message}`);
  process.exit(2);
}

function program() {
  const platform = `${process.platform} ${process.arch}`;
  const name = PACKAGES[platform];
  if (name === undefined) {
    fail(`no npm package for ${platform}; build it: cargo install --locked benchpages`);
  }
  const file = process.platform === 'win32' ? 'benchpages.exe' : 'benchpages';
  try {
    return require.resolve(`${name}/bin/${file}`);
  } catch {
    return fail(`the package ${name} is missing; install benchpages without --omit=optional`);
  }
}

const path = program();
const child = spawn(path, process.argv.slice(2), { stdio: 'inherit' });
// Ctrl-C reaches the program by itself; this process waits for what the program makes of it.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) {
  process.on(signal, () => child.kill(signal));
}
child.on('error', (error) => fail(`cannot run ${path}: ${error.message}`));
child.on('exit', (code, signal) => {
  // As a shell says of a program that a signal ended.
  process.exit(code === null ? 128 + (os.constants.signals[signal] || 0) : code);
});
