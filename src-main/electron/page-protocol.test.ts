import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPageFiles } from '../host/page-files.ts';
import type { ElectronModule } from './electron-module.ts';
import { PAGE_ORIGIN, servePage } from './page-protocol.ts';

let folder: string;
let ask: (request: Request) => Promise<Response>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-page-'));
  await mkdir(join(folder, 'help/en'), { recursive: true });
  await writeFile(join(folder, 'index.html'), 'the console');
  await writeFile(join(folder, 'help/en/pages.html'), 'the guide');
  const protocol = { handle: (_: string, handler: typeof ask) => (ask = handler) };
  servePage({ protocol } as unknown as ElectronModule, await openPageFiles(folder));
});

afterEach(() => rm(folder, { recursive: true }));

it('serves the guide under the origin of the page, with its policy', async () => {
  const response = await ask(new Request(`${PAGE_ORIGIN}/help/en/pages.html#queue`));
  expect([response.status, await response.text()]).toEqual([200, 'the guide']);
  expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'; script-src 'self'");
});

it('has nothing where there is no such file, or under another host', async () => {
  expect((await ask(new Request(`${PAGE_ORIGIN}/help/en/none.html`))).status).toBe(404);
  expect((await ask(new Request('postroom://elsewhere/help/en/pages.html'))).status).toBe(404);
});
