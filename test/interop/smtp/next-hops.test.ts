/**
 * Next hops that others wrote, well-behaved and not: Postfix's smtp-sink in every mood, one domain each.
 *
 * One message goes to all of them; its timeline says what became of each recipient, as the console shows it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MessageTimeline } from '../../../src-main/contract/messages.ts';
import { submitWithSwaks } from '../../support/clients.ts';
import { signInToConsole } from '../../support/console-caller.ts';
import { findFreePort, untilListening } from '../../support/free-port.ts';
import { isInstalled } from '../../support/installed.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../../support/service-process.ts';

const SINK = '/usr/sbin/smtp-sink';
const SETTLE_TIMEOUT_MS = 30_000;

interface Mood {
  readonly name: string;
  readonly options: readonly string[];
  readonly kind: 'relayed' | 'deferred' | 'failed';
  /** Of the diagnostic. */
  readonly says: RegExp;
}

const LOST = /the connection in the middle of the session/u;

const MOODS: readonly Mood[] = [
  { name: 'friendly', options: [], kind: 'relayed', says: /^250 2\.0\.0 Ok/u },
  { name: 'without-pipelining', options: ['-p'], kind: 'relayed', says: /^250/u },
  { name: 'without-esmtp', options: ['-e'], kind: 'relayed', says: /^250/u },
  { name: 'without-8bitmime', options: ['-8'], kind: 'relayed', says: /^250/u },
  { name: 'without-enhanced-codes', options: ['-E'], kind: 'relayed', says: /^250/u },
  { name: 'refuses-ehlo', options: ['-f', 'EHLO'], kind: 'relayed', says: /^250/u },
  { name: 'slow', options: ['-w', '1'], kind: 'relayed', says: /^250/u },
  { name: 'refuses-connections', options: ['-f', 'CONNECT'], kind: 'deferred', says: /500 5\.3\.0/u },
  { name: 'busy', options: ['-Q', 'CONNECT'], kind: 'deferred', says: /421/u },
  { name: 'drops-at-connect', options: ['-q', 'CONNECT'], kind: 'deferred', says: LOST },
  { name: 'drops-at-ehlo', options: ['-q', 'EHLO'], kind: 'deferred', says: LOST },
  { name: 'drops-at-mail', options: ['-q', 'MAIL'], kind: 'deferred', says: LOST },
  { name: 'drops-at-rcpt', options: ['-q', 'RCPT'], kind: 'deferred', says: LOST },
  { name: 'drops-at-data', options: ['-q', 'DATA'], kind: 'deferred', says: LOST },
  { name: 'drops-at-dot', options: ['-q', '.'], kind: 'deferred', says: LOST },
  { name: 'leaves-at-mail', options: ['-Q', 'MAIL'], kind: 'deferred', says: /421/u },
  { name: 'leaves-at-rcpt', options: ['-Q', 'RCPT'], kind: 'deferred', says: /421/u },
  { name: 'leaves-at-dot', options: ['-Q', '.'], kind: 'deferred', says: /421/u },
  { name: 'defers-mail', options: ['-r', 'MAIL'], kind: 'deferred', says: /^450 4\.3\.0/u },
  { name: 'greylists', options: ['-r', 'RCPT'], kind: 'deferred', says: /^450 4\.3\.0/u },
  { name: 'defers-data', options: ['-r', 'DATA'], kind: 'deferred', says: /^450 4\.3\.0/u },
  { name: 'defers-dot', options: ['-r', '.'], kind: 'deferred', says: /^450 4\.3\.0/u },
  { name: 'refuses-mail', options: ['-f', 'MAIL'], kind: 'failed', says: /^500 5\.3\.0/u },
  { name: 'refuses-rcpt', options: ['-f', 'RCPT'], kind: 'failed', says: /^500 5\.3\.0/u },
  { name: 'refuses-data', options: ['-f', 'DATA'], kind: 'failed', says: /^500 5\.3\.0/u },
  { name: 'refuses-dot', options: ['-f', '.'], kind: 'failed', says: /^500 5\.3\.0/u },
  // A second later all is written: its 550 and its reset would race with our writing otherwise, and a lost reply means deferred.
  { name: 'aborts-after-content', options: ['-A', '1'], kind: 'failed', says: /^550/u },
];

const addressAt = ({ name }: Mood) => `friend@${name}.example`;

describe.runIf(isInstalled(SINK))('next hops', () => {
  const sinks: ChildProcess[] = [];
  let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
  let service: ServiceProcess;
  let timeline: MessageTimeline;

  beforeAll(async () => {
    const routes = [];
    for (const mood of MOODS) {
      const port = await openSink(mood);
      routes.push({ recipientDomain: `${mood.name}.example`, hosts: [`127.0.0.1:${port}`] });
    }
    folder = await makeWorkFolder({ ...OFFICE, routes });
    service = await startOffice(folder);
    timeline = await sendToAll();
  });

  afterAll(async () => {
    await service.end();
    await folder.remove();
    for (const sink of sinks) sink.kill();
  });

  async function openSink({ name, options }: Mood): Promise<number> {
    const port = await findFreePort();
    const rights = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    const args = [...rights, ...options, '-h', `${name}.example`, `127.0.0.1:${port}`, '16'];
    sinks.push(spawn(SINK, args, { stdio: 'ignore' }));
    await untilListening('127.0.0.1', port);
    return port;
  }

  async function sendToAll(): Promise<MessageTimeline> {
    const tom = { user: 'tom@server1.com', password: 'tom-password' };
    const to = MOODS.map(addressAt).join(',');
    const sent = await submitWithSwaks(service.port('submission'), tom, { to, subject: 'To everybody' });
    expect(sent.code).toBe(0);
    const traceId = /queued as (\w+)/u.exec(sent.output)?.[1] ?? '';
    const { calls, close } = await signInToConsole(service.ready.console, OFFICE.admin);
    const deadline = Date.now() + SETTLE_TIMEOUT_MS;
    for (;;) {
      const read = await calls.messages.timeline({ traceId });
      const attempts = read.events.filter(({ type }) => type === 'attempted');
      if (attempts.length >= MOODS.length || Date.now() > deadline) {
        close();
        return read;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  test.each(MOODS)('one that is $name: $kind', (mood) => {
    const found = timeline.events
      .filter((event) => event.type === 'attempted')
      .find(({ outcome }) => outcome.recipient === addressAt(mood));
    expect(found?.outcome).toMatchObject({ kind: mood.kind, remoteMta: '127.0.0.1' });
    expect(found?.outcome.diagnostic).toMatch(mood.says);
    expect(found?.sessionId).toBeDefined();
  });

  test('what failed is told, and what is deferred waits', () => {
    const failed = MOODS.filter(({ kind }) => kind === 'failed').map(addressAt);
    const told = timeline.events.flatMap((event) => (event.type === 'bounced' ? event.recipients : []));
    expect([...told].sort()).toEqual(failed.sort());
    expect(timeline.events.some(({ type }) => type === 'finished')).toBe(false);
  });
});
