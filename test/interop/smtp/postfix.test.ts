/** Debian's Postfix as the other office: takes mail from us over STARTTLS, and hands mail to us. Needs root, as Postfix does. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readWithCurl, runClient, submitWithSwaks } from '../../support/clients.ts';
import { signInToConsole } from '../../support/console-caller.ts';
import { Postfix } from '../../support/postfix.ts';
import { mayRunServer } from '../../support/installed.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../../support/service-process.ts';

const TOM = { user: 'tom@server1.com', password: 'tom-password' };

describe.runIf(mayRunServer('/usr/sbin/postfix'))('Postfix', () => {
  let partner: Postfix;
  let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
  let service: ServiceProcess;

  beforeAll(async () => {
    partner = await Postfix.start({
      domain: 'partner.example',
      people: ['jack', 'later'],
      settings: {
        message_size_limit: '100000',
        smtpd_recipient_restrictions:
          'check_recipient_access inline:{{later@partner.example=450 4.7.1 Greylisted}}',
      },
    });
    const hosts = [`127.0.0.1:${partner.port}`];
    folder = await makeWorkFolder({
      ...OFFICE,
      routes: [{ recipientDomain: 'partner.example', hosts, tls: 'required' }],
    });
    service = await startOffice(folder);
  });

  afterAll(async () => {
    await service.end();
    await folder.remove();
    await partner.stop();
  });

  async function submit(to: string, subject: string, body?: string): Promise<string> {
    const letter = { to, subject, ...(body !== undefined && { body }) };
    const sent = await submitWithSwaks(service.port('submission'), TOM, letter);
    expect(sent.code).toBe(0);
    return /queued as (\w+)/u.exec(sent.output)?.[1] ?? '';
  }

  /** What became of each recipient, as soon as all have been tried. */
  async function outcomesOf(traceId: string, recipients: number): Promise<string[]> {
    const { calls, close } = await signInToConsole(service.ready.console, OFFICE.admin);
    let found: string[] = [];
    await expect
      .poll(
        async () => {
          const { events } = await calls.messages.timeline({ traceId });
          found = events.flatMap((event) =>
            event.type === 'attempted'
              ? [`${event.outcome.recipient} ${event.outcome.kind} ${event.outcome.diagnostic}`]
              : [],
          );
          return found.length;
        },
        { timeout: 20_000 },
      )
      .toBeGreaterThanOrEqual(recipients);
    close();
    return found;
  }

  test('takes a message over STARTTLS, and says of each recipient what it thinks', async () => {
    const dots = 'Hi\\n.\\n..\\n.dot\\n';
    const traceId = await submit(
      'jack@partner.example,nobody@partner.example,later@partner.example',
      'Hello',
      dots,
    );
    expect((await outcomesOf(traceId, 3)).sort()).toEqual([
      expect.stringMatching(/^jack@partner\.example relayed 250 2\.0\.0 Ok: (?:\d+ bytes )?queued as/u),
      expect.stringMatching(/^later@partner\.example deferred 450 4\.7\.1 .*Greylisted/u),
      expect.stringMatching(/^nobody@partner\.example failed 550 5\.1\.1 .*User unknown/u),
    ]);
    await expect.poll(() => partner.mailOf('jack'), { timeout: 20_000 }).toHaveLength(1);
    const [mail = ''] = await partner.mailOf('jack');
    expect(mail).toMatch(/^Received: from mail\.server1\.com .*\n.* with ESMTPS id/mu);
    expect(mail).toContain('Hi\n.\n..\n.dot\n');
    expect(await partner.log()).not.toContain('improper command');
  });

  test('is not asked to take more than its SIZE', async () => {
    const traceId = await submit('jack@partner.example', 'Large', 'x'.repeat(70).concat('\\n').repeat(1500));
    expect(await outcomesOf(traceId, 1)).toEqual([
      expect.stringMatching(
        /^jack@partner\.example failed The message has \d+ octets; the host takes 100000$/u,
      ),
    ]);
  });

  test('hands us a message, over STARTTLS', async () => {
    const port = service.port('smtp');
    const sender = await Postfix.start({
      domain: 'sender.example',
      people: ['jill'],
      settings: { transport_maps: `inline:{{server1.com=smtp:[127.0.0.1]:${port}}}` },
    });
    const letter = [
      '--from',
      'jill@sender.example',
      '--to',
      'anna@server1.com',
      '--h-Subject',
      'From Postfix',
    ];
    const handed = await runClient('swaks', ['--server', `127.0.0.1:${sender.port}`, ...letter]);
    expect(handed.code).toBe(0);
    const anna = { user: 'anna@server1.com', password: 'anna-password' };
    const read = async () =>
      (await readWithCurl(`imaps://127.0.0.1:${service.port('imaps')}/INBOX;MAILINDEX=1`, anna)).output;
    await expect.poll(read, { timeout: 20_000 }).toContain('Subject: From Postfix');
    expect(await read()).toMatch(/Received: from mx\.sender\.example .*\s+\(using TLSv1\.3/u);
    await sender.stop();
  });
});
