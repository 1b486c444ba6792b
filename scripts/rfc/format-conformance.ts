/** The conformance table for people: as text, and as Markdown. */
import type { Place, RfcRow } from './conformance.ts';

export function formatText(rows: readonly RfcRow[]): string {
  return [...rows.map(formatRow), formatSummary(rows)].join('\n\n');
}

function formatRow({ rfc, title, code, tests, omissions }: RfcRow): string {
  const sections = [...code].map(
    ([section, places]) => `  ${(section || 'whole').padEnd(12)} ${formatPlaces(places)}`,
  );
  return [
    `RFC ${rfc}  ${title}`,
    ...sections,
    `  ${'tests'.padEnd(12)} ${tests.length === 0 ? '-' : formatPlaces(tests)}`,
    ...omissions.map(({ part, reason }) => `  ${'left out'.padEnd(12)} ${part}: ${reason}`),
  ].join('\n');
}

/** `src-main/a.ts:3,17 src-main/b.ts:4` */
function formatPlaces(places: readonly Place[]): string {
  const lines = new Map<string, number[]>();
  for (const { file, line } of places) {
    const known = lines.get(file) ?? [];
    if (!known.includes(line)) lines.set(file, [...known, line]);
  }
  return [...lines].map(([file, numbers]) => `${file}:${numbers.join(',')}`).join(' ');
}

function formatSummary(rows: readonly RfcRow[]): string {
  const spoken = rows.filter(({ speaks }) => speaks);
  const sections = rows.reduce(
    (sum, { code }) => sum + [...code.keys()].filter((each) => each !== '').length,
    0,
  );
  const references = rows.reduce((sum, row) => sum + [...row.code.values()].flat().length, 0);
  const tests = rows.reduce((sum, row) => sum + row.tests.length, 0);
  return [
    `${spoken.length} RFCs are spoken, ${rows.length - spoken.length} leaned on;`,
    `${references} references in the code to ${sections} sections, ${tests} in tests.`,
  ].join(' ');
}

export function formatMarkdown(rows: readonly RfcRow[]): string {
  const spoken = rows.filter(({ speaks }) => speaks);
  return [
    '# RFCs that Postroom speaks',
    'Made by `npm run rfc -- --markdown FILE` from the references in the code; do not edit.',
    '| RFC | title | sections | code | tests |',
    '|---|---|---|---|---|',
    ...spoken.map(formatMarkdownRow),
    '',
    '## Left out on purpose',
    '| RFC | what | why |',
    '|---|---|---|',
    ...rows.flatMap(({ omissions }) =>
      omissions.map(({ rfc, part, reason }) => `| ${rfc} | ${escapeCell(part)} | ${escapeCell(reason)} |`),
    ),
    '',
    '## Where',
    ...spoken.map((row) => `### RFC ${row.rfc}: ${row.title}\n\n${formatMarkdownPlaces(row)}`),
    formatSummary(rows),
    '',
  ]
    .join('\n')
    .replace(/\n(#+ .*|Made by .*)\n/g, '\n$1\n\n');
}

function formatMarkdownRow({ rfc, title, code, tests }: RfcRow): string {
  const sections = [...code.keys()].filter((each) => each !== '').join(', ');
  const files = (places: readonly Place[]): number => new Set(places.map(({ file }) => file)).size;
  const link = `[${rfc}](https://www.rfc-editor.org/rfc/rfc${rfc})`;
  return `| ${link} | ${escapeCell(title)} | ${sections} | ${files([...code.values()].flat())} files | ${files(tests)} files |`;
}

function formatMarkdownPlaces({ code, tests }: RfcRow): string {
  const rows = [...code].map(([section, places]) => `- ${section || 'whole'}: ${formatPlaces(places)}`);
  return [...rows, `- tests: ${tests.length === 0 ? 'none' : formatPlaces(tests)}`, ''].join('\n');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
