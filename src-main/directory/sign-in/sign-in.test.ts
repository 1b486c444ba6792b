import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { openSignInWorld } from '../../../test/support/sign-in-world.ts';
import { ManualClock, type Cancel } from '../../base/clock.ts';
import type { SignIns } from '../../host/sign-ins.ts';
import { createSaslExchange } from '../../protocol/sasl/mechanisms.ts';
import type { SaslBackend } from '../../protocol/sasl/exchange.ts';
import { ScramSha256Client } from '../../protocol/sasl/scram-sha-256-client.ts';
import { createDirectory, type FullDirectory } from '../create-directory.ts';
import { PasswordKeeper } from '../credentials.ts';
import { MemoryDirectoryRows } from '../memory-directory-rows.ts';
import type { Account } from '../port.ts';
import type { SignInSettings } from './create-sign-in-desk.ts';
import {
  FAILURES_OF_ACCOUNT,
  FAILURES_OF_ADDRESS,
  FAILURES_OF_NETWORK,
  FAILURES_OF_PLACE,
  FIRST_BLOCK_MS,
  LONGEST_WAIT_MS,
  MOST_UNDER_WAY_OF_ADDRESS,
  MOST_WAITING_OF_ADDRESS,
} from './limits.ts';
import type { AppPasswordScope, MailDoor } from './port.ts';

const ANNA = 'anna@example.com';
const STRANGER = '192.0.2.7';

/** Nobody waits for an answer; what they would have waited is written down. */
class EagerClock extends ManualClock {
  readonly waits: number[] = [];

  override after(delayMs: number, callback: () => void): Cancel {
    if (delayMs === LONGEST_WAIT_MS) return super.after(delayMs, callback);
    this.waits.push(delayMs);
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  }
}

let clock: EagerClock;
let directory: FullDirectory;
let signIns: SignIns;
let settings: Partial<SignInSettings>;
let anna: Account;

beforeEach(async () => {
  clock = new EagerClock(Date.UTC(2026, 5, 1));
  settings = {};
  const passwords = new PasswordKeeper({ clock, randomBytes });
  directory = await createDirectory({
    ...{ rows: new MemoryDirectoryRows(), passwords, clock },
    maySendAs: () => Promise.resolve(false),
    allowsScramSha1: () => settings.allowScramSha1 ?? false,
    onError: (error) => {
      throw error;
    },
  });
  await directory.addDomain('example.com');
  anna = value(
    await directory.addAccount({
      localPart: 'anna',
      domain: 'example.com',
      name: 'Anna',
      password: 'secret',
    }),
  );
  signIns = await openSignInWorld({ directory, passwords, clock, settings: () => settings });
});

function value<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(String(result.error));
  return result.value;
}

function door(remoteAddress: string, name: MailDoor = 'imap'): SaslBackend<Account> {
  return signIns.desk.at(name, { remoteAddress });
}

async function tryPassword(remoteAddress: string, password: string, name = ANNA): Promise<string> {
  return (await door(remoteAddress).signIn(name, password)).kind;
}

async function guess(remoteAddress: string, times: number, name = ANNA): Promise<void> {
  for (let count = 0; count < times; count++) await tryPassword(remoteAddress, `wrong ${count}`, name);
}

describe('a password', () => {
  test('lets in by any spelling of the name, and no other does', async () => {
    for (const name of [ANNA, 'ANNA@example.com', 'Anna']) {
      expect(await door(STRANGER).signIn(name, 'secret')).toMatchObject({
        kind: 'ok',
        account: { id: anna.id },
      });
    }
    expect(await tryPassword(STRANGER, 'Secret')).toBe('refused');
    expect(await tryPassword(STRANGER, 'secret', 'nobody@example.com')).toBe('refused');
    expect(await tryPassword(STRANGER, 'x'.repeat(100_000))).toBe('refused');
    expect(await tryPassword(STRANGER, '')).toBe('refused');
  });

  test('is told to be right for an account that is switched off, and only then', async () => {
    await directory.changeAccount(anna.id, { isEnabled: false });
    expect(await tryPassword(STRANGER, 'wrong')).toBe('refused');
    expect(await tryPassword(STRANGER, 'secret')).toBe('disabled');
  });

  test('that was changed is wrong at once, and sessions that it opened are to end', async () => {
    const revoked: number[] = [];
    signIns.desk.onRevoke((account) => revoked.push(account));
    expect(await tryPassword(STRANGER, 'secret')).toBe('ok');
    value(await directory.setPassword(anna.id, 'fresh'));
    expect(await tryPassword(STRANGER, 'secret')).toBe('refused');
    expect(await tryPassword(STRANGER, 'fresh')).toBe('ok');
    expect(revoked).toEqual([anna.id]);
  });

  test('that is kept as of old is hashed anew when it is used', async () => {
    expect(directory.credentialsOf(anna.id)?.scramSha1).toBeUndefined();
    settings = { allowScramSha1: true };
    expect(await tryPassword(STRANGER, 'secret')).toBe('ok');
    await expect.poll(() => directory.credentialsOf(anna.id)?.scramSha1).toMatch(/^SCRAM-SHA-1\$10000:/u);
    expect(await tryPassword(STRANGER, 'secret')).toBe('ok');
  });
});

