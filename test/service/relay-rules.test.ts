/**
 * Relay rules as devices and strangers meet them: a service with rules, a partner's service behind it, swaks without AUTH from
 * addresses of its own (127.0.0.0/8 is all this machine).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionEvent, SelfTestEvent } from '../../src-main/contract/relay.ts';
import { readWithCurl, runClient, submitWithSwaks, type Ran } from '../support/clients.ts';
import { signInToConsole, type ConsoleCaller } from '../support/console-caller.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../support/service-process.ts';

const PRINTER = '127.0.0.40';
const EXPIRED = '127.0.0.41';
const SMALL = '127.0.0.42';
const SLOW = '127.0.0.43';
const BARRED = '127.0.0.44';
const ARCHIVED = '127.0.0.45';
const STRANGER = '127.0.0.99';
const JACK = { user: 'jack@partner.example', password: 'jack-password' };
const TOM = { user: 'tom@server1.com', password: 'tom-password' };
const ARRIVAL_TIMEOUT_MS = 20_000;

type Folder = Awaited<ReturnType<typeof makeWorkFolder>>;

describe('relay rules', () => {
  const folders: Folder[] = [];
  let partner: ServiceProcess;
  let office: ServiceProcess;
  let desk: ConsoleCaller;

  beforeAll(async () => {
    partner = await open({
      hostname: 'mail.partner.example',
      domains: [{ name: 'partner.example', accounts: [{ localPart: 'jack', password: JACK.password }] }],
      security: { allowCleartextAuth: true },
    });
    office = await open({ ...OFFICE, ...rulesFor(partner.port('smtp')) });
    desk = await signInToConsole(office.ready.console, OFFICE.admin);
  });

  afterAll(async () => {
    desk?.close();
    await office?.end();
    await partner?.end();
    for (const folder of folders) await folder.remove();
  });

  async function open(provision: object): Promise<ServiceProcess> {
    const folder = await makeWorkFolder(provision);
    folders.push(folder);
    return startOffice(folder);
  }

  function swaks(from: string, more: readonly string[], listener = 'smtp'): Promise<Ran> {
    const target = ['--server', `127.0.0.1:${office.port(listener)}`, '--local-interface', from];
    const envelope = ['--from', 'scanner@server1.com', '--to', JACK.user];
    return runClient('swaks', [...target, ...envelope, ...more]);
  }

  async function arrival(subject: string): Promise<string> {
    const url = `imaps://127.0.0.1:${partner.port('imaps')}/INBOX`;
    const deadline = Date.now() + ARRIVAL_TIMEOUT_MS;
    for (;;) {
      const { output } = await readWithCurl(`${url}?SUBJECT%20${subject}`, JACK);
      const number = /\* SEARCH (\d+)/u.exec(output)?.[1];
      if (number !== undefined) return (await readWithCurl(`${url};MAILINDEX=${number}`, JACK)).output;
      if (Date.now() > deadline) throw new Error(`${subject} never arrived: ${output}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  it.each(['smtp', 'submission'])(
    'let the printer send elsewhere without signing in by %s',
    async (listener) => {
      const { code, output } = await swaks(
        PRINTER,
        ['--data', `Subject: scan-${listener}\n\npage 1\n`],
        listener,
      );
      expect(output).toContain('250 2.0.0 Ok: queued as');
      expect(code).toBe(0);
      const text = await arrival(`scan-${listener}`);
      expect(text).toMatch(/^Date: /mu);
      expect(text).toMatch(/^Message-ID: </mu);
      expect(text).toMatch(/^From: scanner@server1\.com/mu);
      const { items } = await desk.calls.messages.list({ text: `scan-${listener}` });
      const timeline = await desk.calls.messages.timeline({ traceId: items[0]?.traceId ?? '' });
      expect(timeline.events).toContainEqual(
        expect.objectContaining({ type: 'received', rules: ['printer'] }),
      );
    },
  );

  it('refuse a stranger on 25, and ask one on 587 to sign in', async () => {
    const reception = await swaks(STRANGER, ['--quit-after', 'RCPT']);
    expect(reception.output).toContain(
      '550 5.7.1 Relaying denied: jack@partner.example is not in a domain of this server (rule "Everything else is refused")',
    );
    expect((await swaks(STRANGER, [], 'submission')).output).toContain('530 5.7.0');
  });

  it('refuse the printer whose time is over', async () => {
    expect((await swaks(EXPIRED, ['--quit-after', 'RCPT'])).output).toContain('550 5.7.1 Relaying denied');
    expect((await swaks(EXPIRED, [], 'submission')).output).toContain('530 5.7.0');
  });

  it('bound the size of what a device sends', async () => {
    const { output } = await swaks(SMALL, ['--body', 'x'.repeat(5000)]);
    expect(output).toContain('552 5.3.4 The message is larger than 4000 octets (rule "small")');
    expect((await swaks(SMALL, ['--body', 'small'])).code).toBe(0);
  });

  it('bound how many messages a device sends', async () => {
    expect((await swaks(SLOW, [])).code).toBe(0);
    expect((await swaks(SLOW, [])).code).toBe(0);
    expect((await swaks(SLOW, [])).output).toContain(
      '450 4.7.1 More than 2 messages in an hour, try later (rule "slow")',
    );
  });

  it('keep a client from our own recipients too', async () => {
    const { output } = await swaks(BARRED, ['--to', TOM.user]);
    expect(output).toContain('550 5.7.1 Not from that machine (rule "barred")');
  });

  it('lead through their route, though nothing else leaves', async () => {
    expect((await swaks(ARCHIVED, ['--h-Subject', 'archived'])).code).toBe(0);
    expect(await arrival('archived')).toContain('by mail.partner.example');
    const sent = await submitWithSwaks(office.port('submission'), TOM, {
      to: 'x@nowhere.example',
      subject: 'no way',
    });
    expect(sent.output).toContain('550 5.7.1');
  });

  it('answer the try-out as they decide on mail', async () => {
    const ask = (client: string) =>
      desk.calls.relay.tryOut({ client, from: 'scanner@server1.com', to: JACK.user });
    expect(await ask(PRINTER)).toMatchObject({
      isAccepted: true,
      rule: 'printer',
      mayUseSubmission: true,
      destination: { kind: 'relay', by: 'route', route: 'partner', hosts: [{ host: '127.0.0.1' }] },
    });
    expect(await ask(STRANGER)).toMatchObject({
      isAccepted: false,
      rule: 'Everything else is refused',
      reply: expect.stringMatching(/^550 5\.7\.1 Relaying denied/u),
    });
    const asTom = { client: STRANGER, account: TOM.user, from: 'anna@server1.com', to: JACK.user };
    expect(await desk.calls.relay.tryOut(asTom)).toMatchObject({ isAccepted: false, decidedBy: 'sender' });
  });

  it('keep every trick out, as the self-test finds', async () => {
    const events: SelfTestEvent[] = [];
    for await (const event of await desk.calls.relay.selfTest()) events.push(event);
    const rows = events.flatMap((event) => (event.type === 'row' ? [event.row] : []));
    expect(rows.length).toBeGreaterThanOrEqual(20);
    expect(rows.filter(({ verdict }) => verdict !== 'refused')).toEqual([]);
    expect(rows.every(({ lines }) => lines.length >= 2)).toBe(true);
    expect(events.at(-1)).toEqual({ type: 'done', isOpenRelay: false, refused: rows.length, unknown: 0 });
  });

  it('are not mistaken for an open relay where one lets this machine send', async () => {
    const setUp = await readSetUp();
    const here = { kind: 'networks', networks: ['127.0.0.1'] } as const;
    const rule = {
      name: 'here',
      isEnabled: true,
      clients: here,
      recipients: { kind: 'anywhere' },
      action: { kind: 'route', route: 'partner' },
    } as const;
    await desk.calls.relay.changeRules({ revision: setUp.revision, rules: [rule, ...setUp.rules] });
    const events: SelfTestEvent[] = [];
    for await (const event of await desk.calls.relay.selfTest()) events.push(event);
    expect(events[0]).toMatchObject({ type: 'begun', allowingRule: 'here' });
    expect(events).toContainEqual(
      expect.objectContaining({ row: expect.objectContaining({ trick: 'plain', verdict: 'allowedByRule' }) }),
    );
    expect(events.at(-1)).toMatchObject({ isOpenRelay: false });
    await desk.calls.relay.changeRules({ revision: (await readSetUp()).revision, rules: setUp.rules });
  });

  it('are not saved where they would make an open relay, nor over somebody else’s change', async () => {
    const { revision, rules } = await readSetUp();
    const anyone = {
      name: 'all',
      isEnabled: true,
      clients: { kind: 'anyone' },
      recipients: { kind: 'anywhere' },
      action: { kind: 'accept' },
    } as const;
    await expect(desk.calls.relay.changeRules({ revision, rules: [...rules, anyone] })).rejects.toMatchObject(
      {
        code: 'INVALID_RULE',
        data: { index: rules.length, field: 'clients', fault: 'openRelay', value: 'anyone' },
      },
    );
    await expect(desk.calls.relay.changeRules({ revision: 'stale', rules })).rejects.toMatchObject({
      data: { reason: 'changedMeanwhile' },
    });
    expect((await readSetUp()).rules).toEqual(rules);
  });

  it('keep their routes from going, and passwords from being shown', async () => {
    const { revision, routes } = await readSetUp();
    await expect(desk.calls.relay.changeRouting({ revision, routes: [] })).rejects.toMatchObject({
      code: 'INVALID_RULE',
      data: { fault: 'noSuchRoute', value: 'archive' },
    });
    expect(JSON.stringify(routes)).not.toContain('route-password');
    expect(routes.map(({ hasPassword }) => hasPassword)).toEqual([false, false, true]);
  });

  it('show the way to a host step by step', async () => {
    const events: ConnectionEvent[] = [];
    const host = `127.0.0.1:${partner.port('submission')}`;
    const test = {
      kind: 'hosts',
      hosts: [host],
      tls: 'required',
      verifyCertificate: false,
      ...JACK,
    } as const;
    for await (const event of await desk.calls.relay.testConnection(test)) events.push(event);
    const steps = events.flatMap((event) => (event.type === 'step' ? [event.step] : []));
    expect(steps).toEqual(['dns', 'connect', 'greeting', 'hello', 'tls', 'signIn', 'close']);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'certificate',
        certificate: expect.objectContaining({ isVerified: false, subject: 'mail.partner.example' }),
      }),
    );
    expect(events.at(-1)).toMatchObject({ type: 'done', isOk: true });
    const strict: ConnectionEvent[] = [];
    for await (const event of await desk.calls.relay.testConnection({ ...test, verifyCertificate: true }))
      strict.push(event);
    expect(strict.at(-1)).toMatchObject({
      isOk: false,
      step: 'tls',
      problem: { diagnostic: expect.stringContaining('not in order') },
    });
  });

  async function readSetUp() {
    for await (const event of await desk.calls.relay.watch()) {
      if (event.type === 'snapshot') return event.snapshot;
    }
    throw new Error('no snapshot');
  }
});

function rulesFor(partnerPort: number) {
  const hosts = [`127.0.0.1:${partnerPort}`];
  const accept = { recipients: 'anywhere', action: 'accept' };
  return {
    relay: { mode: 'off' },
    routes: [
      { name: 'partner', recipientDomain: 'partner.example', hosts },
      { name: 'archive', recipientDomain: 'archive.example', hosts },
      { name: 'secret', recipientDomain: 'secret.example', hosts, user: 'u', password: 'route-password' },
    ],
    relayRules: [
      { name: 'printer', client: { network: PRINTER }, ...accept },
      { name: 'expired', client: { network: EXPIRED }, ...accept, expiresAt: '2020-01-01T00:00:00Z' },
      { name: 'small', client: { network: SMALL }, ...accept, maxOctets: 4000 },
      { name: 'slow', client: { network: SLOW }, ...accept, messagesPerHour: 2 },
      {
        name: 'barred',
        client: { network: BARRED },
        recipients: 'ours',
        action: { refuse: 'Not from that machine' },
      },
      {
        name: 'archived',
        client: { network: ARCHIVED },
        recipients: 'anywhere',
        action: { route: 'archive' },
      },
      { name: 'staff', client: 'signed-in', ...accept },
    ],
  };
}
