import { once } from 'node:events';
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect, createSecureContext } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { parseClientHello, readClientHello } from './client-hello.ts';

/** What a real client sends first. */
async function realHello(options: { servername?: string; ALPNProtocols?: string[] }): Promise<Buffer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect({ port, host: '127.0.0.1', secureContext: createSecureContext(), ...options });
  client.on('error', () => undefined);
  const [socket] = await accepted;
  const [octets] = (await once(socket, 'data')) as [Buffer];
  client.destroy();
  server.close();
  return octets;
}

describe('a ClientHello', () => {
  it('names the server and the protocols that the client asks for', async () => {
    const octets = await realHello({ servername: 'Mail.Example.com', ALPNProtocols: ['acme-tls/1', 'h2'] });
    expect(parseClientHello(octets)).toEqual({
      kind: 'read',
      hello: { serverName: 'mail.example.com', protocols: ['acme-tls/1', 'h2'] },
    });
  });

  it('may name neither', async () => {
    expect(parseClientHello(await realHello({}))).toEqual({
      kind: 'read',
      hello: { serverName: null, protocols: [] },
    });
  });

  it('is waited for while it is incomplete, wherever it is cut', async () => {
    const octets = await realHello({ servername: 'a.example' });
    for (let end = 0; end < octets.length; end++) {
      expect(parseClientHello(octets.subarray(0, end)).kind).toBe('incomplete');
    }
  });

  it('may come in several records (RFC 8446 §5.1)', async () => {
    const octets = await realHello({ servername: 'a.example' });
    const body = octets.subarray(5);
    const record = (piece: Buffer) =>
      Buffer.concat([Buffer.from([22, 3, 1, piece.length >> 8, piece.length & 255]), piece]);
    const cut = Buffer.concat([record(body.subarray(0, 40)), record(body.subarray(40))]);
    expect(parseClientHello(cut)).toMatchObject({ kind: 'read', hello: { serverName: 'a.example' } });
  });

  it.each(['GET / HTTP/1.1\r\n\r\n', 'EHLO x\r\n', '\x15\x03\x01\x00\x02\x01\x00'])('is not %j', (text) => {
    expect(parseClientHello(Buffer.from(text, 'latin1')).kind).toBe('malformed');
  });

  it('never breaks the reader, whatever it holds', async () => {
    const octets = await realHello({ servername: 'a.example', ALPNProtocols: ['x'] });
    fc.assert(
      fc.property(fc.nat(octets.length - 1), fc.nat(255), (at, value) => {
        const changed = Buffer.from(octets);
        changed[at] = value;
        expect(['read', 'incomplete', 'malformed']).toContain(parseClientHello(changed).kind);
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (any) => {
        const framed = Buffer.concat([Buffer.from([22, 3, 1, any.length >> 8, any.length & 255]), any]);
        expect(['read', 'incomplete', 'malformed']).toContain(parseClientHello(framed).kind);
      }),
    );
  });

  it('that does not come in time is given up', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const client = connectTcp((server.address() as AddressInfo).port, '127.0.0.1');
    const [socket] = await accepted;
    const clock = new ManualClock();
    const reading = readClientHello(socket, clock);
    clock.advance(20_000);
    expect(await reading).toBeNull();
    client.destroy();
    server.close();
  });
});
