/** Signatures and chains of dkimpy and OpenDKIM in our verification, and ours in theirs. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isInstalled } from '../../support/installed.ts';
import { sealMessage } from '../../../src-main/protocol/authentication/arc/seal.ts';
import {
  SIGNED_FORM,
  signMessage,
  type SigningKey,
} from '../../../src-main/protocol/authentication/dkim/sign.ts';
import {
  readSignedMessage,
  type SignedMessage,
} from '../../../src-main/protocol/authentication/signed-message.ts';
import { askPeer, judge, makeKeys, MESSAGES } from './peer.ts';

const keys = makeKeys();
const ZONE = Object.fromEntries(
  keys.map(({ algorithm, record }) => [
    `${algorithm.split('-')[0]}._domainkey.server2.com`,
    { TXT: [record] },
  ]),
);

const signingKeys: readonly SigningKey[] = keys.map(({ algorithm, privateKey }) => ({
  algorithm,
  privateKey,
  domain: 'server2.com',
  selector: algorithm.split('-')[0] ?? '',
}));

async function read(text: string): Promise<SignedMessage> {
  const message = await readSignedMessage([Buffer.from(text, 'latin1')], () => [SIGNED_FORM]);
  return message;
}

const sign = async (text: string, withKeys = signingKeys) =>
  (await signMessage(await read(text), withKeys, Date.now())) + text;

async function sealWithOurs(text: string, chain: 'none' | 'pass'): Promise<string> {
  const key = signingKeys[0] as SigningKey;
  const request = { key, now: Date.now(), results: 'two.example; arc=pass', chain };
  return (await sealMessage(await read(text), request)) + text;
}

describe.skipIf(!isInstalled('dkimverify'))('our signatures in dkimpy', () => {
  test('are good, RSA and Ed25519', async () => {
    const cases = await Promise.all(
      MESSAGES.map(async (message) => ({ do: 'dkim_verify', message: await sign(message), signatures: 2 })),
    );
    expect(askPeer(ZONE, cases)).toEqual(MESSAGES.map(() => [true, true]));
    const changed = cases.map((one) => ({ ...one, message: one.message.replace('anna@', 'eve@') }));
    expect(askPeer(ZONE, changed)).toEqual(MESSAGES.map(() => [false, false]));
  });

  test('and our seals hold, alone and on top of each other', async () => {
    const first = await sealWithOurs(await sign(MESSAGES[0] ?? ''), 'none');
    const second = await sealWithOurs(first, 'pass');
    const cases = [first, second].map((message) => ({ do: 'arc_verify', message }));
    expect(askPeer<[string, string]>(ZONE, cases).map(([result]) => result)).toEqual(['pass', 'pass']);
  });
});

describe.skipIf(!isInstalled('dkimverify'))('signatures of dkimpy', () => {
  const canonicalizations = ['simple/simple', 'simple/relaxed', 'relaxed/simple', 'relaxed/relaxed'];

  test.each(keys)(
    '$algorithm: good in every canonicalization, bad after a change',
    async ({ algorithm, text }) => {
      const cases = MESSAGES.flatMap((message) =>
        canonicalizations.map((canonicalization) => ({
          do: 'dkim_sign',
          message,
          canonicalization,
          algorithm,
          key: text,
          selector: algorithm.split('-')[0],
          domain: 'server2.com',
        })),
      );
      for (const [index, signed] of askPeer<string>(ZONE, cases).entries()) {
        const { dkim } = await judge(signed, ZONE);
        expect(dkim.map(({ result, reason }) => [cases[index]?.canonicalization, result, reason])).toEqual([
          [cases[index]?.canonicalization, 'pass', 'the signature of server2.com is good'],
        ]);
        const changed = await judge(signed.replace('anna@server2', 'eve@server2'), ZONE);
        expect(changed.dkim[0]?.result).toBe('fail');
        expect((await judge(`${signed}more\r\n`, ZONE)).dkim[0]?.result).toBe('fail');
      }
    },
  );

  test('what stands behind the signed length is told (l=)', async () => {
    const [key] = keys;
    const [message] = MESSAGES;
    const sign = {
      do: 'dkim_sign',
      message,
      canonicalization: 'relaxed/relaxed',
      algorithm: 'rsa-sha256',
      key: key?.text,
      selector: 'rsa',
      domain: 'server2.com',
      length: true,
    };
    const [signed = ''] = askPeer<string>(ZONE, [sign]);
    expect((await judge(signed, ZONE)).dkim[0]).not.toHaveProperty('unsignedOctets');
    const { dkim } = await judge(`${signed}more\r\n`, ZONE);
    expect(dkim[0]).toMatchObject({ result: 'pass', unsignedOctets: 6 });
  });
});

describe.skipIf(!isInstalled('arcsign'))('chains of dkimpy', () => {
  const [key] = keys;
  const seal = (message: string, hop: string): string => {
    const results = `Authentication-Results: ${hop}; arc=none; spf=pass smtp.mfrom=anna@server2.com\r\n`;
    const sign = { do: 'arc_sign', selector: 'rsa', domain: 'server2.com', key: key?.text };
    return askPeer<string>(ZONE, [{ ...sign, authservId: hop, message: results + message }])[0] ?? '';
  };
  const sealed = seal(MESSAGES[0] ?? '', 'one.example');

  test('our seal on top of theirs holds, here and there', async () => {
    const both = await sealWithOurs(sealed, 'pass');
    expect((await judge(both, ZONE)).arc).toMatchObject({ result: 'pass', sets: [{}, { instance: 2 }] });
    expect(askPeer(ZONE, [{ do: 'arc_verify', message: both }])).toEqual([['pass', 'success']]);
  });

  test('a seal holds', async () => {
    expect((await judge(sealed, ZONE)).arc).toMatchObject({
      result: 'pass',
      oldestPass: 0,
      sets: [{ instance: 1, domain: 'server2.com', chainValidation: 'none' }],
    });
  });

  test('a changed message, a removed set and a broken seal do not', async () => {
    expect((await judge(sealed.replace('Hello', 'Bye'), ZONE)).arc.result).toBe('fail');
    expect((await judge(sealed.replace(/^ARC-Seal/m, 'X-Seal'), ZONE)).arc.result).toBe('fail');
    expect((await judge(sealed.replace('spf=pass', 'spf=fail'), ZONE)).arc.result).toBe('fail');
    expect((await judge(sealed, {})).arc.result).toBe('fail');
    expect((await judge(sealed, { 'rsa._domainkey.server2.com': 'silent' })).arc.result).toBe('temperror');
  });
});

describe.skipIf(!isInstalled('opendkim'))('signatures of OpenDKIM', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'postroom-dkim-'));
    writeFileSync(join(folder, 'key.pem'), keys[0]?.text ?? '');
    const settings = {
      Mode: 's',
      Domain: 'server2.com',
      Selector: 'rsa',
      KeyFile: join(folder, 'key.pem'),
      RequireSafeKeys: 'no',
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
    writeFileSync(join(folder, 'sign.conf'), lines.join(''));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  // Its test mode does not keep white space of fields as a milter would.
  test.each(['relaxed/relaxed', 'relaxed/simple'])('are good (%s)', async (canonicalization) => {
    appendFileSync(join(folder, 'sign.conf'), `Canonicalization ${canonicalization}\n`);
    for (const message of MESSAGES) {
      const file = join(folder, 'message.eml');
      writeFileSync(file, Buffer.from(message, 'latin1'));
      const told = execFileSync('opendkim', ['-x', join(folder, 'sign.conf'), '-t', file, '-v', '-v'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const value = /hname='DKIM-Signature' hvalue='([^']*)'/.exec(told.toString('latin1'))?.[1] ?? '';
      const signed = `DKIM-Signature: ${value.replaceAll('\n', '\r\n')}\r\n${message}`;
      const { dkim } = await judge(signed, ZONE);
      expect(dkim.map(({ result, reason }) => [result, reason])).toEqual([
        ['pass', 'the signature of server2.com is good'],
      ]);
    }
  });

  test('finds our RSA and Ed25519 signatures good', async () => {
    const records = keys.map(
      ({ algorithm, record }) => `${algorithm.split('-')[0]}._domainkey.server2.com ${record}\n`,
    );
    writeFileSync(join(folder, 'keys'), records.join(''));
    writeFileSync(join(folder, 'verify.conf'), `Mode v\nTestPublicKeys ${join(folder, 'keys')}\n`);
    for (const key of signingKeys) {
      for (const message of MESSAGES) {
        const file = join(folder, 'signed.eml');
        writeFileSync(file, Buffer.from(await sign(message, [key]), 'latin1'));
        const told = execFileSync('opendkim', ['-x', join(folder, 'verify.conf'), '-t', file, '-v', '-v'], {
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        expect(told.toString()).toContain('dkim=pass');
      }
    }
  });
});
