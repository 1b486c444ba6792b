/**
 * The test suite of the SPF community (openspf.org, release 2014.04 for RFC 7208), as Debian's python3-spf brings it: every
 * case of it against ours.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkHost } from '../../../src-main/protocol/authentication/spf/check-host.ts';
import type { NameRecords, Zone } from '../../support/dns-server.ts';
import { memoryResolver } from '../../support/memory-resolver.ts';
import { DEBIAN_PYTHON } from './peer.ts';

const SUITE = '/usr/share/doc/python3-spf/rfc7208-tests.yml.gz';
const TO_JSON = `import gzip, json, sys, yaml
print(json.dumps(list(yaml.safe_load_all(gzip.open(sys.argv[1])))))`;

interface Case {
  readonly helo: string;
  readonly host: string;
  readonly mailfrom: string;
  /** One result, or several of which any is right. */
  readonly result: string | readonly string[];
  readonly explanation?: string;
}

/** Records as `{ TYPE: data }`; a bare word is what the name server does instead. */
type SuiteRecord = string | Readonly<Record<string, unknown>>;

interface Scenario {
  readonly description: string;
  readonly tests: Readonly<Record<string, Case>>;
  readonly zonedata: Readonly<Record<string, readonly SuiteRecord[]>>;
}

function toZone(zonedata: Scenario['zonedata']): Zone {
  const byName = new Map(Object.entries(zonedata).map(([name, records]) => [name.toLowerCase(), records]));
  return Object.fromEntries(
    Array.from(byName, ([name, records]) => {
      // The resolver follows aliases.
      const [alias] = valuesOf(records, 'CNAME') as string[];
      return [name, toRecords((alias === undefined ? records : byName.get(alias.toLowerCase())) ?? [])];
    }),
  );
}

function toRecords(records: readonly SuiteRecord[]): NameRecords | 'silent' {
  const texts = valuesOf(records, 'TXT');
  // What is not given times out.
  const isTextless = texts.every((text) => text === 'NONE');
  if (records.includes('TIMEOUT') && (isTextless || records.length === 1)) return 'silent';
  const published = texts.length > 0 ? texts : valuesOf(records, 'SPF');
  return {
    A: valuesOf(records, 'A') as string[],
    AAAA: valuesOf(records, 'AAAA') as string[],
    MX: valuesOf(records, 'MX') as [number, string][],
    PTR: (valuesOf(records, 'PTR') as string[]).map((name) => name.toLowerCase()),
    TXT: published.filter((text) => text !== 'NONE') as (string | string[])[],
  };
}

function valuesOf(records: readonly SuiteRecord[], type: string): readonly unknown[] {
  return records.flatMap((record) => (typeof record === 'object' && type in record ? [record[type]] : []));
}

function readSuite(): readonly Scenario[] {
  if (!existsSync(SUITE)) return [];
  const json = execFileSync(DEBIAN_PYTHON, ['-c', TO_JSON, SUITE], { maxBuffer: 1 << 24 }).toString();
  return JSON.parse(json) as Scenario[];
}

describe.skipIf(!existsSync(SUITE))('the SPF test suite of openspf.org', () => {
  for (const { description, tests, zonedata } of readSuite()) {
    const zone = toZone(zonedata);
    for (const [name, one] of Object.entries(tests)) {
      test(`${description}: ${name}`, async () => {
        const sender = one.mailfrom === '' ? `postmaster@${one.helo}` : one.mailfrom;
        const found = await checkHost(
          {
            identity: 'mailfrom',
            clientAddress: one.host,
            domain: sender.slice(sender.lastIndexOf('@') + 1),
            sender,
            heloName: one.helo,
            receivingHost: 'mail.server1.com',
            now: 0,
          },
          memoryResolver(zone),
        );
        expect([one.result].flat(), found.reason).toContain(found.result);
        if (one.explanation !== undefined && one.explanation !== 'DEFAULT')
          expect(found.explanation?.toLowerCase()).toBe(one.explanation.toLowerCase());
      });
    }
  }
});
