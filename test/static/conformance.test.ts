/** What is offered is held against the RFCs: each offer has one, and that is named where it is obeyed and where it is tested. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConformance } from '../../scripts/rfc/conformance.ts';
import { IMAP_CAPABILITIES, POP3_CAPABILITIES, SMTP_KEYWORDS, rfcOf } from '../../scripts/rfc/keywords.ts';
import { KNOWN_RFCS } from '../../scripts/rfc/known-rfcs.ts';
import { OMISSIONS } from '../../scripts/rfc/omissions.ts';
import { listCapabilities } from '../../src-main/mail/retrieval/imap/capabilities.ts';
import { listMechanisms } from '../../src-main/protocol/sasl/mechanisms.ts';
import { MailOffice } from '../support/mail-office.ts';
import { ReadingOffice } from '../support/reading-office.ts';

const rows = readConformance(join(import.meta.dirname, '../..'));

/** What a connection offers that has everything. */
const EVERY_MECHANISM = listMechanisms({
  signIn: () => Promise.resolve({ kind: 'refused' }),
  scramKeys: () => Promise.reject(new Error('nobody signs in')),
  allowsSha1: true,
  signInWithToken: () => Promise.resolve({ kind: 'refused' }),
  signInWithCertificate: () => Promise.resolve({ kind: 'refused' }),
  channelBinding: () => new Uint8Array(1),
});

/** What is missing, so that a failure says it. */
function problemsOf(table: Readonly<Record<string, number | null>>, offered: Iterable<string>): string[] {
  return [...new Set(offered)].flatMap((name) => {
    const rfc = rfcOf(table, name);
    if (rfc === undefined) return [`${name} has no RFC in scripts/rfc/keywords.ts`];
    if (rfc === null) return [];
    const row = rows.find((each) => each.rfc === rfc);
    const problems = [];
    if ((row?.code.size ?? 0) === 0) problems.push(`${name}: RFC ${rfc} is named nowhere in the code`);
    if ((row?.tests.length ?? 0) === 0) problems.push(`${name}: RFC ${rfc} is named in no test`);
    return problems;
  });
}

describe('the conformance table', () => {
  test('every RFC that is named has a title', () => {
    expect(rows.map(({ rfc }) => rfc).filter((rfc) => !KNOWN_RFCS.has(rfc))).toEqual([]);
  });

  test('what is left out is of an RFC that is spoken', () => {
    const spoken = new Set(rows.filter(({ speaks }) => speaks).map(({ rfc }) => rfc));
    expect(OMISSIONS.filter(({ rfc }) => !spoken.has(rfc))).toEqual([]);
  });

  test('every RFC that is spoken is named in a test', () => {
    const untested = rows.filter(({ speaks, tests }) => speaks && tests.length === 0);
    expect(untested.map(({ rfc, title }) => `RFC ${rfc} ${title}`)).toEqual([]);
  });

  test('every IMAP capability in every state has its RFC, in the code and in a test', () => {
    const states = [true, false].flatMap((isSignedIn) =>
      [EVERY_MECHANISM, []].map((mechanisms) => ({
        ...{ isSignedIn, mechanisms, isCompressed: false },
        hasTls: mechanisms.length > 0,
      })),
    );
    const offered = states.flatMap((facts) => listCapabilities(facts).split(' '));
    expect(offered.length).toBeGreaterThan(40);
    expect(problemsOf(IMAP_CAPABILITIES, offered)).toEqual([]);
  });

  test('so has every EHLO keyword', async () => {
    const office = new MailOffice({ xclientFrom: ['192.0.2.7'] });
    const offered: string[] = [];
    for (const service of ['submission', 'submissions', 'reception'] as const) {
      const client = office.connect(service);
      await client.readReply();
      const [, ...extensions] = (await client.command('EHLO client.example')).split('\n');
      offered.push(...extensions.map((line) => line.slice(4)));
      client.destroy();
    }
    expect(offered.length).toBeGreaterThan(20);
    expect(problemsOf(SMTP_KEYWORDS, offered)).toEqual([]);
  });

  test('so has every POP3 capability', async () => {
    const office = new ReadingOffice();
    const offered: string[] = [];
    for (const tls of [false, true]) {
      const client = office.connectPop3({ tls });
      await client.readLine();
      client.write('CAPA\r\n');
      for (
        let line = await client.readLine();
        line !== null && line !== '.';
        line = await client.readLine()
      ) {
        if (!line.startsWith('+OK')) offered.push(line);
      }
      await client.leave();
    }
    expect(offered.length).toBeGreaterThan(15);
    expect(problemsOf(POP3_CAPABILITIES, offered)).toEqual([]);
  });
});
