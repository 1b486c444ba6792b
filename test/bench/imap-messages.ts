/** The messages that the IMAP bench reads: the same on every run, about 4 KiB each, one in four with parts. */
import { createDice } from '../support/dice.ts';

const WORDS =
  'meeting budget invoice delivery morning project office customer quarter report please thanks attached review plan week team order price contract deadline version server message folder answer question number street paper printer coffee window summer winter'.split(
    ' ',
  );
const WORDS_A_LINE = 10;
const LINES = 55;
/** One message in so many has the word that body searches look for. */
export const NEEDLE = 'haystackneedle';
const NEEDLE_EVERY = 1_000;

export function* makeMessages(count: number): Generator<string> {
  const dice = createDice(20_260_101);
  for (let number = 0; number < count; number++) yield makeMessage(number, () => dice.pick(WORDS));
}

function makeMessage(number: number, word: () => string): string {
  const lines = Array.from({ length: LINES }, () => Array.from({ length: WORDS_A_LINE }, word).join(' '));
  if (number % NEEDLE_EVERY === 7) lines.push(`Here is the ${NEEDLE}.`);
  const text = `${lines.join('\r\n')}\r\n`;
  const header = [
    'Return-Path: <anna@example.org>',
    'Received: from mail.example.org (mail.example.org [192.0.2.1])',
    `\tby mail.server1.com with ESMTPS id 1jm4q8v2k7d3fz${number}; Thu, 1 Jan 2026 10:00:00 +0000`,
    `From: Anna Smith <anna${number % 50}@example.org>`,
    'To: Tom <tom@server1.com>, "Doe, John" <john@example.com>',
    `Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= ${word()} ${word()} ${number}`,
    `Date: ${new Date(Date.UTC(2026, 0, 1) + number * 60_000).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${number}@example.org>`,
    ...(number % 3 === 0 ? [] : [`In-Reply-To: <${number - 1}@example.org>`]),
    'MIME-Version: 1.0',
  ];
  if (number % 4 > 0) return [...header, 'Content-Type: text/plain; charset=utf-8', '', text].join('\r\n');
  return [
    ...header,
    `Content-Type: multipart/mixed; boundary="part${number}"`,
    '',
    `--part${number}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    text,
    `--part${number}`,
    'Content-Type: application/pdf; name="report.pdf"',
    'Content-Disposition: attachment; filename="report.pdf"',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(text.slice(0, 300)).toString('base64'),
    `--part${number}--`,
    '',
  ].join('\r\n');
}
