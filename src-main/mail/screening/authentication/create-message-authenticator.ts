/**
 * MessageAuthenticator: SPF, DKIM, DMARC and ARC of one message, with one reading of its content and one deadline for DNS.
 *
 * RFC 7208, RFC 6376, RFC 9989, RFC 8617. Flow: staged content → here → AuthenticationOutcome.
 * Why not a library: mailauth, which the design names, tells a failing name server from a missing record only in part, keeps no
 * steps of SPF, leaves out `pct`, and brings ten packages (an HTTP client among them); what is needed of it is small.
 * Signatures are checked in Node's thread pool, and hashing an ordinary body takes microseconds, so no worker is needed.
 */
import type { Clock } from '../../../base/clock.ts';
import type { RandomBytes } from '../../../base/ids.ts';
import { parseAddress } from '../../../format/address.ts';
import { verifyArc, arcMessageSignatures } from '../../../protocol/authentication/arc/verify.ts';
import {
  formatAuthenticationResults,
  methodResults,
} from '../../../protocol/authentication/authentication-results.ts';
import { createBoundedResolver } from '../../../protocol/authentication/bounded-resolver.ts';
import type { RawField } from '../../../protocol/authentication/dkim/canonical-header.ts';
import { parseSignature } from '../../../protocol/authentication/dkim/signature.ts';
import { dkimFields, verifyDkim } from '../../../protocol/authentication/dkim/verify.ts';
import { evaluateDmarc } from '../../../protocol/authentication/dmarc/evaluate.ts';
import {
  piecesOf,
  readSignedMessage,
  type BodyForm,
} from '../../../protocol/authentication/signed-message.ts';
import { checkHost, type SpfQuestion } from '../../../protocol/authentication/spf/check-host.ts';
import type { DnsResolver } from '../../../protocol/dns/resolver.ts';
import { DNS_BUDGET_MS } from '../limits.ts';
import type {
  AuthenticationFacts,
  AuthenticationOutcome,
  MessageAuthenticator,
  ReadableOctets,
} from './port.ts';

export interface MessageAuthenticatorOptions {
  readonly resolver: DnsResolver;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** This server's name: the authserv-id of the field (RFC 8601 §2.5). */
  readonly hostname: () => string;
  /** How long DNS may take for one message. */
  readonly timeoutMs?: number;
}

export function createMessageAuthenticator(options: MessageAuthenticatorOptions): MessageAuthenticator {
  return { authenticate: (facts, octets) => authenticate(options, facts, octets) };
}

async function authenticate(
  options: MessageAuthenticatorOptions,
  facts: AuthenticationFacts,
  octets: ReadableOctets,
): Promise<AuthenticationOutcome> {
  const { clock, timeoutMs = DNS_BUDGET_MS } = options;
  const resolver = createBoundedResolver(options.resolver, { clock, timeoutMs });
  const questions = spfQuestions(options, facts);
  const [helo, mailFrom, signed] = await Promise.all([
    checkHost(questions.helo, resolver),
    checkHost(questions.mailFrom, resolver),
    readSignedMessage(piecesOf(octets), wantedForms),
  ]);
  const context = { resolver, now: clock.now() };
  const [dkim, arc] = await Promise.all([verifyDkim(signed, context), verifyArc(signed, context)]);
  const chance = () => readChance(options.randomBytes);
  const dmarc = await evaluateDmarc({ fields: signed.fields, spf: mailFrom, dkim }, { resolver, chance });
  const found = { spf: { helo, mailFrom }, dkim, dmarc, arc };
  return { ...found, field: formatAuthenticationResults(options.hostname(), methodResults(found)) };
}

/** From 0 to below 100. */
function readChance(randomBytes: RandomBytes): number {
  const [high = 0, low = 0] = randomBytes(2);
  return (100 * (256 * high + low)) / 65_536;
}

/** RFC 7208 §2.3, §2.4: with the null reverse-path MAIL FROM is postmaster at the HELO name. */
function spfQuestions(
  { clock, hostname }: MessageAuthenticatorOptions,
  facts: AuthenticationFacts,
): { helo: SpfQuestion; mailFrom: SpfQuestion } {
  const heloName = facts.remoteName;
  const common = {
    clientAddress: facts.remoteAddress,
    heloName,
    receivingHost: hostname(),
    now: clock.now(),
  };
  const domain = heloName.toLowerCase();
  const helo: SpfQuestion = { ...common, identity: 'helo', domain, sender: heloName };
  const address = parseAddress(facts.reversePath, { allowUtf8: true });
  if (!address.ok) return { helo, mailFrom: helo };
  const { asciiDomain } = address.value;
  const sender = facts.reversePath.slice(0, facts.reversePath.lastIndexOf('@') + 1) + asciiDomain;
  return { helo, mailFrom: { ...common, identity: 'mailfrom', domain: asciiDomain, sender } };
}

/** The body forms that the signatures which are looked at need. */
function wantedForms(fields: readonly RawField[]): readonly BodyForm[] {
  const signatures = [
    ...dkimFields(fields).map((field) => parseSignature(field, 'dkim')),
    ...arcMessageSignatures(fields).map((field) => parseSignature(field, 'arc')),
  ];
  return signatures.flatMap((parsed) => (parsed.ok ? [parsed.value] : []));
}
