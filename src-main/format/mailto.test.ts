import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMailto } from './mailto.ts';

describe('mailto URIs (RFC 6068)', () => {
  it('name recipients before the question mark and in to', () => {
    expect(
      parseMailto('mailto:a@example.com,b%2Cc@example.com?to=d@example.com&CC=e@example.com'),
    ).toMatchObject({
      to: ['a@example.com', 'b,c@example.com', 'd@example.com'],
      cc: ['e@example.com'],
      bcc: [],
    });
  });

  it('carry a subject and a body in UTF-8', () => {
    const mailto = parseMailto('mailto:a@example.com?subject=caf%C3%A9&body=one%0D%0Atwo');
    expect(mailto).toMatchObject({ subject: 'café', body: 'one\r\ntwo' });
  });

  it('may set other header fields, but none that says who wrote or how (RFC 5436 §2.7)', () => {
    const mailto = parseMailto(
      'mailto:a@example.com?X-Priority=1&From=boss@example.com&Received=x&Content-Type=y',
    );
    expect(mailto?.fields).toEqual([{ name: 'X-Priority', value: '1' }]);
  });

  it.each(['http://example.com', 'mailto:a@example.com?subject=%FF', 'mailto:%', 'mailto:a#b'])(
    '%s is none',
    (uri) => {
      expect(parseMailto(uri)).toBeNull();
    },
  );

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseMailto(`mailto:${text}`)));
  });
});
