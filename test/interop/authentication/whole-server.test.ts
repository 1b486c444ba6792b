/** The whole server: keys made in the console sign what leaves, as dkimpy finds; a report that comes in by mail is shown. */
import { gzipSync } from 'node:zlib';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runPython } from '../../support/clients.ts';
import { signInToConsole } from '../../support/console-caller.ts';
import { isInstalled } from '../../support/installed.ts';
import { ADMIN, isRoot, TwoOffices, until } from '../../support/two-offices.ts';
import { askPeer } from './peer.ts';

const REPORT = `<feedback><report_metadata><org_name>google.com</org_name><report_id>7</report_id>
<date_range><begin>${Math.floor(Date.now() / 1000) - 90_000}</begin><end>${Math.floor(Date.now() / 1000) - 4_000}</end></date_range>
</report_metadata><policy_published><domain>server1.com</domain><p>none</p></policy_published>
<record><row><source_ip>192.0.2.9</source_ip><count>3</count><policy_evaluated><disposition>none</disposition>
<dkim>fail</dkim><spf>fail</spf></policy_evaluated></row><identifiers><header_from>server1.com</header_from></identifiers>
<auth_results><spf><domain>spam.example</domain><result>none</result></spf></auth_results></record></feedback>`;

/** A message from an address that a trusted proxy names; answers what the server said. */
function sendAs(
  address: string,
  server: string,
  { from, to, subject }: { from: string; to: string; subject: string },
): Promise<string> {
  const lines = [
    `XCLIENT ADDR=${address} NAME=mail.bank.example`,
    'EHLO mail.bank.example',
    `MAIL FROM:<${from}>`,
    `RCPT TO:<${to}>`,
    'DATA',
    `From: ${from}\r\nTo: ${to}\r\nSubject: ${subject}\r\nDate: Mon, 05 Jan 2026 10:00:00 +0000\r\nMessage-ID: <1@bank.example>\r\n\r\nHello\r\n.`,
    'QUIT',
  ];
  const script = `${lines.join('\n')}\n`;
  return runPython(SEND_LINES, [server, script]).then(({ output }) => output);
}

/** One line at a time, each after the reply to the one before. */
const SEND_LINES = `
import socket, sys
server, script = sys.argv[1:]
with socket.create_connection((server, 25), timeout=30) as connection:
    stream = connection.makefile('rwb')
    def reply():
        while True:
            line = stream.readline().decode()
            print(line, end='')
            if line[3:4] != '-': return
    reply()
    stream.write(b'EHLO localhost\\r\\n'); stream.flush(); reply()
    body = script.replace('\\r\\n', '\\0').split('\\n')
    for line in body:
        if line == '': continue
        stream.write(line.replace('\\0', '\\r\\n').encode() + b'\\r\\n'); stream.flush(); reply()
`;

describe.runIf(isRoot && isInstalled('dkimverify'))('an office that signs', () => {
  let offices: TwoOffices;

  beforeAll(async () => {
    offices = await TwoOffices.open({ security: { trustedProxies: { xclient: ['127.0.0.0/8'] } } });
  });
  afterAll(() => offices.close());

  test('signs with the keys that were made by one call, once DNS has them', async () => {
    const { dns, server1, server2, anna, jack } = offices;
    const { calls, close } = await signInToConsole(server1.service.ready.console, ADMIN);
    await calls.signing.makeKeys({ domain: 'server1.com' });
    const [domain] = await calls.setup.dnsRecords();
    const keys = domain?.records.filter(({ purpose }) => purpose === 'dkim') ?? [];
    expect(keys).toHaveLength(2);
    dns.zone = {
      ...dns.zone,
      ...Object.fromEntries(keys.map(({ name, value }) => [name, { TXT: [value ?? ''] }])),
    };
    await calls.signing.check({ domain: 'server1.com' });
    close();
    expect((await server1.submit(anna, jack.user, 'Signed')).code).toBe(0);
    const mail = await offices.arrives(jack, server2, 'Signed');
    const message = mail.slice(mail.indexOf('Return-Path:')).replace(/\r?\n/g, '\r\n');
    expect(message.match(/^DKIM-Signature:/gm)).toHaveLength(2);
    expect(askPeer(dns.zone, [{ do: 'dkim_verify', message, signatures: 2 }])).toEqual([[true, true]]);
  });

  test('seals what it passes on, with what it found (RFC 8617 §5.1)', async () => {
    const { dns, server1, server2, jack } = offices;
    dns.zone = { ...dns.zone, 'bank.example': { TXT: ['v=spf1 ip4:203.0.113.0/24 -all'] } };
    const sent = await sendAs('203.0.113.7', server1.address, {
      from: 'info@bank.example',
      to: 'friends@server1.com',
      subject: 'Passed on',
    });
    expect(sent).toMatch(/^250/m);
    const mail = await offices.arrives(jack, server2, 'Passed on');
    const copy = mail.slice(mail.lastIndexOf('Return-Path:', mail.indexOf('Subject: Passed on')));
    const message = copy.replace(/\r?\n/g, '\r\n');
    expect(message).toMatch(/ARC-Authentication-Results: i=1; mail\.server1\.com;\r\n\tspf=pass/);
    expect(message).not.toMatch(/^DKIM-Signature:/m);
    expect(askPeer(dns.zone, [{ do: 'arc_verify', message }])).toEqual([['pass', 'success']]);
  });

  test('shows what a report in the mail says, and leaves it in the mailbox', async () => {
    const { server1, tom } = offices;
    const { calls, close } = await signInToConsole(server1.service.ready.console, ADMIN);
    const settings = { sendsDmarc: true, sendsTls: true, rotateAfterDays: 365 };
    await calls.reports.changeSettings({ ...settings, addresses: [tom.user] });
    const transport = createTransport({
      host: server1.address,
      port: 25,
      tls: { rejectUnauthorized: false },
    });
    await transport.sendMail({
      from: 'noreply@google.example',
      to: tom.user,
      subject: 'Report Domain: server1.com',
      attachments: [{ filename: 'google.com!server1.com!1!2.xml.gz', content: gzipSync(REPORT) }],
    });
    await until(async () => {
      const feed = await calls.reports.watchDmarc({ domain: 'server1.com', days: 30 });
      const first = await feed[Symbol.asyncIterator]().next();
      const sources =
        first.done !== true && first.value.type === 'snapshot' ? first.value.snapshot.sources : [];
      return sources.some(({ address, messages }) => address === '192.0.2.9' && messages === 3);
    }, 'the report on the page');
    close();
    expect(await offices.arrives(tom, server1, 'Report Domain: server1.com')).toContain('google.com!server1');
  });
});
