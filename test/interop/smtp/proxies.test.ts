/** swaks as a proxy: its PROXY headers and its XCLIENT, and what comes of them in Received. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runClient } from '../../support/clients.ts';
import { isInstalled } from '../../support/installed.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../../support/service-process.ts';

const PROXY = '127.0.0.9';
const XCLIENT = '127.0.0.8';

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;

beforeAll(async () => {
  const trustedProxies = { proxyProtocol: [PROXY], xclient: [XCLIENT] };
  folder = await makeWorkFolder({ ...OFFICE, security: { allowCleartextAuth: true, trustedProxies } });
  service = await startOffice(folder);
});

afterAll(async () => {
  await service.end();
  await folder.remove();
});

async function swaks(listener: string, from: string, ...args: string[]): Promise<string> {
  const server = ['--server', '127.0.0.1', '--port', String(service.port(listener))];
  const envelope = ['--from', 'x@elsewhere.example', '--to', 'anna@server1.com', '--helo', 'client.example'];
  const ran = await runClient('swaks', [...server, '--local-interface', from, ...envelope, ...args]);
  return ran.output;
}

/** The newest message of anna's, over POP3. */
async function newestOfAnna(): Promise<string> {
  const socket = connect({ port: service.port('pop3'), host: '127.0.0.1' });
  let heard = '';
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  socket.write('USER anna@server1.com\r\nPASS anna-password\r\nSTAT\r\n');
  await expect.poll(() => /\+OK (\d+) \d+\r\n/u.exec(heard)?.[1]).toBeDefined();
  socket.write(`TOP ${/\+OK (\d+) \d+\r\n/u.exec(heard)?.[1] ?? ''} 0\r\nQUIT\r\n`);
  await once(socket, 'close');
  return heard;
}

/** IPv4 and IPv6, version 1 and 2. */
const HEADERS: readonly (readonly [string, string, string])[] = [
  ['1', 'TCP4', '203.0.113.41'],
  ['1', 'TCP6', '2001:db8::41'],
  ['2', 'AF_INET', '203.0.113.42'],
  ['2', 'AF_INET6', '2001:db8::42'],
];

describe.runIf(isInstalled('swaks'))('swaks as a proxy', () => {
  test.each(HEADERS)('speaks PROXY protocol %s (%s) for %s', async (version, family, source) => {
    const destination = source.includes(':') ? '2001:db8::25' : '192.0.2.25';
    const output = await swaks(
      'smtp',
      PROXY,
      ...['--proxy-version', version, '--proxy-family', family],
      ...(version === '2' ? ['--proxy-command', 'PROXY', '--proxy-protocol', 'STREAM'] : []),
      ...['--proxy-source', source, '--proxy-source-port', '4000'],
      ...['--proxy-dest', destination, '--proxy-dest-port', '25'],
    );
    expect(output).toContain('queued as');
    const literal = source.includes(':') ? `[IPv6:${source}]` : `[${source}]`;
    await expect.poll(newestOfAnna).toContain(`from client.example (${literal})`);
  });

  test('that says nothing of the client is not served', async () => {
    const socket = connect({ port: service.port('smtp'), host: '127.0.0.1', localAddress: PROXY });
    socket.write('EHLO client.example\r\n');
    const heard: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => heard.push(chunk));
    await once(socket, 'close');
    expect(heard).toEqual([]);
  });

  test('is believed on IMAP and POP3 too, before the TLS handshake', async () => {
    for (const [name, greeting] of [
      ['imaps', /^\* OK/u],
      ['pop3s', /^\+OK/u],
      ['submissions', /^220 /u],
    ] as const) {
      const socket = connect({ port: service.port(name), host: '127.0.0.1', localAddress: PROXY });
      socket.write('PROXY TCP4 203.0.113.43 192.0.2.25 4000 993\r\n');
      const secure = connectTls({ socket, rejectUnauthorized: false });
      const [chunk] = (await once(secure, 'data')) as [Buffer];
      expect(chunk.toString()).toMatch(greeting);
      secure.destroy();
    }
  });

  test('speaks XCLIENT for a client, and for one that it has signed in', async () => {
    const stranger = await swaks(
      'smtp',
      XCLIENT,
      '--xclient-addr',
      '203.0.113.50',
      '--xclient-name',
      'spike.example',
    );
    expect(stranger).toContain('queued as');
    await expect.poll(newestOfAnna).toContain('([203.0.113.50])');
    const tom = [
      '--xclient-addr',
      '203.0.113.51',
      '--xclient-login',
      'tom@server1.com',
      '--from',
      'tom@server1.com',
    ];
    const signedIn = await swaks('submission', XCLIENT, ...tom);
    expect(signedIn).toContain('queued as');
    await expect.poll(newestOfAnna).toContain('([203.0.113.51])');
  });

  test('is not believed from anywhere else', async () => {
    const refused = await swaks('smtp', '127.0.0.1', '--xclient-addr', '203.0.113.52');
    expect(refused).not.toContain('queued as');
  });
});
