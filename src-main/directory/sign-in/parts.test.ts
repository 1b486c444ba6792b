import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { PasswordKeeper } from '../credentials.ts';
import { hashAppSecret, isAppSecret, makeAppSecret, readAppSecret } from './app-password-secret.ts';
import { addressesOfCertificate } from './certificate-addresses.ts';
import { HashLine } from './hash-line.ts';
import { MOST_DIFFERENT_NOTES, MOST_KNOWN_WRONG, MOST_STRANGERS_WAITING } from './limits.ts';
import { MemorySignInStore } from './memory-sign-in-stores.ts';
import { networkOf } from './network-of.ts';
import { MANY } from './port.ts';
import { SignInLog } from './sign-in-log.ts';
import { WrongSecrets } from './wrong-secrets.ts';

describe('the secret of an app password', () => {
  test('is sixteen letters, and known again however it is typed', () => {
    fc.assert(
      fc.property(fc.constantFrom('', ' ', '-', '\t'), fc.boolean(), (gap, isUpper) => {
        const secret = makeAppSecret(randomBytes);
        const typed = secret.replaceAll('-', gap);
        expect(readAppSecret(isUpper ? typed.toUpperCase() : typed)).toBe(secret);
        expect(isAppSecret(secret, hashAppSecret(secret, randomBytes))).toBe(true);
      }),
    );
  });

  test('is nothing that a person would take as password', () => {
    for (const typed of ['', 'short', 'abcd-efgh-jkmn-pqr1', 'abcdefghjkmnpqrst', 'пароль-пароль-па']) {
      expect(readAppSecret(typed)).toBeNull();
    }
  });

  test('fits no other hash', () => {
    const stored = hashAppSecret('abcd-efgh-jkmn-pqrs', randomBytes);
    expect(isAppSecret('abcd-efgh-jkmn-pqrt', stored)).toBe(false);
    expect(isAppSecret('abcd-efgh-jkmn-pqrs', 'sha256$$')).toBe(false);
  });
});

describe('the network of an address', () => {
  test.each([
    ['192.0.2.77', '192.0.2.0/24'],
    ['2001:db8:1:2::3', '2001:db8:1::/48'],
    ['::1', '0:0:0::/48'],
    ['no address', 'no address'],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('the mail addresses of a certificate (RFC 8550 §3)', () => {
  test('are its subjectAltNames, and what old ones have in the subject', () => {
    const certificate = {
      subjectAltName: 'email:anna@example.com, DNS:example.com, email:a.miller@example.com',
      subject: 'CN=Anna\nemailAddress=anna@example.com\nemailAddress=old@example.com',
    };
    expect(addressesOfCertificate(certificate)).toEqual([
      'anna@example.com',
      'a.miller@example.com',
      'old@example.com',
    ]);
  });

  test('are none where a name only looks like two', () => {
    const subjectAltName = 'DNS:"x, email:boss@example.com"';
    const subject = 'CN=x\\nemailAddress=boss@example.com';
    expect(addressesOfCertificate({ subjectAltName, subject })).toEqual([]);
  });
});

describe('the line of strangers before the hash', () => {
  /** Work that ends when the gate opens. */
  function gated() {
    const order: string[] = [];
    let running = 0;
    let open = () => undefined as void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const work = (name: string) => async () => {
      expect(++running).toBe(1);
      await gate;
      order.push(name);
      running--;
      return name;
    };
    return { order, open: () => open(), work };
  }

  test('takes one at a time, and address by address in turn', async () => {
    const line = new HashLine();
    const { order, open, work } = gated();
    const all = ['a1', 'a2', 'a3', 'b1', 'c1', 'b2'].map((name) => line.run(name.slice(0, 1), work(name)));
    open();
    await Promise.all(all);
    expect(order).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
    expect(await line.run('a', () => Promise.resolve('again'))).toBe('again');
  });

  test('is bounded, and who has most in it gives way to who has none', async () => {
    const line = new HashLine();
    const { open, work } = gated();
    const greedy = Array.from({ length: MOST_STRANGERS_WAITING + 2 }, (_, at) =>
      line.run('a', work(`a${at}`)),
    );
    const modest = line.run('b', work('b'));
    open();
    expect(await modest).toBe('b');
    const answers = await Promise.all(greedy);
    // One was beyond the line, and one gave way; the first was not in it any more.
    expect(answers.filter((answer) => answer === null)).toHaveLength(2);
    expect(answers.slice(-2)).toEqual([null, null]);
  });

  test('goes on after work that fails', async () => {
    const line = new HashLine();
    await expect(line.run('192.0.2.1', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await line.run('192.0.2.1', () => Promise.resolve(1))).toBe(1);
  });
});

describe('wrong secrets', () => {
  test('are forgotten when the password changes, and when there are too many', () => {
    const clock = new ManualClock();
    const wrong = new WrongSecrets(new PasswordKeeper({ clock, randomBytes }));
    const tried = { remoteAddress: '192.0.2.1', name: 'anna', secret: 'old', stored: 'hash' };
    wrong.add(tried);
    expect(wrong.has(tried)).toBe(true);
    expect(wrong.has({ ...tried, stored: 'another hash' })).toBe(false);
    expect(wrong.has({ ...tried, remoteAddress: '192.0.2.2' })).toBe(false);
    for (let count = 0; count < MOST_KNOWN_WRONG; count++) wrong.add({ ...tried, secret: String(count) });
    expect(wrong.has(tried)).toBe(false);
  });
});

describe('the log', () => {
  test('of a flood of names is bounded, and keeps who got in', async () => {
    const store = new MemorySignInStore();
    const clock = new ManualClock();
    const onError = (error: unknown) => {
      throw error;
    };
    const log = await SignInLog.open({ store, clock, onError });
    const note = { door: 'imap', method: 'password', appPasswordId: null, accountId: null } as const;
    for (let count = 0; count < 3 * MOST_DIFFERENT_NOTES; count++) {
      log.note({ ...note, name: `name${count}`, address: '192.0.2.1', outcome: 'refused' });
    }
    log.note({ ...note, name: 'anna', accountId: 1, address: '192.0.2.9', outcome: 'ok' });
    const entries = await log.list({ limit: 10_000 });
    expect(entries).toHaveLength(MOST_DIFFERENT_NOTES + 2);
    expect(entries.find(({ name }) => name === MANY)?.count).toBe(2 * MOST_DIFFERENT_NOTES);
    expect(log.isKnownPlace(1, '192.0.2.9')).toBe(true);
    const reopened = await SignInLog.open({ store, clock, onError });
    expect(reopened.isKnownPlace(1, '192.0.2.9')).toBe(true);
    expect(reopened.isKnownPlace(2, '192.0.2.9')).toBe(false);
  });
});
