/** Foreign SMTP clients against the running service: what they are told is what they understand. */
import { writeFile } from 'node:fs/promises';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runClient } from '../../support/clients.ts';
import { isInstalled } from '../../support/installed.ts';
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

describe.runIf(isInstalled('swaks'))('swaks', () => {
  const swaks = (listener: string, ...args: string[]) =>
    runClient('swaks', [
      '--server',
      '127.0.0.1',
      '--port',
      String(service.port(listener)),
      '--helo',
      'client.example',
      ...args,
    ]);
  const asTom = [
    '--from',
    'tom@server1.com',
    '--auth-user',
    'tom@server1.com',
    '--auth-password',
    'tom-password',
  ];

  test.each([
    ['submission', ['--tls', '--auth', 'PLAIN']],
    ['submission', ['--tls', '--auth', 'LOGIN']],
    ['submission', ['--auth', 'LOGIN']],
    ['submissions', ['--tlsc', '--auth', 'PLAIN']],
    ['submission', ['--tls', '--auth', 'PLAIN', '--pipeline']],
  ])('submits on %s with %j', async (listener, args) => {
    const { code, output } = await swaks(listener, ...args, ...asTom, '--to', 'anna@server1.com');
    expect(output).toMatch(/250 2\.0\.0 Ok: queued as \w+/);
    expect(code).toBe(0);
  });

  test('relays to port 25 with STARTTLS', async () => {
    const { code, output } = await swaks(
      'smtp',
      '--tls',
      '--from',
      'x@elsewhere.example',
      '--to',
      'sales@server1.com',
    );
    expect(output).toContain('queued as');
    expect(code).toBe(0);
  });

  test.each<[title: string, args: string[], expected: { reply: RegExp; code: number }]>([
    ['an unknown recipient', ['--to', 'nobody@server1.com'], { reply: /550 5\.1\.1/, code: 24 }],
    [
      "somebody else's address",
      ['--from', 'anna@server1.com', '--to', 'anna@server1.com'],
      { reply: /553 5\.7\.1/, code: 23 },
    ],
  ])('is told of %s', async (_title, args, expected) => {
    const { code, output } = await swaks('submission', '--tls', '--auth', 'PLAIN', ...asTom, ...args);
    expect(output).toMatch(expected.reply);
    expect(code).toBe(expected.code);
  });

  test('is refused when it would relay to a foreign recipient without signing in', async () => {
    const { code, output } = await swaks(
      'smtp',
      '--tls',
      '--from',
      'x@elsewhere.example',
      '--to',
      'y@third.example',
    );
    expect(output).toMatch(/550 5\.7\.1/);
    expect(code).toBe(24);
  });

  test('is told of a wrong password', async () => {
    const wrong = ['--auth-user', 'tom@server1.com', '--auth-password', 'guess'];
    const { code, output } = await swaks(
      'submissions',
      '--tlsc',
      '--auth',
      'PLAIN',
      ...wrong,
      '--to',
      'anna@server1.com',
    );
    expect(output).toMatch(/535 5\.7\.8/);
    expect(code).toBe(28);
  });
});

describe.runIf(isInstalled('msmtp'))('msmtp', () => {
  test.each(['scram-sha-256', 'plain', 'login'])('signs in with %s', async (auth) => {
    const args = ['--host=127.0.0.1', `--port=${service.port('submission')}`, '--tls=on'];
    const signIn = [`--auth=${auth}`, '--user=tom@server1.com', '--passwordeval=echo tom-password'];
    const ended = await runClient(
      'msmtp',
      [...args, '--tls-certcheck=off', ...signIn, '--from=tom@server1.com', 'anna@server1.com'],
      { input: `Subject: ${auth}\n\n.dot\n` },
    );
    expect(ended).toEqual({ code: 0, output: '' });
  });
});

describe.runIf(isInstalled('curl'))('curl', () => {
  test.each([
    ['smtp', 'submission', ['--ssl-reqd']],
    ['smtps', 'submissions', []],
  ])('uploads a message over %s to %s', async (scheme, listener, args) => {
    const file = folder.path('message.eml');
    await writeFile(
      file,
      'From: tom@server1.com\r\nTo: anna@server1.com\r\nSubject: curl\r\n\r\n.leading dot\r\n',
    );
    const ended = await runClient('curl', [
      '--silent',
      '--show-error',
      '--insecure',
      ...args,
      ...['--url', `${scheme}://127.0.0.1:${service.port(listener)}/client.example`],
      ...['--user', 'tom@server1.com:tom-password', '--mail-from', 'tom@server1.com'],
      ...['--mail-rcpt', 'anna@server1.com', '--mail-rcpt', 'sales@server1.com', '--upload-file', file],
    ]);
    expect(ended).toEqual({ code: 0, output: '' });
  });
});

describe.runIf(isInstalled('python3'))("Python's smtplib", () => {
  test('submits, is told which recipient was refused, and sends a large message', async () => {
    const script = `
import smtplib, ssl, sys
context = ssl._create_unverified_context()
server = smtplib.SMTP('127.0.0.1', ${service.port('submission')}, local_hostname='client.example')
server.starttls(context=context)
server.login('tom@server1.com', 'tom-password')
refused = server.sendmail('tom@server1.com', ['anna@server1.com', 'nobody@server1.com'],
    'Subject: one\\n\\n.dot\\n..dots\\nFrom the start of a line\\n')
assert list(refused) == ['nobody@server1.com'], refused
assert refused['nobody@server1.com'][0] == 550
server.sendmail('tom@server1.com', ['anna@server1.com'], 'Subject: large\\n\\n' + ('x' * 70 + '\\n') * 60000)
try:
    server.sendmail('tom@server1.com', ['anna@server1.com'], 'no header here\\n')
    sys.exit('a malformed message was taken')
except smtplib.SMTPDataError as error:
    assert error.smtp_code == 550 and b'Line 1' in error.smtp_error, error
assert server.verify('anna@server1.com')[0] == 252
server.quit()
`;
    expect(await runClient('python3', ['-'], { input: script })).toEqual({ code: 0, output: '' });
  });
});

describe('nodemailer', () => {
  const transport = (listener: string) =>
    createTransport({
      host: '127.0.0.1',
      port: service.port(listener),
      secure: listener === 'submissions',
      name: 'client.example',
      auth: { user: 'tom@server1.com', pass: 'tom-password' },
      tls: { rejectUnauthorized: false },
    });

  test.each(['submission', 'submissions'])('sends text, HTML and attachments over %s', async (listener) => {
    const sent = await transport(listener).sendMail({
      from: '"Tom (Büro)" <tom@server1.com>',
      to: ['anna@server1.com', '"Sales, all" <sales@server1.com>'],
      bcc: 'tom@server1.com',
      subject: '关于十一月订单的确认',
      text: 'Grüße\n.\n..\n',
      html: '<p>你好</p>',
      attachments: [{ filename: 'figures.bin', content: Buffer.alloc(300_000, 7) }],
    });
    expect(sent.accepted).toEqual(['anna@server1.com', 'sales@server1.com', 'tom@server1.com']);
    expect(sent.response).toMatch(/^250 2\.0\.0 Ok: queued as/);
  });

  test('keeps the good recipients when one is refused', async () => {
    const sent = await transport('submission').sendMail({
      from: 'tom@server1.com',
      to: ['anna@server1.com', 'nobody@server1.com'],
      subject: 'partly',
      text: 'hi',
    });
    expect(sent.accepted).toEqual(['anna@server1.com']);
    expect(sent.rejected).toEqual(['nobody@server1.com']);
  });
});
