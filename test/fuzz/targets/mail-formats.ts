/** Messages and what stands in them, commands of IMAP and ManageSieve, Sieve, records and zones: parsers of whole languages. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ManualClock } from '../../../src-main/base/clock.ts';
import { MAX_ZONE_RECORDS } from '../../../src-main/health/records/limits.ts';
import { readZoneFile } from '../../../src-main/health/records/read-zone-file.ts';
import { zoneLineOf } from '../../../src-main/health/records/zone-text.ts';
import { createMessageIndexer } from '../../../src-main/format/message-indexer.ts';
import type { MessageIndex } from '../../../src-main/format/message-index.ts';
import { createMboxReader, findMboxMessages } from '../../../src-main/format/mbox.ts';
import { checkScript } from '../../../src-main/mail/delivery/sieve/checking/check-script.ts';
import { parseScript } from '../../../src-main/mail/delivery/sieve/grammar/parse-script.ts';
import { printScript } from '../../../src-main/mail/delivery/sieve/grammar/print-script.ts';
import { runScript } from '../../../src-main/mail/delivery/sieve/running/run-script.ts';
import {
  messageOf,
  TEST_ENVIRONMENT,
  TEST_MESSAGE,
} from '../../../src-main/mail/delivery/sieve/sieve-fixture.ts';
import { parseResponse, parseValues } from '../../../src-main/protocol/imap/client/parse-response.ts';
import { formatBodyStructure } from '../../../src-main/protocol/imap/grammar/format-body-structure.ts';
import { formatEnvelope } from '../../../src-main/protocol/imap/grammar/format-envelope.ts';
import { parseImapUrl } from '../../../src-main/protocol/imap/grammar/imap-url.ts';
import { parseManageSieveCommand } from '../../../src-main/protocol/managesieve/command.ts';
import {
  announcedOctets,
  formatString,
  literalToken,
  readTokens,
} from '../../../src-main/protocol/managesieve/tokens.ts';
import {
  decodeMailboxName,
  encodeMailboxName,
} from '../../../src-main/protocol/imap/grammar/mailbox-name.ts';
import { parseCommand } from '../../../src-main/protocol/imap/grammar/parse-command.ts';
import { createMessageAuthenticator } from '../../../src-main/mail/screening/authentication/create-message-authenticator.ts';
import {
  readAuthservId,
  removeForgedResults,
} from '../../../src-main/protocol/authentication/forged-results.ts';
import { readMessage } from '../../../src-main/protocol/dns/update/message.ts';
import { decodeData, encodeData } from '../../../src-main/protocol/dns/update/record-data.ts';
import { verifyReply } from '../../../src-main/protocol/dns/update/tsig.ts';
import { parseKeyRecord } from '../../../src-main/protocol/authentication/dkim/key-record.ts';
import { parseDmarcRecord } from '../../../src-main/protocol/authentication/dmarc/record.ts';
import { isSpfRecord, parseSpfRecord } from '../../../src-main/protocol/authentication/spf/record.ts';
import { parseTagList } from '../../../src-main/protocol/authentication/tag-list.ts';
import { parseHeaderSection, rewriteHeaderSection } from '../../../src-main/format/header-section.ts';
import { inspectPair } from '../../../src-main/host/certificates/inspect-pair.ts';
import {
  coversHost,
  parsePolicy,
  readPolicyId,
} from '../../../src-main/mail/relay/tls-policy/mta-sts-policy.ts';
import { XmlTagReader } from '../../../src-main/format/xml-tags.ts';
import { parseXml } from '../../../src-main/format/xml.ts';
import { parseReport } from '../../../src-main/mail/reports/read-report.ts';
import { unpack } from '../../../src-main/mail/reports/unpack.ts';
import { insist, latin1, readLines, type FuzzTarget } from '../target.ts';
import { memoryResolver } from '../../support/memory-resolver.ts';

function readMessages(): readonly string[] {
  const folder = join(import.meta.dirname, '../../fixtures/mime-torture');
  const names = readdirSync(folder).filter((name) => name.endsWith('.eml'));
  return names.map((name) => readFileSync(join(folder, name), 'latin1'));
}

export const MAIL_FORMATS: readonly FuzzTarget[] = [
  { name: 'IMAP commands', corpus: readLines('imap-commands.jsonl'), check: checkCommand },
  { name: 'IMAP responses', corpus: readLines('imap-responses.jsonl'), check: checkResponse },
  { name: 'mailbox names and URLs', corpus: readLines('mailbox-names.jsonl'), check: checkName },
  { name: 'MIME', corpus: readMessages(), check: checkMessage },
  { name: 'authentication records', corpus: readLines('authentication-records.jsonl'), check: checkRecord },
  { name: 'signed messages', corpus: readLines('signed-messages.jsonl'), check: checkSigned },
  { name: 'reports', corpus: readLines('reports.jsonl'), check: checkReport },
  { name: 'forged results', corpus: readLines('signed-messages.jsonl'), check: checkForged },
  { name: 'mbox', corpus: readLines('mbox.jsonl'), check: checkMbox },
  { name: 'ManageSieve', corpus: readLines('managesieve.jsonl'), check: checkManageSieve },
  { name: 'Sieve', corpus: readLines('sieve.jsonl'), check: checkSieve },
  { name: 'MTA-STS policies', corpus: readLines('mta-sts.jsonl'), check: checkTlsPolicy },
  { name: 'DNS messages', corpus: readLines('dns-messages.jsonl'), check: checkDnsMessage },
  { name: 'zone files', corpus: readLines('zone-files.jsonl'), check: checkZoneFile },
  { name: 'certificates', corpus: readLines('certificates.jsonl'), check: checkPair },
];

/** A command, or a syntax problem as a value. */
function checkCommand(input: string): void {
  const parsed = parseCommand(input);
  if (parsed.ok) insist(typeof parsed.value.command.name === 'string', 'a command has a name');
}

