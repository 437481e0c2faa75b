// A static server that answers as GitHub Pages does: folders with a slash, 301 without it,
// 404.html at any depth, gzip for text. Loopback only.

import { createServer } from 'node:http';
import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.xml': 'application/xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
};

const kindOf = async (path) => {
  try {
    const found = await stat(path);
    return found.isDirectory() ? 'folder' : 'file';
  } catch {
    return 'nothing';
  }
};

/// What a request path (already without the base) leads to: a file, a redirect or nothing.
async function lookUp(root, path) {
  const file = normalize(join(root, path));
  if (file !== root && !file.startsWith(root + sep)) return {};
  const kind = await kindOf(file);
  if (kind === 'folder') {
    if (path !== '' && !path.endsWith('/')) return { redirect: true };
    const index = join(file, 'index.html');
    return (await kindOf(index)) === 'file' ? { file: index } : {};
  }
  return kind === 'file' ? { file } : {};
}

/// Serves `folder` under `base` (such as `/` or `/repo/`); answers { origin, url, close }.
export async function serve(folder, base) {
  const root = normalize(folder).replace(/\/$/, '');
  const answer = async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    let path = null;
    try {
      if (pathname.startsWith(base)) path = decodeURIComponent(pathname.slice(base.length));
    } catch {
      // A path that is no UTF-8 leads nowhere.
    }
    const found = path === null ? {} : await lookUp(root, path);
    if (found.redirect) {
      response.writeHead(301, { Location: `${pathname}/` }).end();
      return;
    }
    const status = found.file ? 200 : 404;
    let file = found.file ?? join(root, '404.html');
    if ((await kindOf(file)) !== 'file') file = null;
    const type = file ? TYPES[extname(file)] ?? 'application/octet-stream' : 'text/plain';
    const body = file ? await readFile(file) : Buffer.from('not found');
    const headers = { 'Content-Type': type, 'Cache-Control': 'max-age=600' };
    const zip = !type.startsWith('image/png') && /gzip/.test(request.headers['accept-encoding']);
    if (zip) headers['Content-Encoding'] = 'gzip';
    response.writeHead(status, headers).end(zip ? gzipSync(body) : body);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  const origin = `http://127.0.0.1:${server.address().port}`;
  const close = () => { server.closeAllConnections(); server.close(); };
  return { origin, url: (path) => `${origin}${base}${path}`, close };
}
