/**
 * PageFiles: the built page, as both shells serve it: each file is read when it is first asked for, and kept.
 *
 * Flow: out/renderer → here → console server (HTTP) | desktop shell (app protocol).
 * Invariants: only files that were there at start can be reached, by their exact path, so no path can lead out of the folder.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};
const COMPRESSED_ALREADY = new Set(['.png', '.ico', '.woff2']);
/** The page's builder puts files here whose names carry a hash of their content. */
const HASHED_FOLDER = '/assets/';

export interface PageFile {
  readonly contentType: string;
  readonly body: Buffer;
  readonly gzipped: Buffer | null;
  readonly etag: string;
  readonly cacheControl: string;
}

export interface PageFiles {
  /** The file at a URL path; paths of the page's own routes get the entry document; null where there is nothing. */
  find(path: string): Promise<PageFile | null>;
}

/** The files under `root`; an absent folder is an empty page. */
export async function openPageFiles(root: string): Promise<PageFiles> {
  const paths = new Map<string, string>();
  for (const path of await listFiles(root)) paths.set(`/${relative(root, path).split(sep).join('/')}`, path);
  const files = new Map<string, PageFile>();
  const read = async (urlPath: string, path: string): Promise<PageFile> => {
    const file = files.get(urlPath) ?? (await readPageFile(path, urlPath));
    files.set(urlPath, file);
    return file;
  };
  return {
    find: async (wanted) => {
      const urlPath = paths.has(wanted) || !isRoute(wanted) ? wanted : '/index.html';
      const path = paths.get(urlPath);
      return path === undefined ? null : read(urlPath, path);
    },
  };
}

/** The page's routes look like folders: no dot in the last part. */
function isRoute(path: string): boolean {
  return path === '/' || !path.slice(path.lastIndexOf('/')).includes('.');
}

async function listFiles(root: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

async function readPageFile(path: string, urlPath: string): Promise<PageFile> {
  const body = await readFile(path);
  const extension = extname(path);
  return {
    contentType: CONTENT_TYPES[extension] ?? 'application/octet-stream',
    body,
    gzipped: COMPRESSED_ALREADY.has(extension) ? null : await compress(body),
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    cacheControl: urlPath.startsWith(HASHED_FOLDER) ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
}

/**
 * What the page may do: run its own scripts, talk to where it came from, nothing else.
 * `connect` names further places to connect to (a WebSocket's address, for browsers that do not count it as 'self').
 */
export function contentSecurityPolicy(connect: readonly string[] = []): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    ["connect-src 'self'", ...connect].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