function checkResponse(input: string): void {
  const response = parseResponse(input);
  if (response?.kind === 'data') parseValues(response.rest);
  parseValues(input);
}

/** What a name is decoded to is encoded so that it is decoded to the same. */
function checkName(input: string): void {
  parseImapUrl(input);
  for (const isUtf8 of [true, false]) {
    const name = decodeMailboxName(input, isUtf8);
    const again = decodeMailboxName(latin1(encodeMailboxName(name, isUtf8)), isUtf8);
    if (name.isWellFormed()) insist(again === name, 'a name comes back');
  }
}

/** A command, or a sentence for the client. */
function checkManageSieve(input: string): void {
  const [line = '', ...rest] = input.split('\r\n');
  announcedOctets(line);
  const tokens = readTokens(line);
  if (!tokens.ok) return;
  const literal = literalToken(Buffer.from(rest.join('\r\n'), 'latin1'));
  parseManageSieveCommand(literal === null ? tokens.value : [...tokens.value, literal]);
  for (const token of tokens.value) {
    if (token.kind !== 'string') continue;
    const sent = formatString(token.text);
    insist(sent.startsWith('{') || !/[\r\n]/.test(sent), 'a quoted string is one line');
  }
}

/** A problem within the text, or a script that prints to itself; one that checks out runs to an end and loses nothing unasked. */
async function checkSieve(input: string): Promise<void> {
  const parsed = parseScript(input);
  const checked = checkScript(input);
  if (!parsed.ok) {
    insist(parsed.error.line <= input.split('\n').length, 'a problem lies within the script');
    insist(!checked.ok, 'what is not parsed is not run');
    return;
  }
  const printed = printScript(parsed.value);
  const again = parseScript(printed);
  insist(again.ok && printScript(again.value) === printed, 'a script that is printed is the same script');
  if (!checked.ok) return;
  const message = messageOf(TEST_MESSAGE);
  const outcome = await runScript({ script: checked.value, message, environment: TEST_ENVIRONMENT });
  insist(outcome.failure === null || outcome.keep !== null, 'a script that fails keeps the message');
}

/** A message or none; records that are written and read again are the same; nothing made up counts as signed. */
function checkDnsMessage(input: string): void {
  const octets = Buffer.from(input, 'latin1');
  for (const { type, data } of readMessage(octets)?.answers ?? []) {
    const fields = decodeData(type, data);
    if (fields === null || !isPlainName(fields.value)) continue;
    insist(isDeepStrictEqual(decodeData(type, encodeData(fields)), fields), 'data comes back');
  }
  const key = { name: 'office', algorithm: 'hmac-sha256', secret: Buffer.alloc(32, 8) } as const;
  const verdict = verifyReply(octets, { key, requestMac: Buffer.alloc(0), nowSeconds: 1000 });
  insist(verdict.problem !== null, 'no secret, no signature');
}

/** Names of labels that hold dots, or nothing, are not written back. */
function isPlainName(value: string): boolean {
  return /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/u.test(value);
}

/** Records that are written and read again are the same. */
function checkZoneFile(input: string): void {
  const { records, others, problems } = readZoneFile(input, 'office.example');
  insist(records.length + others.length <= MAX_ZONE_RECORDS, 'a zone is bounded');
  const lines = input.split(/\r\n|[\r\n]/).length;
  insist(
    problems.every(({ line }) => line <= lines),
    'a problem lies within the file',
  );
  const written = records.map((record) => zoneLineOf(record)).join('\n');
  insist(isDeepStrictEqual(readZoneFile(written, '').records, records), 'records come back');
}

/** The same answer however it is cut, parts within the message, and texts for it on every line. */
function checkMessage(input: string): void {
  const octets = Buffer.from(input, 'latin1');
  const whole = indexOf(octets, octets.length + 1);
  insist(JSON.stringify(indexOf(octets, 997)) === JSON.stringify(whole), 'the same however it is cut');
  insist(
    whole.root.bodyStart <= whole.root.bodyEnd && whole.root.bodyEnd <= octets.length,
    'parts lie within',
  );
  for (const isUtf8 of [true, false]) {
    // It leaves as UTF-8, and a literal counts octets.
    const sent = latin1(formatEnvelope(whole.envelope, isUtf8));
    insist(!/[\r\n]/u.test(withoutLiterals(sent)), 'ENVELOPE is one line');
    formatBodyStructure(whole.root, { isExtended: true, isUtf8 });
  }
}

