import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { Administrators } from './administrators.ts';
import { TOTP_STEP_MS } from './limits.ts';
import { MemoryAdministratorRows } from './memory-administrator-rows.ts';
import { createSealing } from './sealing.ts';
import { SecondFactors } from './second-factors.ts';
import { hotp, stepAt } from './totp.ts';

const random = (length: number) => randomBytes(length);
const passwords = {
  hash: (password: string) => Promise.resolve({ scrypt: password, scramSha256: '' }),
  verify: (password: string, stored: string | null) => Promise.resolve(password === stored),
};

let clock: ManualClock;
let rows: MemoryAdministratorRows;
let factors: SecondFactors;
let key: Buffer;

beforeEach(async () => {
  clock = new ManualClock();
  clock.advance(1_800_000_000_000);
  rows = new MemoryAdministratorRows();
  const administrators = new Administrators({ rows, passwords, clock });
  await administrators.put({ name: 'anna', password: 'x' });
  key = randomBytes(20);
  const sealing = createSealing(randomBytes(32), random);
  // The first octets asked for are the key of the app.
  let isFirst = true;
  const firstKey = (length: number) => {
    if (!isFirst) return randomBytes(length);
    isFirst = false;
    return key;
  };
  factors = new SecondFactors({ administrators, sealing, clock, randomBytes: firstKey });
});

const codeNow = (drift = 0) => hotp(key, stepAt(clock.now()) + drift);

async function enrol(): Promise<readonly string[]> {
  factors.beginTotp('anna', 'Postroom');
  const codes = await factors.confirmTotp('anna', codeNow());
  clock.advance(TOTP_STEP_MS);
  return codes ?? [];
}

describe('an authenticator app', () => {
  it('is asked for once a code of it was typed, and not before', async () => {
    factors.beginTotp('anna', 'Postroom');
    expect(factors.isEnrolled('anna')).toBe(false);
    expect(await factors.confirmTotp('anna', '000000')).toBeNull();
    expect(await factors.confirmTotp('anna', codeNow())).toHaveLength(10);
    expect(factors.isEnrolled('anna')).toBe(true);
  });

  it('is not enrolled by a code that comes too late', async () => {
    factors.beginTotp('anna', 'Postroom');
    clock.advance(10 * 60_000);
    expect(await factors.confirmTotp('anna', codeNow())).toBeNull();
  });

  it('lets in once by each code, also where two try the same at once', async () => {
    await enrol();
    const code = codeNow();
    const outcomes = await Promise.all([factors.verifyCode('anna', code), factors.verifyCode('anna', code)]);
    expect(outcomes.sort()).toEqual([false, true]);
    expect(await factors.verifyCode('anna', codeNow(-1))).toBe(false);
    clock.advance(TOTP_STEP_MS);
    expect(await factors.verifyCode('anna', codeNow())).toBe(true);
  });

  it('has its key sealed: the row gives it away neither raw nor as base32', async () => {
    const { secret } = factors.beginTotp('anna', 'Postroom');
    await factors.confirmTotp('anna', codeNow());
    const row = JSON.stringify(rows.rows.get('anna'));
    for (const form of [secret, key.toString('base64'), key.toString('hex')]) expect(row).not.toContain(form);
  });
});

describe('recovery codes', () => {
  it('let in once each, however they are typed, and are kept as hashes', async () => {
    const [first = '', second = ''] = await enrol();
    expect(JSON.stringify(rows.rows.get('anna'))).not.toContain(first.replaceAll('-', ''));
    expect(await factors.verifyCode('anna', ` ${first.toUpperCase().replaceAll('-', ' ')}`)).toBe(true);
    expect(await factors.verifyCode('anna', first)).toBe(false);
    expect(factors.stateOf('anna').recoveryCodesLeft).toBe(9);
    await factors.renewRecoveryCodes('anna');
    expect(await factors.verifyCode('anna', second)).toBe(false);
  });

  it.each(['', '-', 'nonsense', '0'.repeat(16)])('do not let in by %j', async (code) => {
    await enrol();
    expect(await factors.verifyCode('anna', code)).toBe(false);
  });
});

it('a factor that was reset is not asked for any more', async () => {
  await enrol();
  await factors.reset('anna');
  expect(factors.isEnrolled('anna')).toBe(false);
  expect(await factors.verifyCode('anna', codeNow())).toBe(false);
});

it('a sealed key is worth nothing for somebody else, with another secret, or changed', () => {
  const sealing = createSealing(randomBytes(32), random);
  const sealed = sealing.seal(key, 'anna');
  expect(Buffer.from(sealing.open(sealed, 'anna') ?? [])).toEqual(key);
  expect(sealing.open(sealed, 'eve')).toBeNull();
  expect(createSealing(randomBytes(32), random).open(sealed, 'anna')).toBeNull();
  expect(sealing.open(`A${sealed.slice(1)}`, 'anna') ?? null).not.toEqual(key);
  expect(sealing.open('', 'anna')).toBeNull();
});
