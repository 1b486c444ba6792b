import { describe, expect, test } from 'vitest';
import { indexMessage } from '../../format/message-indexer.ts';
import type { ContentReader } from '../content/port.ts';
import type { QueueEntry } from '../queue/port.ts';
import { prepareOutgoing } from './outgoing-content.ts';

const ENTRY: QueueEntry = {
  id: 'entry-1',
  contentId: 1,
  sizeBytes: 0,
  reversePath: 'anna@server1.com',
  receivedAt: 0,
  origin: 'submission',
  smtpUtf8: false,
  recipients: [],
};

function storedAs(text: string): { content: ContentReader; entry: QueueEntry } {
  const octets = Buffer.from(text);
  const index = indexMessage(octets);
  const content: ContentReader = {
    readIndex: () => Promise.resolve(index),
    readRange: (_, start, end) => Promise.resolve(octets.subarray(start, end)),
  };
  return { content, entry: { ...ENTRY, sizeBytes: octets.length, prefix: 'X-Found: yes\r\n' } };
}

/** Signs with the octets that it was given. */
function countingSigner() {
  const signed: string[] = [];
  return {
    signed,
    signer: {
      sign: async (_: unknown, content: AsyncIterable<Uint8Array>) => {
        signed.push(await textOf(content));
        return `Signature: ${signed.length}\r\n`;
      },
    },
  };
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

describe('what leaves', () => {
  const text = 'From: anna@server1.com\r\nSubject: x\r\n\r\nGrüße\r\n';

  test('has its signature above all else, made once however often it is sent', async () => {
    const { content, entry } = storedAs(text);
    const { signer, signed } = countingSigner();
    const forms = await prepareOutgoing({ content, signer }, entry);
    const whole = `Signature: 1\r\nX-Found: yes\r\n${text}`;
    expect(await textOf(forms.content())).toBe(whole);
    expect(await textOf(forms.content())).toBe(whole);
    expect(forms.sizeOctets).toBe(Buffer.byteLength(whole));
    expect(signed).toEqual([text]);
  });

  test('is signed anew once it was made fit for seven bits (RFC 6376 §5.3)', async () => {
    const { content, entry } = storedAs(text);
    const { signer, signed } = countingSigner();
    const forms = await prepareOutgoing({ content, signer }, entry);
    const form = await forms.sevenBitForm();
    expect(await forms.sevenBitForm()).toBe(form);
    if (form.kind !== 'converted') throw new Error(form.kind);
    const converted = await textOf(form.content());
    expect(converted).toMatch(/^Signature: 2\r\nX-Found: yes\r\nFrom: /);
    expect(signed[1]).toBe(converted.slice(converted.indexOf('From: ')));
    expect(signed[1]).toContain('Gr=C3=BC=C3=9Fe');
  });

  test('keeps the octets of signed fields and of the prefix', async () => {
    const { content, entry } = storedAs(text);
    const signer = { sign: () => Promise.resolve('Seal: \xc3\xbc\r\n') };
    const forms = await prepareOutgoing({ content, signer }, { ...entry, prefix: 'X-Found: ü\r\n' });
    expect(await textOf(forms.content())).toBe(`Seal: ü\r\nX-Found: ü\r\n${text}`);
  });

  test('is sent as it is where nobody signs', async () => {
    const { content, entry } = storedAs(text);
    const forms = await prepareOutgoing({ content }, entry);
    expect(await textOf(forms.content())).toBe(`X-Found: yes\r\n${text}`);
  });
});