function indexOf(octets: Uint8Array, pieceOctets: number): MessageIndex {
  const indexer = createMessageIndexer();
  for (let at = 0; at < octets.length; at += pieceOctets)
    indexer.write(octets.subarray(at, at + pieceOctets));
  return indexer.end();
}

function withoutLiterals(text: string): string {
  let rest = text;
  for (let found = LITERAL.exec(rest); found !== null; found = LITERAL.exec(rest)) {
    const end = found.index + found[0].length + Number(found[1]);
    rest = rest.slice(0, found.index) + rest.slice(end);
  }
  return rest;
}

const LITERAL = /\{(\d+)\}\r\n/u;

/** Messages in order, none in another. */
async function checkMbox(input: string): Promise<void> {
  const octets = Buffer.from(input, 'latin1');
  const source = {
    sizeBytes: octets.length,
    readRange: (start: number, end: number) => Promise.resolve(octets.subarray(start, end)),
  };
  let last = 0;
  for await (const { start, end } of findMboxMessages(source)) {
    insist(last <= start && start <= end && end <= octets.length, 'messages lie one after the other');
    createMboxReader().push(octets.subarray(start, end));
    last = end;
  }
}

/** As each kind of record: a value, never a throw; a policy record has one of three policies. */
function checkRecord(input: string): void {
  parseTagList(input);
  parseKeyRecord(input, 'rsa-sha256');
  parseKeyRecord(input, 'ed25519-sha256');
  if (isSpfRecord(input)) parseSpfRecord(input);
  const policy = parseDmarcRecord('server2.com', input)?.policy ?? 'none';
  insist(['none', 'quarantine', 'reject'].includes(policy), 'a policy is one of three');
}

/** Judged with the input as content, HELO name, reverse-path and every record: one field comes out, and nothing passes. */
async function checkSigned(input: string): Promise<void> {
  const octets = Buffer.from(input, 'latin1');
  const records = { TXT: ['v=spf1 -all', input.slice(0, 1000)] };
  const authenticator = createMessageAuthenticator({
    resolver: memoryResolver({ 'server2.com': records, 'test._domainkey.server2.com': records }),
    clock: new ManualClock(),
    randomBytes: (length) => new Uint8Array(length),
    hostname: () => 'mail.server1.com',
  });
  const name = input.slice(0, 300);
  const facts = { remoteAddress: '192.0.2.1', remoteName: name, reversePath: `a@${name}` };
  const outcome = await authenticator.authenticate(facts, {
    sizeBytes: octets.length,
    readRange: (start, end) => Promise.resolve(octets.subarray(start, end)),
  });
  const lines = outcome.field.split('\r\n');
  insist(lines.pop() === '' && lines.slice(1).every((line) => /^\t[^\r\n]*$/.test(line)), 'one field');
  insist(outcome.dmarc.result !== 'pass' && outcome.arc.result !== 'pass', 'nothing is proved');
}

/** A report or none; what it counts are numbers. */
async function checkReport(input: string): Promise<void> {
  parseXml(input);
  const tags = new XmlTagReader();
  if (tags.write(Buffer.from(input, 'latin1')).ok) tags.end();
  await unpack(Buffer.from(input, 'latin1'));
  const found = parseReport(input);
  const counts =
    found?.kind === 'dmarc'
      ? found.report.rows.map(({ count }) => count)
      : (found?.reports ?? []).flatMap(({ successes, failures }) => [successes, failures]);
  insist(
    counts.every((count) => Number.isSafeInteger(count) && count >= 0),
    'counts are numbers',
  );
}

/** A policy or none; what it allows is bounded. */
function checkTlsPolicy(input: string): void {
  readPolicyId([input]);
  const policy = parsePolicy(input);
  if (policy === null) return;
  insist(policy.maxAgeSeconds <= 31_557_600 && policy.mx.length <= 100, 'the policy is bounded');
  coversHost(policy, 'mx.example.com');
}

/** What people paste is a pair, or there is a word for what is wrong. */
function checkPair(input: string): void {
  const half = input.indexOf('-----BEGIN PRIVATE');
  const inspected = inspectPair({ certificate: input, key: half < 0 ? input : input.slice(half) });
  insist(inspected.ok || inspected.error.length > 0, 'a pair or a word');
}

/** What claims to be ours goes, and the rest stays as it was. */
function checkForged(input: string): void {
  const section = parseHeaderSection(Buffer.from(input, 'latin1'));
  const without = removeForgedResults(section, 'mail.server1.com');
  const left = parseHeaderSection(Buffer.concat(rewriteHeaderSection(section, { without })));
  const removed = without.reduce((sum, { start, end }) => sum + end - start, 0);
  insist(left.octets.length === input.length - removed, 'nothing else goes');
  readAuthservId(input);
}
