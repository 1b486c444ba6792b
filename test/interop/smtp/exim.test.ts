/**
 * Debian's Exim as the other office, in its good and in its bad moods; and as a server that hands mail to us. Every recipient
 * ends in the right state, and the sender is told what is to be told. Needs root, as Exim does.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXIM_PROGRAM } from '../../../scripts/debian-packages.ts';
import type { RecipientOutcome } from '../../../src-main/contract/messages.ts';
import { readWithCurl, runClient, submitWithSwaks } from '../../support/clients.ts';
import { signInToConsole } from '../../support/console-caller.ts';
import { Exim } from '../../support/exim.ts';
import { readDsns } from '../../support/read-dsns.ts';
import { mayRunServer } from '../../support/installed.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../../support/service-process.ts';

const TOM = { user: 'tom@server1.com', password: 'tom-password' };
const ANNA = { user: 'anna@server1.com', password: 'anna-password' };
const PATIENCE = { timeout: 30_000, interval: 100 };

describe.runIf(mayRunServer(EXIM_PROGRAM))('Exim', () => {
  const partners = new Map<string, Exim>();
  let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
  let service: ServiceProcess;

  beforeAll(async () => {
    const moods: Readonly<Record<string, Omit<Parameters<typeof Exim.start>[0], 'domain'>>> = {
      'partner.example': {},
      'greylisting.example': {
        atRcpt: [
          'defer condition = ${if !exists{FOLDER/known}}',
          '      message = Greylisted, try again later',
        ],
      },
      'slow.example': { atRcpt: ['warn delay = 2s'] },
      'small.example': { settings: ['message_size_limit = 20K'] },
      'hangs-up.example': { atRcpt: ['drop local_parts = spammer', '     message = We do not like you'] },
      'tired.example': { settings: ['smtp_accept_max_per_connection = 1'] },
      'broken-tls.example': {
        settings: ['tls_require_ciphers = NONE:+VERS-TLS1.0:+AES-128-CBC:+RSA:+SHA1:+COMP-NULL'],
      },
    };
    for (const [domain, mood] of Object.entries(moods)) {
      partners.set(domain, await Exim.start({ domain, ...mood }));
    }
    folder = await makeWorkFolder({
      ...OFFICE,
      routes: [...partners].map(([recipientDomain, { port }]) => ({
        recipientDomain,
        hosts: [`127.0.0.1:${port}`],
      })),
      queue: { firstRetrySeconds: 1, longestRetrySeconds: 2 },
    });
    service = await startOffice(folder);
  });

  afterAll(async () => {
    await service.end();
    await folder.remove();
    for (const partner of partners.values()) await partner.stop();
  });

  async function submit(to: string, subject: string, body?: string): Promise<string> {
    const sent = await submitWithSwaks(service.port('submission'), TOM, {
      to,
      subject,
      ...(body !== undefined && { body }),
    });
    expect(sent.code).toBe(0);
    return /queued as (\w+)/u.exec(sent.output)?.[1] ?? '';
  }

  async function attempts(traceId: string): Promise<readonly RecipientOutcome[]> {
    const { calls, close } = await signInToConsole(service.ready.console, OFFICE.admin);
    const { events } = await calls.messages.timeline({ traceId });
    close();
    return events.flatMap((event) => (event.type === 'attempted' ? [event.outcome] : []));
  }

  /** What is said of the message when so many attempts have been made. */
  async function untilAttempted(traceId: string, count = 1): Promise<string[]> {
    await expect.poll(async () => (await attempts(traceId)).length, PATIENCE).toBeGreaterThanOrEqual(count);
    return (await attempts(traceId)).map(
      ({ kind, recipient, diagnostic }) => `${kind} ${recipient} ${diagnostic}`,
    );
  }

  const mailOf = (person: string, domain: string) =>
    partners.get(domain)?.mailOf(person) ?? Promise.resolve([]);

  test('takes a message over STARTTLS, octet for octet, and says of each recipient what it thinks', async () => {
    const traceId = await submit(
      'jack@partner.example,nobody@partner.example',
      'Hello',
      'Hi\\n.\\n..\\n.dot\\n',
    );
    expect((await untilAttempted(traceId, 2)).sort()).toEqual([
      expect.stringMatching(/^failed nobody@partner\.example 550 There is no such person here/u),
      expect.stringMatching(/^relayed jack@partner\.example 250 .*OK id=/u),
    ]);
    await expect.poll(() => mailOf('jack', 'partner.example'), PATIENCE).toHaveLength(1);
    const [mail = ''] = await mailOf('jack', 'partner.example');
    expect(mail).toMatch(/by mx\.partner\.example with esmtps\s+\(TLS1\.3\)/u);
    expect(mail).toContain('Hi\n.\n..\n.dot\n');
    const dsns = await readDsns(service.port('imap'), TOM, 1);
    expect(dsns.at(-1)?.status).toEqual([
      expect.objectContaining({ 'reporting-mta': 'dns; mail.server1.com' }),
      expect.objectContaining({
        'final-recipient': 'rfc822; nobody@partner.example',
        action: 'failed',
        status: '5.0.0',
        'diagnostic-code': expect.stringMatching(/^smtp; 550 There is no such person here/u) as string,
      }),
    ]);
  });

  test('that greylists is asked again, and gets the message once', async () => {
    const traceId = await submit('jack@greylisting.example', 'Later');
    expect(await untilAttempted(traceId)).toEqual([
      expect.stringMatching(/^deferred jack@greylisting\.example 451 Greylisted, try again later/u),
    ]);
    await partners.get('greylisting.example')?.leave('known');
    await expect.poll(() => mailOf('jack', 'greylisting.example'), PATIENCE).toHaveLength(1);
    const said = await untilAttempted(traceId, 2);
    expect(said.at(-1)).toMatch(/^relayed jack@greylisting\.example 250 .*OK id=/u);
    expect(said.filter((each) => each.startsWith('relayed'))).toHaveLength(1);
  });

  test('that is slow to answer is waited for', async () => {
    const traceId = await submit('jack@slow.example,jill@slow.example', 'Slowly');
    expect(await untilAttempted(traceId, 2)).toEqual([
      expect.stringMatching(/^relayed jack@slow\.example 250 .*OK id=/u),
      expect.stringMatching(/^relayed jill@slow\.example 250 .*OK id=/u),
    ]);
  });

  test('is not asked to take more than its SIZE', async () => {
    const traceId = await submit('jack@small.example', 'Large', 'x'.repeat(70).concat('\\n').repeat(500));
    expect(await untilAttempted(traceId)).toEqual([
      expect.stringMatching(/^failed jack@small\.example The message has \d+ octets; the host takes 20480$/u),
    ]);
    const dsns = await readDsns(service.port('imap'), TOM, 2);
    expect(dsns.at(-1)?.status[1]).toMatchObject({
      'final-recipient': 'rfc822; jack@small.example',
      status: '5.3.4',
    });
  });

  test('that hangs up on one recipient gets the message for the others', async () => {
    const traceId = await submit(
      'jack@hangs-up.example,spammer@hangs-up.example,jill@hangs-up.example',
      'Three',
    );
    await expect.poll(() => mailOf('jack', 'hangs-up.example'), PATIENCE).toHaveLength(1);
    await expect.poll(() => mailOf('jill', 'hangs-up.example'), PATIENCE).toHaveLength(1);
    const said = await untilAttempted(traceId, 3);
    expect(said.filter((each) => each.startsWith('failed'))).toEqual([
      expect.stringMatching(/^failed spammer@hangs-up\.example 550 We do not like you/u),
    ]);
  });

  test('that says 421 to the second message of a session gets it in another one', async () => {
    const letters = 5;
    for (let letter = 0; letter < letters; letter++) await submit('jack@tired.example', `Letter ${letter}`);
    await expect.poll(async () => (await mailOf('jack', 'tired.example')).length, PATIENCE).toBe(letters);
    const subjects = (await mailOf('jack', 'tired.example')).map(
      (mail) => /^Subject: (.*)$/mu.exec(mail)?.[1],
    );
    expect(subjects.sort()).toEqual(Array.from({ length: letters }, (_, letter) => `Letter ${letter}`));
  });

  test('that offers STARTTLS and cannot do it gets the message in clear text, as nothing more was asked for', async () => {
    const traceId = await submit('jack@broken-tls.example', 'Clear');
    expect((await untilAttempted(traceId)).at(-1)).toMatch(/^relayed jack@broken-tls\.example 250 .*OK id=/u);
    await expect.poll(() => mailOf('jack', 'broken-tls.example'), PATIENCE).toHaveLength(1);
    expect((await mailOf('jack', 'broken-tls.example'))[0]).toMatch(/with esmtp \(Exim/u);
  });

  test('hands us a message over STARTTLS, and tells its sender whom we do not have', async () => {
    const sender = await Exim.start({ domain: 'sender.example', nextHopPort: service.port('smtp') });
    const letter = ['--to', 'anna@server1.com,unknown@server1.com', '--h-Subject', 'From Exim'];
    const body = ['--body', 'Hi\\n.\\n..\\n.dot\\n'];
    const from = ['--server', `127.0.0.1:${sender.port}`, '--from', 'jill@sender.example'];
    expect((await runClient('swaks', [...from, ...letter, ...body])).code).toBe(0);
    const read = async () =>
      (await readWithCurl(`imaps://127.0.0.1:${service.port('imaps')}/INBOX;MAILINDEX=1`, ANNA)).output;
    await expect.poll(read, PATIENCE).toContain('Subject: From Exim');
    const arrived = await read();
    expect(arrived).toMatch(/Received: from mx\.sender\.example .*\s+\(using TLSv1\.3/u);
    expect(arrived).toContain('Hi\r\n.\r\n..\r\n.dot\r\n');
    await expect.poll(() => sender.mailOf('jill'), PATIENCE).toHaveLength(1);
    expect((await sender.mailOf('jill'))[0]).toMatch(/unknown@server1\.com\s[\s\S]*550 5\.1\.1/u);
    await sender.stop();
  });
});
