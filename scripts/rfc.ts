/**
 * `npm run rfc`: which RFCs Postroom speaks, where each section is obeyed, which tests name it, and what is left out on purpose.
 *
 * `npm run rfc -- 9051 5465` shows these only; `npm run rfc -- --markdown FILE` writes a page.
 */
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { readConformance } from './rfc/conformance.ts';
import { formatMarkdown, formatText } from './rfc/format-conformance.ts';

const { values, positionals } = parseArgs({
  options: { markdown: { type: 'string' } },
  allowPositionals: true,
});
const wanted = new Set(positionals.map(Number));
const rows = readConformance(dirname(import.meta.dirname)).filter(
  ({ rfc }) => wanted.size === 0 || wanted.has(rfc),
);
if (values.markdown === undefined) console.log(formatText(rows));
else writeFileSync(values.markdown, formatMarkdown(rows));
