/** The whole server: keys made in the console sign what leaves, as dkimpy finds; a report that comes in by mail is shown. */
import { gzipSync } from 'node:zlib';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

describe.runIf(isRoot && isInstalled('dkimverify'))('an office that signs', () => {
  let offices: TwoOffices;

  beforeAll(async () => {
    offices = await TwoOffices.open();
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
