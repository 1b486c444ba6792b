import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ChannelBindingType } from '../connection/tls-channel.ts';
import type { SaslBackend, ScramHash } from './exchange.ts';
import { createSaslExchange, listMechanisms } from './mechanisms.ts';

const SALT = Buffer.from('a salt of sixteen');
const BINDINGS: Readonly<Record<ChannelBindingType, Uint8Array>> = {
  'tls-exporter': Buffer.from('what only this connection has'),
  'tls-server-end-point': Buffer.from('what only this certificate has'),
};
const octets = (text: string) => Buffer.from(text);

function keysOf(hash: ScramHash, password: string) {
  const salted = pbkdf2Sync(password, SALT, 4096, hash === 'sha1' ? 20 : 32, hash);
  const key = (name: string) => createHmac(hash, salted).update(name).digest();
  const clientKey = key('Client Key');
  return {
    clientKey,
    storedKey: createHash(hash).update(clientKey).digest(),
    serverKey: key('Server Key'),
  };
}

/** Knows user (pencil), on a connection with TLS. */
function backend(
  channelBinding: SaslBackend<string>['channelBinding'] = (type) => BINDINGS[type],
): SaslBackend<string> {
  const admit = () => Promise.resolve({ kind: 'ok', account: 'user' } as const);
  return {
    allowsSha1: true,
    channelBinding,
    signIn: () => Promise.resolve({ kind: 'refused' }),
    scramKeys: (_name, hash) => {
      const { storedKey, serverKey } = keysOf(hash, 'pencil');
      return Promise.resolve({
        ...{ salt: SALT, iterations: 4096, nonce: 'server' },
        candidates: [{ storedKey, serverKey, admit }],
        refuse: () => Promise.resolve({ kind: 'refused' }),
      });
    },
  };
}

/** A client's whole exchange; `bound` is what it binds to. */
async function signIn(
  mechanism: string,
  { header, bound = new Uint8Array() }: { header: string; bound?: Uint8Array },
  on = backend(),
): Promise<string> {
  const hash = mechanism.includes('SHA-1') ? 'sha1' : 'sha256';
  const { clientKey, storedKey } = keysOf(hash, 'pencil');
  const exchange = createSaslExchange(mechanism, on);
  if (exchange === null) return 'not offered';
  const bare = 'n=user,r=client';
  const challenge = await exchange.start(octets(header + bare));
  if (challenge.kind !== 'challenge') return challenge.kind === 'failure' ? challenge.reason : 'early';
  const first = Buffer.from(challenge.data).toString();
  const binding = Buffer.concat([octets(header), bound]).toString('base64');
  const final = `c=${binding},r=clientserver`;
  const signature = createHmac(hash, storedKey).update(`${bare},${first},${final}`).digest();
  const proof = Buffer.from(clientKey.map((octet, at) => octet ^ (signature[at] ?? 0)));
  const answer = await exchange.respond(octets(`${final},p=${proof.toString('base64')}`));
  if (answer.kind === 'failure') return answer.reason;
  return (await exchange.respond(octets(''))).kind;
}

describe('SCRAM with channel binding (RFC 5802 §6, RFC 5056)', () => {
  test.each(['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS'])(
    '%s takes what both ends of TLS know',
    async (mechanism) => {
      const exporter = BINDINGS['tls-exporter'];
      expect(await signIn(mechanism, { header: 'p=tls-exporter,,', bound: exporter })).toBe('success');
      const endPoint = BINDINGS['tls-server-end-point'];
      expect(await signIn(mechanism, { header: 'p=tls-server-end-point,,', bound: endPoint })).toBe(
        'success',
      );
    },
  );

  test('refuses a client whose TLS ends at somebody else: the octets differ', async () => {
    const others = octets('of another connection');
    expect(await signIn('SCRAM-SHA-256-PLUS', { header: 'p=tls-exporter,,', bound: others })).toBe(
      'malformed',
    );
  });

  test('refuses a type of binding that we do not have, and -PLUS without any', async () => {
    expect(await signIn('SCRAM-SHA-256-PLUS', { header: 'p=tls-unique,,', bound: octets('x') })).toBe(
      'malformed',
    );
    expect(await signIn('SCRAM-SHA-256-PLUS', { header: 'n,,' })).toBe('malformed');
    const withoutExporter = backend((type) => (type === 'tls-exporter' ? null : BINDINGS[type]));
    const header = 'p=tls-exporter,,';
    expect(await signIn('SCRAM-SHA-256-PLUS', { header: header, bound: octets('x') }, withoutExporter)).toBe(
      'malformed',
    );
  });

  test('refuses a binding where the mechanism is not -PLUS', async () => {
    const exporter = BINDINGS['tls-exporter'];
    expect(await signIn('SCRAM-SHA-256', { header: 'p=tls-exporter,,', bound: exporter })).toBe('malformed');
  });

  test('notices that -PLUS was taken out of the list on the way: the client says `y`', async () => {
    expect(await signIn('SCRAM-SHA-256', { header: 'y,,' })).toBe('malformed');
    expect(await signIn('SCRAM-SHA-256', { header: 'n,,' })).toBe('success');
  });

  test('is not offered without TLS, and then `y` is what the client rightly says', async () => {
    const clear = { ...backend(), channelBinding: undefined };
    expect(listMechanisms(clear)).toEqual(['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN', 'LOGIN']);
    expect(
      await signIn('SCRAM-SHA-256-PLUS', { header: 'p=tls-exporter,,', bound: octets('x') }, clear),
    ).toBe('not offered');
    expect(await signIn('SCRAM-SHA-256', { header: 'y,,' }, clear)).toBe('success');
  });
});
