/** SECURITY.md is held to its word: each file and each test that it names is there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const text = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');

/** A file, and the test in it that is named; null: all of it. */
function readReferences(): readonly { path: string; title: string | null }[] {
  const rows = text.split('\n').filter((line) => line.startsWith('|'));
  const proofs = rows.flatMap((row) => row.split('|').at(-2) ?? []);
  return proofs.flatMap((proof) =>
    [
      ...proof.matchAll(
        /`((?:src-main|src-renderer|test)\/[^`]+)`(?: › (.*?))?(?=, `(?:src-main|src-renderer|test)\/|\s*$)/gu,
      ),
    ].map(([, path = '', title]) => ({ path, title: title?.trim() ?? null })),
  );
}

test('SECURITY.md names only tests that there are', () => {
  const references = readReferences();
  expect(references.length).toBeGreaterThan(40);
  const missing = references.filter(({ path, title }) => {
    if (!existsSync(join(ROOT, path))) return true;
    return title !== null && !readFileSync(join(ROOT, path), 'utf8').includes(title);
  });
  expect(missing).toEqual([]);
});

test('SECURITY.md has every door', () => {
  const doors = ['25', '587, 465', '110, 995', '143, 993', '4190', 'Console over HTTP', 'WebSocket', 'IPC'];
  const others = ['The data folder', 'The provision file', 'Imports', 'Sieve', 'Pipes'];
  for (const door of [...doors, ...others]) expect(text).toContain(`\n### ${door}`);
});
