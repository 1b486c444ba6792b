import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { connect, createSecureContext, type SecureVersion } from 'node:tls';
import { beforeAll, expect, describe, test } from 'vitest';
import { makeSelfSigned } from '../../host/self-signed.ts';
import { HandshakeRoom } from './handshake-room.ts';
import { channelOf, hashCertificate, type TlsChannel } from './tls-channel.ts';
import { secureSocket } from './tls-upgrade.ts';

let pair: { certificate: string; key: string };
beforeAll(async () => {
  pair = await makeSelfSigned('mail.example.com', Date.now());
});

interface Ends {
  readonly channel: TlsChannel;
  /** What the client has for the same. */
  readonly exported: Buffer;
}

/** Shakes hands over the loopback, lets `look` look at both ends, and closes. */
async function withConnection(version: SecureVersion, look: (ends: Ends) => void): Promise<void> {
  const context = createSecureContext({ cert: pair.certificate, key: pair.key });
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const { port } = server.address() as AddressInfo;
  const client = connect({
    ...{ port, host: '127.0.0.1', rejectUnauthorized: false },
    ...{ minVersion: version, maxVersion: version },
  });
  const [raw] = await accepted;
  const [{ socket }] = await Promise.all([
    secureSocket(raw, {
      secureContext: () => context,
      applicationProtocols: [],
      handshakes: new HandshakeRoom(),
    }),
    once(client, 'secureConnect'),
  ]);
  const exported = client.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
  look({ channel: channelOf(socket), exported });
  client.destroy();
  socket.destroy();
  server.close();
}

describe('what binds to a TLS connection', () => {
  test('RFC 9266: in TLS 1.3 both ends export the same 32 octets', () =>
    withConnection('TLSv1.3', ({ channel, exported }) => {
      const binding = channel.bindingOf('tls-exporter');
      expect(binding).toHaveLength(32);
      expect(Buffer.from(binding ?? []).equals(exported)).toBe(true);
    }));

  test('RFC 9266 §4.2: below TLS 1.3 there is no exporter, but the certificate (RFC 5929 §4)', () =>
    withConnection('TLSv1.2', ({ channel }) => {
      expect(channel.bindingOf('tls-exporter')).toBeNull();
      const expected = createHash('sha256').update(new X509Certificate(pair.certificate).raw).digest();
      expect(Buffer.from(channel.bindingOf('tls-server-end-point') ?? []).equals(expected)).toBe(true);
      expect(channel.clientCertificate()).toBeNull();
    }));
});

describe('RFC 5929 §4.1: a certificate is hashed', () => {
  const raw = Buffer.from('a certificate');
  test.each([
    ['ecdsa-with-SHA384', 'sha384'],
    ['sha512WithRSAEncryption', 'sha512'],
    ['sha256WithRSAEncryption', 'sha256'],
    ['sha1WithRSAEncryption', 'sha256'],
    ['ED25519', 'sha256'],
    [undefined, 'sha256'],
  ])('signed with %s by %s', (signatureAlgorithm, hash) => {
    const hashed = hashCertificate({ raw, signatureAlgorithm } as X509Certificate);
    expect(Buffer.from(hashed).toString('hex')).toBe(createHash(hash).update(raw).digest('hex'));
  });
});