describe('many first sign-ins at once from one address', () => {
  /** Twice as many as an address may have failures. */
  const MANY_AT_ONCE = 2 * FAILURES_OF_ADDRESS;

  test('with right passwords are all let in: nobody is told of wrong ones', async () => {
    const tries = Array.from({ length: MANY_AT_ONCE }, () => tryPassword(STRANGER, 'secret'));
    expect(new Set(await Promise.all(tries))).toEqual(new Set(['ok']));
    expect(signIns.book.blocks.listBlocks()).toEqual([]);
  });

  test('are let in beside some that are wrong', async () => {
    const wrong = Array.from({ length: FAILURES_OF_ADDRESS - 1 }, (_, at) =>
      tryPassword(STRANGER, `wrong ${at}`),
    );
    const right = Array.from({ length: MANY_AT_ONCE }, () => tryPassword(STRANGER, 'secret'));
    expect(new Set(await Promise.all(wrong))).toEqual(new Set(['refused']));
    expect(new Set(await Promise.all(right))).toEqual(new Set(['ok']));
  });

  test('are let in where the place is known, while a device there is wrong', async () => {
    expect(await tryPassword(STRANGER, 'secret')).toBe('ok');
    const all = Array.from({ length: MANY_AT_ONCE }, (_, at) =>
      tryPassword(STRANGER, at === 3 ? 'an old password' : 'secret'),
    );
    const verdicts = await Promise.all(all);
    expect(verdicts.filter((kind) => kind !== 'ok')).toEqual(['refused']);
  });

  test('beyond all bounds, are told to come again, and not of wrong passwords', async () => {
    const tries = Array.from({ length: MOST_UNDER_WAY_OF_ADDRESS + MOST_WAITING_OF_ADDRESS + 1 }, () =>
      tryPassword(STRANGER, 'secret'),
    );
    const verdicts = await Promise.all(tries);
    expect(verdicts.filter((kind) => kind !== 'ok')).toEqual(['unavailable']);
  });

  test('with the same wrong password are one guess', async () => {
    const tries = Array.from({ length: MANY_AT_ONCE }, () => tryPassword(STRANGER, 'an old password'));
    expect(new Set(await Promise.all(tries))).toEqual(new Set(['refused']));
    expect(await tryPassword(STRANGER, 'secret')).toBe('ok');
  });
});

