/** The operator's reference says what the program does: it is what the program's own tables and schemas make. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENVIRONMENT } from '../../scripts/reference/environment.ts';
import { writeReference } from '../../scripts/reference/write-reference.ts';
import { DATA_LAYOUT, findDataEntry } from '../../src-main/host/data-layout.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('the reference', () => {
  const reference = writeReference();

  it('in the repository is the one that `npm run reference` writes', () => {
    expect(readFileSync(join(ROOT, 'docs/reference.md'), 'utf8')).toBe(reference);
  });

  it('is the same on every machine', () => {
    expect(reference).not.toContain(ROOT);
    expect(reference).not.toContain(process.env['HOME'] ?? 'no home');
  });

  it('tells keys with their types, defaults and doc comments', () => {
    expect(reference).toContain(
      '| `domains[].accounts[].keepCopy` | boolean | `true` | Of what is forwarded. |',
    );
    expect(reference).toContain('| `screening.engines[].at` |');
  });

  it('names each environment variable that the program reads', () => {
    const files = globSync('src-main/**/*.ts', { cwd: ROOT }).filter((path) => !path.endsWith('.test.ts'));
    const texts = files.map((path) => readFileSync(join(ROOT, path), 'utf8'));
    const read = texts.flatMap((text) => [...text.matchAll(/\benv(?:ironment)?\[?\.?['"]?([A-Z][A-Z_]+)/gu)]);
    expect(ENVIRONMENT.map(({ name }) => name).sort()).toEqual(
      [...new Set(read.map(([, name]) => name))].sort(),
    );
  });
});

describe('what lies in a data folder', () => {
  it('is named by one entry each', () => {
    for (const { name } of DATA_LAYOUT) {
      const found = findDataEntry(name.replace(/\/$/u, ''), name.endsWith('/'));
      expect(found?.name).toBe(name);
    }
  });

  it('is no file of the same name as a folder', () => {
    expect(findDataEntry('content', false)).toBeNull();
    expect(findDataEntry('postroom.db-other', false)).toBeNull();
  });
});
