/** OpenDKIM as a milter behind our screening: what it adds, what it refuses, and what happens when it is gone. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../src-main/base/logger.ts';
import { systemClock } from '../../../src-main/host/system-clock.ts';
import { createMessageScreening } from '../../../src-main/mail/screening/create-message-screening.ts';
import { DEFAULT_SCREENING } from '../../../src-main/mail/screening/default-settings.ts';
import { DnsListDesk } from '../../../src-main/mail/screening/dns-lists/dns-list-desk.ts';
import { testEngine } from '../../../src-main/mail/screening/engines/test-engine.ts';
import { MemoryGreylistStore } from '../../../src-main/mail/screening/greylist/memory-greylist-store.ts';
import { MemorySenderListStore } from '../../../src-main/mail/screening/sender-lists/memory-sender-list-store.ts';
import type { EngineSetting } from '../../../src-main/mail/screening/settings.ts';
import { createTcpConnect } from '../../../src-main/protocol/connection/tcp-connect.ts';
import { findFreePort, untilListening } from '../../support/free-port.ts';
import { isInstalled } from '../../support/installed.ts';
import { ENVELOPE, octetsOfText } from '../../support/screened-message.ts';
import { askPeer, makeKeys, MESSAGES } from '../authentication/peer.ts';
import { textOf } from '../../../src-main/base/finding-texts.ts';

const context = {
  connect: createTcpConnect({ clock: systemClock }),
  clock: systemClock,
  hostname: () => 'mail.server1.com',
};
const [key] = makeKeys();

function screen(engine: EngineSetting, message: string) {
  const nothing = () => Promise.resolve({ kind: 'noSuchName' } as const);
  const screening = createMessageScreening({
    ...context,
    settings: () => ({ ...DEFAULT_SCREENING, dnsLists: [], checksHello: false, engines: [engine] }),
    resolver: { a: nothing, aaaa: nothing, ptr: nothing },
    dnsLists: new DnsListDesk({ resolver: { timedA: nothing }, clock: systemClock }),
    senderLists: new MemorySenderListStore(),
    greylistStore: new MemoryGreylistStore(),
    isOurDomain: () => Promise.resolve(false),
    isVouchedFor: () => Promise.resolve(false),
    furtherChecks: [],
    logger: silentLogger,
  });
  return screening.screenMessage({ ...ENVELOPE, traceId: 'id1' }, octetsOfText(message, 'latin1'));
}

function sign(canonicalization: string): readonly string[] {
  const { text, algorithm } = key ?? { text: '', algorithm: '' };
  const how = { canonicalization, algorithm, key: text, selector: 'rsa', domain: 'server2.com' };
  const cases = MESSAGES.map((message) => ({ do: 'dkim_sign', message, ...how }));
  return askPeer<string>({}, cases);
}

describe.skipIf(!isInstalled('opendkim') || !isInstalled('dkimverify'))('OpenDKIM as a milter', () => {
  let folder: string;
  let milter: ChildProcess;
  let engine: EngineSetting;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'postroom-milter-'));
    writeFileSync(join(folder, 'keys'), `rsa._domainkey.server2.com ${key?.record}\n`);
    const lines = [
      'Mode v',
      'AuthservID filter.example',
      'On-BadSignature reject',
      'AlwaysAddARHeader yes',
      'RequiredHeaders no',
      `TestPublicKeys ${join(folder, 'keys')}`,
    ];
    writeFileSync(join(folder, 'opendkim.conf'), `${lines.join('\n')}\n`);
    const port = await findFreePort();
    const place = ['-f', '-x', join(folder, 'opendkim.conf'), '-p', `inet:${port}@127.0.0.1`];
    milter = spawn('opendkim', place, { stdio: 'ignore' });
    await untilListening('127.0.0.1', port);
    engine = {
      id: 'opendkim',
      kind: 'milter',
      name: 'OpenDKIM',
      isEnabled: true,
      target: { kind: 'tcp', host: '127.0.0.1', port },
      timeoutMs: 10_000,
      maxOctets: 1_000_000,
      whenUnavailable: 'defer',
    };
  });
  afterAll(() => {
    milter.kill();
    rmSync(folder, { recursive: true });
  });

  test('answers the test of the console', async () => {
    expect(await testEngine(engine, context)).toMatchObject({ isWorking: true });
  });

  // The simple form covers every space of a field: it holds only where the milter hears what came.
  test.each(['simple/simple', 'relaxed/relaxed'])('finds signatures good (%s)', async (canonicalization) => {
    for (const message of sign(canonicalization)) {
      const { prefix, refusal } = await screen(engine, message);
      expect(refusal).toBeNull();
      expect(prefix.replaceAll(/\r\n[ \t]+/g, ' ')).toMatch(
        /^Authentication-Results: filter\.example; dkim=pass .*header\.d=server2\.com/m,
      );
      for (const line of prefix.split('\r\n')) expect(line).toMatch(/^(?:[\w-]+: |[ \t]|$)/);
    }
  });

  test('its reject is a refusal that names it', async () => {
    const [signed = ''] = sign('simple/simple');
    const { verdict, refusal } = await screen(engine, `${signed}added\r\n`);
    expect(verdict).toMatchObject({ action: 'reject', decidedBy: expect.stringMatching(/^OpenDKIM\./) });
    expect(refusal?.code).toBe(550);
  });

  test('a field that it would remove is told and stays', async () => {
    const forged = `Authentication-Results: filter.example; dkim=pass\r\n${MESSAGES[0]}`;
    const { verdict, refusal } = await screen(engine, forged);
    expect(refusal).toBeNull();
    const detail = verdict.findings.find(({ check }) => check === 'OpenDKIM')?.detail;
    expect(textOf(detail ?? '')).toContain('would change or remove Authentication-Results');
  });

  test('when it is gone, mail waits or comes in without it, as is chosen', async () => {
    const gone = once(milter, 'exit');
    milter.kill('SIGKILL');
    await gone;
    const deferred = await screen(engine, MESSAGES[0] ?? '');
    expect(deferred.verdict).toMatchObject({ action: 'defer', decidedBy: 'OpenDKIM.unavailable' });
    expect(deferred.refusal?.code).toBe(451);
    const skipped = await screen({ ...engine, whenUnavailable: 'skip' }, MESSAGES[0] ?? '');
    expect(skipped).toMatchObject({ refusal: null, verdict: { action: 'accept' } });
  });
});
