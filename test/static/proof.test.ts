/** test/PROOF.md is held to its word: each of its commands is there, and each section of figures has a command above it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROOF_PAGE } from '../support/proof-page.ts';

const text = readFileSync(PROOF_PAGE, 'utf8');
const { scripts } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** What stands from one heading of the second degree to the next. */
const chapters = text.split(/^## /mu).slice(1);

test('every command that test/PROOF.md names is one of package.json', () => {
  const named = [...text.matchAll(/`npm run ([a-z:-]+)/gu)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
});

test('every section of figures has its end and, above it, the command that writes it', () => {
  const sections = [...text.matchAll(/<!-- ([a-z-]+) -->/gu)].map(([, name = '']) => name);
  expect(sections.length).toBeGreaterThan(2);
  for (const name of sections) {
    const chapter = chapters.find((each) => each.includes(`<!-- ${name} -->`)) ?? '';
    expect(chapter, name).toContain(`<!-- /${name} -->`);
    expect(chapter.slice(0, chapter.indexOf(`<!-- ${name} -->`)), name).toMatch(/`npm run /u);
  }
});