describe('app passwords', () => {
  async function addAppPassword(scopes: readonly AppPasswordScope[], expiresAt: number | null = null) {
    return value(
      await signIns.book.appPasswords.add({ accountId: anna.id, name: 'Phone', scopes, expiresAt }),
    );
  }

  test('open the doors they are for, however they are typed, and no other', async () => {
    const { secret, appPassword } = await addAppPassword(['read']);
    expect(secret).toMatch(/^[a-z]{4}(-[a-z]{4}){3}$/u);
    expect(appPassword).not.toHaveProperty('hash');
    for (const typed of [secret, secret.replaceAll('-', ''), secret.replaceAll('-', ' ').toUpperCase()]) {
      expect((await door(STRANGER, 'imap').signIn(ANNA, typed)).kind).toBe('ok');
    }
    expect((await door(STRANGER, 'pop3').signIn(ANNA, secret)).kind).toBe('ok');
    expect((await door(STRANGER, 'submission').signIn(ANNA, secret)).kind).toBe('notAllowed');
    expect((await door(STRANGER, 'managesieve').signIn(ANNA, secret)).kind).toBe('notAllowed');
  });

  test('end when they are taken back or too old, and the sessions with them', async () => {
    const revoked: number[] = [];
    signIns.desk.onRevoke((account) => revoked.push(account));
    const { secret, appPassword } = await addAppPassword(['read']);
    const old = await addAppPassword(['read'], clock.now() + 86_400_000);
    expect(await tryPassword(STRANGER, old.secret)).toBe('ok');
    clock.advance(86_400_000);
    expect(await tryPassword(STRANGER, old.secret)).toBe('refused');
    value(await signIns.book.appPasswords.remove(appPassword.id));
    expect(await tryPassword(STRANGER, secret)).toBe('refused');
    expect(revoked).toEqual([anna.id]);
    expect(await signIns.book.appPasswords.remove(appPassword.id)).toEqual({
      ok: false,
      error: 'noSuchAppPassword',
    });
  });

  test('may be all that lets mail programs in', async () => {
    const { secret } = await addAppPassword(['read', 'send']);
    await directory.changeAccount(anna.id, { requiresAppPassword: true });
    expect(await tryPassword(STRANGER, 'secret')).toBe('notAllowed');
    expect(await tryPassword(STRANGER, secret)).toBe('ok');
  });

  test('remember where and when they were used last', async () => {
    const { secret } = await addAppPassword(['read']);
    await door(STRANGER, 'imap').signIn(ANNA, secret);
    const [listed] = await signIns.book.appPasswords.list(anna.id);
    expect(listed?.lastUse).toEqual({ at: clock.now(), address: STRANGER, door: 'imap' });
  });

  test('prove themselves by SCRAM too, beside the password (RFC 5802)', async () => {
    const { secret } = await addAppPassword(['send']);
    expect(await trySecret('submission', secret)).toBe('success');
    expect(await trySecret('submission', 'secret')).toBe('success');
    expect(await trySecret('submission', 'wrong')).toBe('refused');
    expect(await trySecret('imap', secret)).toBe('notAllowed');
    expect(await trySecret('imap', 'secret', 'nobody@example.com')).toBe('refused');
  });

  async function trySecret(name: MailDoor, password: string, user = ANNA): Promise<string> {
    const exchange = createSaslExchange('SCRAM-SHA-256', door(STRANGER, name));
    if (exchange === null) throw new Error('SCRAM is not offered');
    const client = new ScramSha256Client({ user, password }, 'client');
    const challenge = await exchange.start(Buffer.from(client.firstMessage));
    if (challenge.kind !== 'challenge') return challenge.kind;
    const proof = value(await client.respond(Buffer.from(challenge.data).toString()));
    const proved = await exchange.respond(Buffer.from(proof));
    if (proved.kind !== 'challenge') return proved.kind === 'failure' ? proved.reason : proved.kind;
    expect(client.isProvedBy(Buffer.from(proved.data).toString())).toBe(true);
    const last = await exchange.respond(new Uint8Array(0));
    return last.kind === 'failure' ? last.reason : last.kind;
  }
});

describe('SCRAM-SHA-1', () => {
  test('is offered only where it is allowed, and fits what RFC 5802 derives', async () => {
    expect(createSaslExchange('SCRAM-SHA-1', door(STRANGER))).toBeNull();
    settings = { allowScramSha1: true };
    value(await directory.setPassword(anna.id, 'pencil'));
    const exchange = createSaslExchange('SCRAM-SHA-1', door(STRANGER));
    const first = 'n=anna@example.com,r=abc';
    const challenge = await exchange?.start(Buffer.from(`n,,${first}`));
    if (challenge?.kind !== 'challenge') throw new Error('no challenge');
    const answer = Buffer.from(challenge.data).toString();
    const [, nonce = '', salt = '', count = ''] = /^r=(.*),s=(.*),i=(.*)$/u.exec(answer) ?? [];
    const salted = pbkdf2Sync('pencil', Buffer.from(salt, 'base64'), Number(count), 20, 'sha1');
    const clientKey = createHmac('sha1', salted).update('Client Key').digest();
    const storedKey = createHash('sha1').update(clientKey).digest();
    const final = `c=biws,r=${nonce}`;
    const signature = createHmac('sha1', storedKey).update(`${first},${answer},${final}`).digest();
    const proof = Buffer.from(clientKey.map((octet, at) => octet ^ (signature[at] ?? 0))).toString('base64');
    expect((await exchange?.respond(Buffer.from(`${final},p=${proof}`)))?.kind).toBe('challenge');
    expect(await exchange?.respond(new Uint8Array(0))).toMatchObject({ kind: 'success' });
  });
});

