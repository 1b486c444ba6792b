/** Texts that people, servers and programs send beside mail: addresses, dates, reports that came back, documents of devices and authorities. */
import { parseAddress, formatAddress, readPath } from '../../../src-main/format/address.ts';
import { parseAddressList } from '../../../src-main/format/address-list.ts';
import { formatCsv, parseCsv } from '../../../src-main/format/csv.ts';
import { decodeCharset, guessText } from '../../../src-main/format/charset.ts';
import { parseDateTime } from '../../../src-main/format/date-time.ts';
import {
  decodeXtext,
  encodeXtext,
  parseNotify,
  parseOriginalRecipient,
} from '../../../src-main/format/dsn-request.ts';
import { decodeEncodedWords, formatEncodedWords } from '../../../src-main/format/encoded-word.ts';
import { contains, parseIpNetwork } from '../../../src-main/format/ip-network.ts';
import { parseMailto } from '../../../src-main/format/mailto.ts';
import { indexMessage } from '../../../src-main/format/message-indexer.ts';
import { parseParameterized } from '../../../src-main/format/parameters.ts';
import { parseStrictAddressList } from '../../../src-main/format/strict-address-list.ts';
import { readStatusFields } from '../../../src-main/format/status-fields.ts';
import { answerDevice, isDevicePath } from '../../../src-main/host/device-settings/answer-device.ts';
import { parseProvision } from '../../../src-main/host/provision/schema.ts';
import { readDsn } from '../../../src-main/mail/reports/read-dsn.ts';
import { readPastedBounce } from '../../../src-main/observe/pasted-bounce.ts';
import { describeProblem, readJson, retryAfterMs } from '../../../src-main/protocol/acme/problem.ts';
import { authorization, challenge, directory, order } from '../../../src-main/protocol/acme/resources.ts';
import { createTokenVerifier } from '../../../src-main/directory/sign-in/token-verifier.ts';
import { ManualClock } from '../../../src-main/base/clock.ts';
import { insist, octetsOf, readLines, type FuzzTarget } from '../target.ts';

export const TEXTS: readonly FuzzTarget[] = [
  { name: 'addresses', corpus: readLines('addresses.jsonl'), check: checkAddresses },
  { name: 'header fields', corpus: readLines('header-fields.jsonl'), check: checkFields },
  { name: 'DSN reading', corpus: readLines('dsns.jsonl'), check: checkDsn },
  { name: 'pasted bounces', corpus: readLines('dsns.jsonl'), check: checkPasted },
  { name: 'autodiscover', corpus: readLines('device-requests.jsonl'), check: checkDevice },
  { name: 'provision file', corpus: readLines('provision.jsonl'), check: checkProvision },
  { name: 'ACME answers', corpus: readLines('acme.jsonl'), check: checkAcme },
  { name: 'OIDC tokens', corpus: readLines('tokens.jsonl'), check: checkToken },
];

/** An address that is read is written so that it is read as the same. */
function checkAddresses(input: string): void {
  parseAddressList(input);
  parseStrictAddressList(input);
  readPath(input, { allowUtf8: true });
  parseMailto(input);
  const network = parseIpNetwork(input);
  if (network !== null) insist(contains(network, network), 'a network holds itself');
  const address = parseAddress(input, { allowUtf8: true });
  if (!address.ok) return;
  const again = parseAddress(formatAddress(address.value), { allowUtf8: true });
  insist(again.ok && again.value.localPart === address.value.localPart, 'an address comes back');
}

function checkFields(input: string): void {
  const time = parseDateTime(input);
  insist(time === null || Number.isFinite(time), 'a time is one');
  parseParameterized(input);
  parseNotify(input);
  parseOriginalRecipient(input);
  readStatusFields(input);
  decodeCharset(octetsOf(input), input.slice(0, 20));
  guessText(octetsOf(input));
  insist(decodeXtext(encodeXtext(input)) === input, 'xtext comes back');
  const words = decodeEncodedWords(input);
  if (words.isWellFormed())
    insist(!/[^\x00-\x7f]/u.test(formatEncodedWords(words)), 'encoded words are ASCII');
  const rows = parseCsv(input).map(({ fields }) => fields);
  insist(parseCsv(formatCsv(rows)).length === rows.length, 'rows come back');
}

/** A report or none; bounded, whoever wrote it. */
async function checkDsn(input: string): Promise<void> {
  const octets = octetsOf(input);
  const readRange = (start: number, end: number) => Promise.resolve(octets.subarray(start, end));
  const dsn = await readDsn({ sizeBytes: octets.length, index: indexMessage(octets), readRange });
  if (dsn !== null)
    insist(dsn.recipients.length > 0 && dsn.recipients.length <= 20, 'recipients are bounded');
}

function checkPasted(input: string): void {
  const found = readPastedBounce(input);
  if (found !== null)
    insist(
      Math.max(found.traceIds.length, found.messageIds.length, found.recipients.length) <= 20,
      'it is bounded',
    );
}

const FACTS = {
  hostname: 'mail.server1.com',
  services: [{ protocol: 'imap', port: 993, tls: 'implicit' } as const],
  origin: 'https://mail.server1.com',
};

/** A page for everybody; never the words of somebody else as markup. */
function checkDevice(input: string): void {
  const [line = '', ...body] = input.split('\n');
  // What Node's HTTP lets through.
  const url = line.replaceAll(/[\x00-\x20\x7f-\xff]/gu, '');
  const request = {
    url,
    host: 'autodiscover.server1.com',
    body: body.join('\n'),
    acceptLanguage: input.slice(0, 40),
  };
  isDevicePath(url);
  for (const method of ['GET', 'POST'])
    for (const isSecure of [true, false]) {
      const context = { facts: FACTS, domains: new Set(['server1.com']) };
      const answer = answerDevice({ ...request, method, isSecure }, context);
      if (answer === null) continue;
      insist(answer.status >= 200 && answer.status < 500, 'an answer is no failure of ours');
      insist(!/[\r\n]/u.test(answer.location ?? ''), 'a place is one line');
      insist(!answer.body.includes('<script>alert'), 'markup stays text');
    }
}

function checkProvision(input: string): void {
  const parsed = parseProvision(Buffer.from(input, 'latin1').toString());
  if (!parsed.ok) insist(parsed.error.length > 0, 'a refusal has a reason');
}

function checkAcme(input: string): void {
  const json = readJson(octetsOf(input));
  for (const schema of [directory, order, challenge, authorization]) schema.safeParse(json);
  insist(typeof describeProblem(json).text === 'string', 'a problem has words');
  const headers = { 'retry-after': input.slice(0, 60) };
  const waits = retryAfterMs({ status: 503, headers, body: octetsOf(input) }, 0);
  insist(waits === null || waits >= 0, 'nobody waits for the past');
}

/** Without the issuer's keys no token is good; what cannot be read is wrong, and nobody is asked for keys. */
async function checkToken(input: string): Promise<void> {
  const issuer = { issuer: 'http://127.0.0.1:1', audience: 'postroom', addressClaim: 'email' };
  const verifier = createTokenVerifier({
    issuer: () => issuer,
    clock: new ManualClock(),
    onError: () => undefined,
  });
  insist((await verifier.verify(input)).kind !== 'valid', 'nobody gets in');
}
