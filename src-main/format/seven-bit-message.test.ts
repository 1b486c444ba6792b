import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { indexMessage } from './message-indexer.ts';
import { findSevenBitForm } from './seven-bit-message.ts';
import { decodeTransferEncoding } from './transfer-encoding.ts';

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const lines = (...all: string[]) => all.map((line) => `${line}\r\n`).join('');

async function convert(text: string): Promise<string> {
  const octets = bytes(text);
  async function* read(start: number, end: number) {
    for (let at = start; at < end; at += 7) yield octets.subarray(at, Math.min(at + 7, end));
  }
  const form = await findSevenBitForm(indexMessage(octets).root, read);
  if (form.kind !== 'converted') return form.kind;
  let converted = '';
  for await (const piece of form.content()) converted += String.fromCharCode(...piece);
  return converted;
}

describe('a message for a server without 8BITMIME (RFC 6152 §3)', () => {
  test('of seven bits stays as it is', async () => {
    expect(await convert(lines('Subject: a', '', 'b'))).toBe('same');
    expect(await convert(lines('Subject: Gr\xfc\xdfe', '', 'only the header section is not'))).toBe('same');
  });

  test('becomes quoted-printable', async () => {
    const text = lines(
      'Subject: a',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding: 8bit',
      'X-Last: yes',
      '',
      'Gr\xfc\xdfe = so ',
    );
    expect(await convert(text)).toBe(
      lines(
        'Subject: a',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=iso-8859-1',
        'X-Last: yes',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'Gr=FC=DFe =3D so=20',
      ),
    );
  });

  test('without MIME is given it, with letters nobody named (RFC 1428)', async () => {
    expect(await convert(lines('Subject: a', '', '\xe4'))).toBe(
      lines(
        'Subject: a',
        'MIME-Version: 1.0',
        'Content-Transfer-Encoding: quoted-printable',
        'Content-Type: text/plain; charset=unknown-8bit',
        '',
        '=E4',
      ),
    );
  });

  test('is changed only in the parts that need it', async () => {
    const text = lines(
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=x',
      'Content-Transfer-Encoding: 8bit',
      '',
      'preamble',
      '--x',
      'Content-Type: text/plain',
      '',
      'plain, trailing space ',
      '--x',
      'Content-Type: message/rfc822',
      '',
      'Subject: inner',
      '',
      '\xe4',
      '--x',
      'Content-Type: image/png',
      'Content-Transfer-Encoding: base64',
      '',
      'AAAA',
      '--x--',
      'epilogue',
    );
    expect(await convert(text)).toBe(
      text
        .replace('Content-Transfer-Encoding: 8bit\r\n', 'Content-Transfer-Encoding: 7bit\r\n')
        .replace('message/rfc822\r\n', 'message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n')
        .replace('inner\r\n', 'inner\r\nContent-Transfer-Encoding: quoted-printable\r\n')
        .replace('\xe4', '=E4'),
    );
  });

  test.each([
    [
      'signed',
      lines(
        'MIME-Version: 1.0',
        'Content-Type: multipart/signed; boundary=x',
        '',
        '--x',
        '',
        '\xe4',
        '--x--',
      ),
    ],
    ['mislabelled', lines('MIME-Version: 1.0', 'Content-Transfer-Encoding: base64', '', '\xe4')],
    [
      '8-bit between its parts',
      lines(
        'MIME-Version: 1.0',
        'Content-Type: multipart/mixed; boundary=x',
        '',
        '\xe4',
        '--x',
        '',
        'a',
        '--x--',
      ),
    ],
    [
      '8-bit after its parts',
      lines(
        'MIME-Version: 1.0',
        'Content-Type: multipart/mixed; boundary=x',
        '',
        '--x',
        '',
        'a',
        '--x--',
        '\xe4',
      ),
    ],
    ['a piece of another', lines('MIME-Version: 1.0', 'Content-Type: message/partial', '', '\xe4')],
  ])('that is %s cannot be converted', async (_what, text) => {
    expect(await convert(text)).toBe('impossible');
  });

  test('has the same text afterwards, whatever it is, in seven bits', async () => {
    const piece = fc.constantFrom(
      '\r\n',
      'word ',
      '=',
      '\xe4',
      '\xff',
      '.\r\n',
      '--x\r\n',
      '--x--\r\n',
      '\r\n\r\n',
    );
    const header = fc.constantFrom(
      'Subject: a\r\n',
      'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n',
      'MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n',
      'MIME-Version: 1.0\r\nContent-Transfer-Encoding: 8bit\r\n',
    );
    await fc.assert(
      fc.asyncProperty(header, fc.array(piece, { maxLength: 40 }), async (fields, pieces) => {
        const text = `${fields}\r\n${pieces.join('')}`;
        const converted = await convert(text);
        if (converted === 'same' || converted === 'impossible') return;
        const { root } = indexMessage(bytes(converted));
        expect(converted.slice(root.bodyStart)).toMatch(/^[\x00-\x7f]*$/);
        if (root.encoding !== 'quoted-printable') return;
        const decoded = decodeTransferEncoding(bytes(converted).subarray(root.bodyStart), root.encoding);
        const before = indexMessage(bytes(text)).root;
        expect(String.fromCharCode(...(decoded ?? []))).toBe(text.slice(before.bodyStart));
      }),
    );
  });
});
