import { describe, expect, it } from 'vitest';
import { ADDRESS, DOMAIN, healthFacts, HOST, silentTools } from '../../test/support/health-scene.ts';
import { memoryRecords } from '../../test/support/memory-records.ts';
import { ManualClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { textRecord } from './checks/found-records.ts';
import type { WantedRecord } from './facts.ts';
import { HEALTH_CHECKS } from './checks/index.ts';
import { CHECK_TIMEOUT_MS, CHECKS_AT_ONCE, MOST_SILENCES } from './limits.ts';
import type { HealthCheck } from './port.ts';
import { planUnits, runChecks, type RunOptions, type UnitResult } from './run-checks.ts';
import { withoutSilence } from './run-tools.ts';
import { tell } from './finding-words.ts';
import { QUESTIONS } from '../base/health-words/questions.ts';

function checkOf(run: HealthCheck['run'], about: HealthCheck['about'] = 'server'): HealthCheck {
  return { id: 'disk', card: 'safe', about, run };
}

const GOOD = [{ state: 'ok', text: tell('diskRoom', { free: '1' }) }] as const;

function runAll(checks: readonly HealthCheck[], change: Partial<RunOptions> = {}) {
  const results: UnitResult[] = [];
  const clock = new ManualClock();
  const facts = healthFacts();
  const done = runChecks({
    units: planUnits(checks, [DOMAIN, 'second.example'], true),
    tools: silentTools({ dns: memoryRecords(() => ({ [HOST]: { A: [ADDRESS] } })) }),
    ...{ facts, clock, logger: silentLogger, signal: new AbortController().signal },
    ports: { mx: 25, nameServer: 53 },
    onResult: (result) => results.push(result),
    ...change,
  });
  return { results, done, clock };
}

/** What Setup would have published. */
function wantedBy(domain: string): readonly WantedRecord[] {
  return ['spf', 'dmarc', 'tlsReports', 'receive'].map((purpose) => ({
    domain,
    purpose,
    record: textRecord(domain, purpose),
  }));
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('the table of checks', () => {
  it('asks each question once, and each has words', () => {
    const ids = HEALTH_CHECKS.map(({ id }) => id);
    expect([...ids].sort()).toEqual(Object.keys(QUESTIONS).sort());
  });

  it('asks domains about themselves, and the server once', () => {
    const units = planUnits(HEALTH_CHECKS, ['a.example', 'b.example'], true);
    const byDomain = HEALTH_CHECKS.filter(({ about }) => about === 'domain').length;
    expect(units).toHaveLength(2 * byDomain + (HEALTH_CHECKS.length - byDomain));
    expect(planUnits(HEALTH_CHECKS, ['a.example'], false)).toHaveLength(byDomain);
  });
});

describe('a run', () => {
  it('gives every finding its check, subject and evidence', async () => {
    const check = checkOf(async ({ dns }, domain) => {
      await dns.ask(HOST, 'A');
      return [{ ...GOOD[0], ...(domain === DOMAIN && { subject: 'its own' }) }];
    }, 'domain');
    const { results, done } = runAll([check]);
    await done;
    expect(results.map(({ findings }) => findings[0])).toMatchObject([
      { check: 'disk', card: 'safe', subject: 'its own', expected: [], fixes: [] },
      { subject: 'second.example', evidence: [{ question: `A ${HOST}`, answer: `${ADDRESS} (TTL 2220)` }] },
    ]);
  });

  it('goes on where a check fails or throws at once: it could not be determined', async () => {
    const { results, done } = runAll([
      checkOf(() => Promise.reject(new Error('broken'))),
      checkOf(() => {
        throw new Error('broken');
      }),
      checkOf(() => Promise.resolve(GOOD)),
    ]);
    await done;
    expect(results.map(({ findings }) => [findings[0]?.state, findings[0]?.text.code])).toEqual(
      expect.arrayContaining([
        ['undetermined', 'failedItself'],
        ['undetermined', 'failedItself'],
        ['ok', 'diskRoom'],
      ]),
    );
  });

  it('gives nobody more than their time', async () => {
    const { results, done, clock } = runAll([checkOf(() => new Promise(() => undefined))]);
    await settle();
    clock.advance(CHECK_TIMEOUT_MS - 1);
    await settle();
    expect(results).toEqual([]);
    clock.advance(1);
    await done;
    expect(results[0]?.findings).toMatchObject([{ state: 'undetermined', text: { code: 'tookTooLong' } }]);
  });

  it('keeps what was asked until the time was over', async () => {
    const check = checkOf(async ({ dns }) => {
      await dns.ask(HOST, 'A');
      return new Promise(() => undefined);
    });
    const { results, done, clock } = runAll([check]);
    await settle();
    clock.advance(CHECK_TIMEOUT_MS);
    await done;
    expect(results[0]?.findings[0]?.evidence).toHaveLength(1);
  });

  it('has a bounded number of checks under way', async () => {
    let most = 0;
    let now = 0;
    const check = checkOf(async () => {
      most = Math.max(most, ++now);
      await settle();
      now--;
      return GOOD;
    });
    const { results, done } = runAll(Array.from({ length: 3 * CHECKS_AT_ONCE }, () => check));
    await done;
    expect(most).toBe(CHECKS_AT_ONCE);
    expect(results).toHaveLength(3 * CHECKS_AT_ONCE);
  });

  it('that is given up waits for nobody and begins nothing more', async () => {
    const stop = new AbortController();
    let begun = 0;
    const check = checkOf(() => {
      begun++;
      return new Promise(() => undefined);
    });
    const { results, done } = runAll(
      Array.from({ length: 2 * CHECKS_AT_ONCE }, () => check),
      { signal: stop.signal },
    );
    await settle();
    stop.abort();
    await done;
    expect(begun).toBe(CHECKS_AT_ONCE);
    expect(results).toEqual([]);
  });

  it('asks the same thing once, whoever wants to know', async () => {
    let asked = 0;
    const dns = memoryRecords(() => ({ [HOST]: { A: [ADDRESS] } }));
    const counting = { ...dns, ask: ((name, type) => (asked++, dns.ask(name, type))) as typeof dns.ask };
    const check = checkOf(async (tools) => {
      await tools.dns.ask(HOST, 'A');
      return GOOD;
    });
    const { results, done } = runAll([check, check, check], { tools: silentTools({ dns: counting }) });
    await done;
    expect(asked).toBe(1);
    expect(results.map(({ findings }) => findings[0]?.evidence.length)).toEqual([1, 1, 1]);
  });

  it('over everything, without a network, is red nowhere but for what this machine knows of itself', async () => {
    const { results, done } = runAll(HEALTH_CHECKS, { tools: silentTools() });
    await done;
    const findings = results.flatMap((result) => result.findings);
    const red = findings.filter(({ state, card }) => state === 'error' && card !== 'safe');
    // Mail that is not signed is known without asking anybody.
    expect(red.map(({ text }) => text.code)).toEqual(['dkimNone', 'dkimNone']);
    expect(findings.filter(({ state }) => state === 'undetermined').length).toBeGreaterThan(25);
  });

  it('believes no resolver that says of every name that there is none', async () => {
    const { results, done } = runAll(HEALTH_CHECKS, {
      tools: silentTools({ dns: memoryRecords(() => ({})) }),
    });
    await done;
    const findings = results.flatMap((result) => result.findings);
    const red = findings.filter(({ state, card }) => state === 'error' && card !== 'safe');
    expect(red.map(({ text }) => text.code)).toEqual(['dkimNone', 'dkimNone']);
    const [mx] = findings.filter(({ check }) => check === 'mxExists');
    expect(mx?.text.values).toMatchObject({
      reason: 'the name server that was asked knows nothing of the Internet',
    });
  });

  it('believes one that knows a name of ours', async () => {
    const dns = memoryRecords(() => ({ [HOST]: { A: [ADDRESS] } }));
    const { results, done } = runAll(HEALTH_CHECKS, { tools: silentTools({ dns }) });
    await done;
    const [mx] = results.flatMap((result) => result.findings).filter(({ check }) => check === 'mxExists');
    expect(mx?.text.code).toBe('domainUnknown');
  });

  it('gives every warning, error and doubt a way on', async () => {
    const { results, done } = runAll(HEALTH_CHECKS, {
      tools: silentTools({ dns: memoryRecords(() => ({ org: { SOA: 'a.example' } })) }),
      facts: healthFacts({ wanted: [DOMAIN, 'second.example'].flatMap(wantedBy) }),
    });
    await done;
    const findings = results.flatMap((result) => result.findings);
    const helpless = findings.filter(
      ({ state, fixes }) => (state === 'warning' || state === 'error') && fixes.length === 0,
    );
    expect(helpless.map(({ text }) => text.code)).toEqual([]);
  });
});

describe('a resolver that is dead', () => {
  it('is asked a few times, and then no more', async () => {
    let asked = 0;
    const dead = memoryRecords(() => 'silent');
    const counting = { ...dead, ask: ((name, type) => (asked++, dead.ask(name, type))) as typeof dead.ask };
    const dns = withoutSilence(counting);
    for (let index = 0; index < 20; index++)
      expect((await dns.ask(`h${index}.example`, 'A')).kind).toBe('temporaryFailure');
    expect(asked).toBe(MOST_SILENCES);
  });

  it('is not one that answers SERVFAIL', async () => {
    let asked = 0;
    const failing = memoryRecords(() => ({ 'x.example': 'fails' }));
    const counting = {
      ...failing,
      ask: ((name, type) => (asked++, failing.ask(name, type))) as typeof failing.ask,
    };
    const dns = withoutSilence(counting);
    for (let index = 0; index < 9; index++) await dns.ask('x.example', 'A');
    expect(asked).toBe(9);
  });
});
