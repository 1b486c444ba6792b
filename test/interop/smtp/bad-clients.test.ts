/** Clients that misbehave on a real socket: each gets a protocol error or a closed connection, and the next one is served. */
import { connect } from 'node:net';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeWorkFolder, startOffice } from '../../support/service-process.ts';
import type { ServiceProcess } from '../../support/service-process.ts';

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;

beforeAll(async () => {
  folder = await makeWorkFolder();
  service = await startOffice(folder);
});

afterAll(async () => {
  await service.end();
  await folder.remove();
});

/** Sends everything, closes its side, and reads until the server has closed too. */
function talk(listener: string, octets: Buffer | string, options: { halfClose: boolean }): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: service.port(listener), host: '127.0.0.1', allowHalfOpen: true });
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('end', () => socket.destroy());
    socket.on('close', () => resolve(answer));
    socket.setTimeout(20_000, () => reject(new Error(`still open after 20 s, answered: ${answer}`)));
    if (options.halfClose) socket.end(octets);
    else socket.write(octets);
  });
}

async function expectServed(listener: string): Promise<void> {
  const answer = await talk(listener, 'EHLO next.example\r\nQUIT\r\n', { halfClose: true });
  expect(answer).toMatch(/^220 .*\r\n250-/);
  expect(answer).toMatch(/221 2\.0\.0 Bye\r\n$/);
}

describe.each(['smtp', 'submission'])('on %s', (listener) => {
  test('random octets', async () => {
    for (let i = 0; i < 20; i++) {
      const answer = await talk(listener, Buffer.concat([randomBytes(5000), Buffer.from('\r\n')]), {
        halfClose: true,
      });
      expect(answer).toMatch(/^220 /);
    }
    await expectServed(listener);
  });

  test('a line without end', async () => {
    const answer = await talk(listener, 'A'.repeat(200_000), { halfClose: false });
    expect(answer).toMatch(/500 5\.5\.2 The line is too long\r\n$/);
    await expectServed(listener);
  });

  test('a half-closed connection in the middle of a transaction', async () => {
    const answer = await talk(
      listener,
      'EHLO a.example\r\nMAIL FROM:<x@elsewhere.example>\r\nRCPT TO:<tom@ser',
      { halfClose: true },
    );
    expect(answer).toMatch(/^220 /);
    await expectServed(listener);
  });

  test('a TLS handshake where clear text is spoken', async () => {
    await talk(listener, Buffer.from('16030100a5010000a10303', 'hex'), { halfClose: true });
    await expectServed(listener);
  });

  test('garbage in place of the TLS handshake after STARTTLS', async () => {
    const answer = await talk(listener, 'EHLO a.example\r\nSTARTTLS\r\nRCPT TO:<injected@server1.com>\r\n', {
      halfClose: true,
    });
    expect(answer).toMatch(/220 2\.0\.0 Ready to start TLS\r\n$/);
    await expectServed(listener);
  });
});

test('clear text where TLS is spoken', async () => {
  const answer = await talk('submissions', 'EHLO a.example\r\n'.repeat(50), { halfClose: true });
  expect(answer).not.toMatch(/220/);
});

test('everything pipelined in one packet by a client that closes its side at once', async () => {
  const answer = await talk(
    'smtp',
    'EHLO a.example\r\nMAIL FROM:<x@elsewhere.example>\r\nRCPT TO:<tom@server1.com>\r\nDATA\r\nSubject: x\r\n\r\nhi\r\n.\r\nQUIT\r\n',
    { halfClose: true },
  );
  expect(answer).toMatch(/250 2\.0\.0 Ok: queued as \w+\r\n221 2\.0\.0 Bye\r\n$/);
});
