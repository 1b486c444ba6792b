import { describe, expect, test } from 'vitest';
import { CONTENT, HELLO, MAIL, rcpt, setUpRelay, toHosts } from '../../../test/support/relay-run.ts';

const TO_DOMAIN = { kind: 'mx', domain: 'with-mx.example' } as const;
const REST = `${MAIL}${rcpt()}${CONTENT}SILENCE`;
const OFFER = 'S: 220 mx.example\nC: EHLO *\nS: 250-mx.example\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 Go on\n';

describe('what became of TLS is told of the recipients’ domain (RFC 8460 §4.3)', () => {
  test.each([
    ['success', [`${OFFER}TLS\nC: EHLO *\nS: 250 mx.example\n${REST}`]],
    ['starttls-not-supported', [`${HELLO}${REST}`]],
    [
      'validation-failure',
      [`${OFFER}BROKEN TLS`, `S: 220 mx.example\nC: EHLO *\nS: 250-mx.example\nS: 250 STARTTLS\n${REST}`],
    ],
  ])('%s', async (result, scripts) => {
    const run = setUpRelay(...scripts);
    await run.relay(['bob@with-mx.example', TO_DOMAIN]);
    expect(run.tlsOutcomes).toEqual([
      {
        domain: 'with-mx.example',
        policy: { type: 'no-policy-found', lines: [], mxHosts: [] },
        receivingMx: 'mx.with-mx.example',
        receivingAddress: '192.0.2.25',
        result,
        reason: expect.any(String) as string,
      },
    ]);
  });

  test('a smart host is nobody who would ask', async () => {
    const run = setUpRelay(`${HELLO}${REST}`);
    await run.relay(['bob@with-mx.example', toHosts('192.0.2.25')]);
    expect(run.tlsOutcomes).toEqual([]);
  });
});
