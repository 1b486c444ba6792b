import { expect, test } from 'vitest';
import { ENVELOPE, octetsOfText, PLAIN } from '../../../test/support/screened-message.ts';
import { ManualClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { createMessageAuthenticator } from './authentication/create-message-authenticator.ts';
import { createAuthenticationCheck } from './checks/authentication-check.ts';
import { createMessageScreening } from './create-message-screening.ts';
import { DEFAULT_SCREENING } from './default-settings.ts';
import { DnsListDesk } from './dns-lists/dns-list-desk.ts';
import { MemoryGreylistStore } from './greylist/memory-greylist-store.ts';
import { DNS_BUDGET_MS } from './limits.ts';
import { MemorySenderListStore } from './sender-lists/memory-sender-list-store.ts';

const TURN = () => new Promise((resolve) => setImmediate(resolve));

/** Answers nothing, ever. */
function silentOffice(clock: ManualClock) {
  const silence = () => new Promise<never>(() => undefined);
  const resolver = { mx: silence, a: silence, aaaa: silence, txt: silence, ptr: silence };
  const hostname = () => 'mail.server1.com';
  const isOurDomain = () => Promise.resolve(false);
  const authenticator = createMessageAuthenticator({
    ...{ resolver, clock, hostname },
    randomBytes: (size) => new Uint8Array(size),
  });
  return createMessageScreening({
    ...{ resolver, isOurDomain, clock, hostname, logger: silentLogger },
    settings: () => ({
      ...DEFAULT_SCREENING,
      greylisting: { ...DEFAULT_SCREENING.greylisting, isEnabled: true },
    }),
    dnsLists: new DnsListDesk({ resolver: { timedA: silence }, clock }),
    greylistStore: new MemoryGreylistStore(),
    senderLists: new MemorySenderListStore(),
    isVouchedFor: silence,
    furtherChecks: [createAuthenticationCheck({ authenticator, isOurDomain, obeysDmarc: () => true })],
    connect: () => Promise.reject(new Error('nobody is there')),
  });
}

/** How long the client waits, in milliseconds. */
async function waitFor<T>(clock: ManualClock, work: Promise<T>): Promise<{ tookMs: number; answer: T }> {
  const begun = clock.now();
  let answer: { value: T } | undefined;
  void work.then((value) => (answer = { value }));
  for (;;) {
    for (let turn = 0; turn < 20; turn++) await TURN();
    if (answer !== undefined) return { tookMs: clock.now() - begun, answer: answer.value };
    clock.advance(100);
  }
}

const LINKED = PLAIN.replace(
  '\n\n',
  '\nDKIM-Signature: v=1; a=rsa-sha256; d=server2.com; s=a; h=from; bh=AAAA; b=AAAA\n\nhttp://shop.example/ ',
);

test('a first message under silent name servers waits for the budget, and what nobody could say is a temperror', async () => {
  const clock = new ManualClock();
  const facts = { ...ENVELOPE, traceId: 'first' };
  const screened = silentOffice(clock).screenMessage(facts, octetsOfText(LINKED));
  const { tookMs, answer } = await waitFor(clock, screened);
  expect(tookMs).toBeLessThanOrEqual(DNS_BUDGET_MS);
  expect(answer.refusal).toBeNull();
  const outcomes = answer.verdict.findings.map(({ check, outcome }) => `${check}.${outcome}`);
  expect(outcomes).toContain('spf.temperror');
  expect(outcomes).toContain('dmarc.temperror');
});

test('so does a recipient', async () => {
  const clock = new ManualClock();
  const { tookMs, answer } = await waitFor(clock, silentOffice(clock).screenRecipient(ENVELOPE));
  expect(tookMs).toBeLessThanOrEqual(DNS_BUDGET_MS);
  expect(answer).toBeNull();
});
