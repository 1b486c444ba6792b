/**
 * The verdict as header fields: X-Postroom-Verdict in plain words, X-Spam-Flag, X-Spam-Score and X-Spam-Status as the filters of
 * mail programs expect them.
 *
 * RFC 5322 §2.1.1, §2.2.3: lines are folded; what is not printable ASCII is replaced. They stand above what others say in fields
 * of these names; X-Postroom-* that a message brings along is taken out on its way in.
 */
import { textOf } from '../../base/finding-texts.ts';
import { nameOf } from './decide.ts';
import type { Finding, Verdict } from './port.ts';
import type { Thresholds } from './settings.ts';

const FOLD_AT = 78;
/** Where a line may be broken without a space: never occurs in what is printed. */
const MAY_BREAK = '\n';

export function formatVerdict(verdict: Verdict, { junk }: Thresholds): string {
  const isJunk = verdict.action === 'junk' || verdict.action === 'quarantine';
  const counted = verdict.findings.filter(({ weight }) => weight !== 0);
  const tests = counted
    .map((finding) => `${nameOf(finding)}=${points(finding.weight)}`)
    .join(`,${MAY_BREAK}`);
  const words = [`${verdict.action} (score ${points(verdict.score)}, junk from ${points(junk)})`];
  const decidedBy = verdict.findings.find((finding) => nameOf(finding) === verdict.decidedBy);
  words.push(`decided by ${decidedBy === undefined ? 'the score' : describe(decidedBy)}`);
  words.push(...verdict.findings.filter((finding) => finding !== decidedBy).map(describe));
  const status = `${isJunk ? 'Yes' : 'No'}, score=${points(verdict.score)} required=${points(junk)}`;
  return [
    ...(isJunk ? ['X-Spam-Flag: YES\r\n'] : []),
    `X-Spam-Score: ${points(verdict.score)}\r\n`,
    fold(`X-Spam-Status: ${status} tests=${tests === '' ? 'none' : tests}`),
    fold(`X-Postroom-Verdict: ${words.join('; ')}`),
  ].join('');
}

function describe(finding: Finding): string {
  const { detail, weight } = finding;
  return `${nameOf(finding)} ${weight >= 0 ? '+' : ''}${points(weight)}: ${textOf(detail).replaceAll(';', ',')}`;
}

function points(value: number): string {
  return value.toFixed(1);
}

/** Breaks lines at spaces and at MAY_BREAK; a single word may be longer. */
function fold(field: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of field.split(' ')) {
    for (const [position, piece] of word.split(MAY_BREAK).entries()) {
      const text = printable(piece).slice(0, MAX_WORD);
      const glued = `${line}${line === '' || position > 0 ? '' : ' '}${text}`;
      if (line === '' || glued.length < FOLD_AT) line = glued;
      else {
        lines.push(line);
        line = text;
      }
    }
  }
  return `${[...lines, line].join('\r\n ')}\r\n`;
}

/** RFC 5322 §2.1.1: a line has at most 998 octets. */
const MAX_WORD = 900;

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, '?');
}