describe('guessing', () => {
  test('closes the address, whatever is tried from there, and says so to the administrator', async () => {
    await guess(STRANGER, FAILURES_OF_ADDRESS);
    expect(await tryPassword(STRANGER, 'secret')).toBe('blocked');
    expect(await tryPassword(STRANGER, 'x', 'tom@example.com')).toBe('blocked');
    expect(signIns.book.blocks.listBlocks()).toMatchObject([
      { kind: 'address', subject: STRANGER, failures: FAILURES_OF_ADDRESS, turnedAway: 2, lastDoor: 'imap' },
    ]);
    expect(await tryPassword('198.51.100.1', 'secret')).toBe('ok');
  });

  test('waits longer for each answer', async () => {
    await guess(STRANGER, 3);
    expect(clock.waits.filter((ms) => ms <= 10_000)).toEqual([1_000, 2_000, 3_000]);
  });

  test('is open again after a while, and closed twice as long the next time', async () => {
    await guess(STRANGER, FAILURES_OF_ADDRESS);
    clock.advance(FIRST_BLOCK_MS);
    expect(await tryPassword(STRANGER, 'secret')).toBe('ok');
    await guess(STRANGER, FAILURES_OF_ADDRESS, 'bert@example.com');
    clock.advance(FIRST_BLOCK_MS);
    expect(await tryPassword(STRANGER, 'x', 'carl@example.com')).toBe('blocked');
    clock.advance(FIRST_BLOCK_MS);
    expect(await tryPassword(STRANGER, 'x', 'carl@example.com')).toBe('refused');
  });

  test('can be forgiven by hand', async () => {
    await guess(STRANGER, FAILURES_OF_ADDRESS);
    const [block] = signIns.book.blocks.listBlocks();
    expect(signIns.book.blocks.unblock(block?.id ?? '')).toBe(true);
    expect(signIns.book.blocks.unblock(block?.id ?? '')).toBe(false);
    expect(await tryPassword(STRANGER, 'secret')).toBe('ok');
  });

  test('from many addresses closes the account to strangers, and to nobody who has been there', async () => {
    expect(await tryPassword('203.0.113.9', 'secret')).toBe('ok');
    for (let host = 1; host <= FAILURES_OF_ACCOUNT; host++) await guess(`10.${host}.0.1`, 1);
    expect(await tryPassword('10.99.0.1', 'secret')).toBe('blocked');
    expect(await tryPassword('203.0.113.9', 'secret')).toBe('ok');
    expect(signIns.book.blocks.listBlocks()).toMatchObject([{ kind: 'account', subject: ANNA }]);
  });

  test('at an address keeps nobody out who has been there, and is counted for them by itself', async () => {
    expect(await tryPassword(STRANGER, 'secret')).toBe('ok');
    await guess(STRANGER, FAILURES_OF_ADDRESS, 'bert@example.com');
    expect(await tryPassword(STRANGER, 'secret')).toBe('ok');
    await guess(STRANGER, FAILURES_OF_PLACE);
    expect(await tryPassword(STRANGER, 'secret')).toBe('blocked');
    const kinds = signIns.book.blocks.listBlocks().map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['address', 'place']));
  });

  test('at what is closed is counted where it comes from', async () => {
    for (let host = 1; host <= FAILURES_OF_ACCOUNT; host++) await guess(`10.${host}.0.1`, 1);
    for (let count = 0; count < FAILURES_OF_ADDRESS; count++) {
      expect(await tryPassword('10.99.0.1', `another ${count}`)).toBe('blocked');
    }
    expect(await tryPassword('10.99.0.1', 'secret', 'bert@example.com')).toBe('blocked');
    expect(signIns.book.blocks.listBlocks()).toContainEqual(
      expect.objectContaining({ kind: 'address', subject: '10.99.0.1' }),
    );
  });

  test('from a network closes the network', async () => {
    for (let host = 1; host <= FAILURES_OF_NETWORK; host++)
      await guess(`192.0.2.${host}`, 1, `nobody${host}@example.com`);
    expect(await tryPassword('192.0.2.200', 'secret')).toBe('blocked');
    expect(signIns.book.blocks.listBlocks()).toMatchObject([{ kind: 'network', subject: '192.0.2.0/24' }]);
  });

  test('all at once is no way around the count', async () => {
    const tries = Array.from({ length: 40 }, (_, at) => door(STRANGER).signIn(ANNA, `wrong ${at}`));
    const verdicts = await Promise.all(tries);
    expect(verdicts.filter(({ kind }) => kind === 'refused')).toHaveLength(FAILURES_OF_ADDRESS);
    expect(verdicts.filter(({ kind }) => kind === 'blocked')).toHaveLength(40 - FAILURES_OF_ADDRESS);
    // They had come before it was closed: they have not gone on all the same.
    expect(signIns.isShutOut(STRANGER)).toBe(false);
    expect(signIns.book.blocks.listBlocks()).toMatchObject([{ kind: 'address', turnedAway: 0 }]);
  });

  test('all at once from many addresses is no way around what an account may have', async () => {
    const tries = Array.from({ length: 3 * FAILURES_OF_ACCOUNT }, (_, at) =>
      door(`10.${at}.0.1`).signIn(ANNA, `wrong ${at}`),
    );
    const verdicts = await Promise.all(tries);
    expect(verdicts.filter(({ kind }) => kind === 'refused')).toHaveLength(FAILURES_OF_ACCOUNT);
  });

  test('is not what a device does that keeps an old password', async () => {
    for (let count = 0; count < 3 * FAILURES_OF_ADDRESS; count++) {
      expect(await tryPassword(STRANGER, 'an old password')).toBe('refused');
    }
    expect(await tryPassword(STRANGER, 'secret')).toBe('ok');
  });

  test('of this machine is never closed', async () => {
    await guess('127.0.0.1', 2 * FAILURES_OF_ADDRESS);
    expect(await tryPassword('127.0.0.1', 'secret')).toBe('ok');
  });

  test('is forgiven to who gets in after all, but not what was tried for others', async () => {
    await guess(STRANGER, FAILURES_OF_ADDRESS - 2, 'bert@example.com');
    await guess(STRANGER, 1);
    expect(await tryPassword(STRANGER, 'secret')).toBe('ok');
    await guess(STRANGER, 2, 'carl@example.com');
    expect(await tryPassword(STRANGER, 'x', 'dora@example.com')).toBe('blocked');
  });

  test('that goes on all the same is not even greeted', async () => {
    await guess(STRANGER, FAILURES_OF_ADDRESS);
    expect(signIns.isShutOut(STRANGER)).toBe(false);
    await guess(STRANGER, 20, 'bert@example.com');
    expect(signIns.isShutOut(STRANGER)).toBe(true);
    expect(signIns.isShutOut('198.51.100.1')).toBe(false);
    clock.advance(FIRST_BLOCK_MS);
    expect(signIns.isShutOut(STRANGER)).toBe(false);
  });
});

describe('the log of sign-ins', () => {
  test('says who came from where with what, alike ones together', async () => {
    await tryPassword(STRANGER, 'secret');
    await tryPassword(STRANGER, 'secret', 'Anna');
    await guess(STRANGER, 2, 'Nobody@example.com');
    const entries = await signIns.book.list({ limit: 10 });
    expect(entries).toHaveLength(2);
    expect(entries).toContainEqual(
      expect.objectContaining({
        name: ANNA,
        accountId: anna.id,
        door: 'imap',
        method: 'password',
        outcome: 'ok',
        count: 2,
      }),
    );
    expect(entries).toContainEqual(
      expect.objectContaining({ name: 'nobody@example.com', accountId: null, outcome: 'refused', count: 2 }),
    );
    expect(await signIns.book.list({ limit: 10, accountId: anna.id })).toHaveLength(1);
    expect(await signIns.book.list({ limit: 10, onlyRefused: true })).toHaveLength(1);
  });

  test('holds no password', async () => {
    await tryPassword(STRANGER, 'a wrong secret');
    await tryPassword(STRANGER, 'secret');
    expect(JSON.stringify(await signIns.book.list({ limit: 10 }))).not.toContain('secret');
  });
});
