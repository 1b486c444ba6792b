/**
 * test/PROOF.md, as the commands that it names write it: each command owns what stands between its two markers,
 * `<!-- crash -->` and `<!-- /crash -->`, and nothing in between is written by hand.
 */
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';

export const PROOF_PAGE = join(import.meta.dirname, '../PROOF.md');

const GIBIBYTE = 2 ** 30;

/** Puts `markdown` in the place of what stood between the markers `name`; throws where the page has none. */
export async function writeProofSection(name: string, markdown: string, page = PROOF_PAGE): Promise<void> {
  await writeFile(page, replaceSection(await readFile(page, 'utf8'), name, markdown));
}

/** The page with another section; for whoever has the page's text at hand. */
export function replaceSection(text: string, name: string, markdown: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`PROOF.md has no section ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${markdown.trim()}\n\n${text.slice(to)}`;
}

/** One line: when, on what machine and with which versions the figures beside it came about. */
export function describeRun(began: Date, ended = new Date()): string {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / GIBIBYTE)} GiB`;
  const minutes = Math.max(1, Math.round((ended.getTime() - began.getTime()) / 60_000));
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}, ${memory}`;
  const versions = `Linux ${release()}, Node ${process.versions.node}`;
  const day = began.toISOString().slice(0, 16).replace('T', ' ');
  return `Last run: ${day} UTC, ${minutes} minutes, at commit ${commitNow()}; ${machine}; ${versions}.`;
}

/** A markdown table; cells are escaped where they would end one. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map((row) => line(row))].join('\n');
}

function commitNow(): string {
  const { stdout } = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' });
  return stdout.trim() === '' ? 'unknown' : `\`${stdout.trim()}\``;
}
