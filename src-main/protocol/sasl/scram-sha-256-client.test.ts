import { describe, expect, test } from 'vitest';
import { ScramSha256Client } from './scram-sha-256-client.ts';

/** The example of RFC 7677 §3. */
const NONCE = 'rOprNGfwEbeRWgbNEkqO';
const SERVER_FIRST = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096';

function begin() {
  return new ScramSha256Client({ user: 'user', password: 'pencil' }, NONCE);
}

describe('SCRAM-SHA-256', () => {
  test('speaks the example of RFC 7677 §3', async () => {
    const scram = begin();
    expect(scram.firstMessage).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO');
    expect(await scram.respond(SERVER_FIRST)).toEqual({
      ok: true,
      value:
        'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    });
    expect(scram.isProvedBy('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).toBe(true);
    expect(scram.isProvedBy('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G8=')).toBe(false);
    expect(scram.isProvedBy('e=invalid-proof')).toBe(false);
  });

  test.each([
    'r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    'r=somebodyElse,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    'r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1',
    'r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=999999999',
    'm=ext,r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    '',
  ])('does not answer to %j', async (challenge) => {
    expect((await begin().respond(challenge)).ok).toBe(false);
  });

  test('a name may hold the signs of the grammar (RFC 5802 §5.1)', () => {
    const { firstMessage } = new ScramSha256Client({ user: 'a,b=c', password: 'x' }, 'n');
    expect(firstMessage).toBe('n,,n=a=2Cb=3Dc,r=n');
  });
});
