/**
 * Publishing area: how the DNS of a domain is kept, what is to change in it, and changing it; zone files out and in.
 *
 * Invariants: secrets and tokens go in and never come out; a change names what it was made of.
 */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { callFor } from './access.ts';
import { LIMITS } from './limits.ts';
import { dnsRecord } from './setup.ts';
import { time } from './values.ts';

const domain = z.string().trim().min(1).max(LIMITS.domainLength);

export const dnsHost = z.enum([
  'generic',
  'cloudflare',
  'godaddy',
  'namecheap',
  'route53',
  'gandi',
  'aliyun',
  'dnspod',
]);
export type DnsHost = z.infer<typeof dnsHost>;

export const tsigAlgorithm = z.enum(['hmac-sha256', 'hmac-sha512']);

const updateServer = {
  kind: z.literal('rfc2136'),
  /** A name or an address, perhaps with `:port`. */
  server: z.string().trim().min(1).max(LIMITS.domainLength),
  keyName: z.string().trim().min(1).max(LIMITS.domainLength),
  algorithm: tsigAlgorithm,
};
const byHand = z.object({ kind: z.literal('byHand'), host: dnsHost.nullable() });
const token = z.string().trim().min(1).max(LIMITS.passwordLength);

/** What is shown of a keeper; its credentials never are. */
export const keeperView = z.discriminatedUnion('kind', [
  byHand,
  z.object(updateServer),
  z.object({ kind: z.literal('cloudflare') }),
  z.object({ kind: z.literal('desec') }),
]);
export type KeeperView = z.infer<typeof keeperView>;

/** Without a secret the one that is kept stays, for the server that it was given for. */
export const keeperInput = z.discriminatedUnion('kind', [
  byHand,
  z.object({
    ...updateServer,
    secret: z
      .string()
      .trim()
      .regex(/^[A-Za-z0-9+/]{8,}={0,2}$/u)
      .max(LIMITS.passwordLength)
      .exactOptional(),
  }),
  z.object({ kind: z.literal('cloudflare'), token: token.exactOptional() }),
  z.object({ kind: z.literal('desec'), token: token.exactOptional() }),
]);
export type KeeperInput = z.infer<typeof keeperInput>;

export const publishProblem = z.object({
  code: z.enum([
    'unreachable',
    'silent',
    'untrusted',
    'badReply',
    'forgedReply',
    'unknownKey',
    'wrongKey',
    'wrongClock',
    'refused',
    'notItsZone',
    'notInZone',
    'changedMeanwhile',
    'notSupported',
    'notUnderstood',
    'serverFailed',
    'tokenRefused',
    'tokenTooWeak',
    'noSuchZone',
    'tooManyRequests',
    'recordRefused',
  ]),
  /** In the words of the server. */
  detail: z.string(),
});
export type PublishProblem = z.infer<typeof publishProblem>;

export const domainPublishing = z.object({
  domain: z.string(),
  keeper: keeperView,
  /** As its name servers suggest. */
  guessedHost: dnsHost,
  nameServers: z.array(z.string()).readonly(),
  /** What can be taken back. */
  lastChange: z.object({ at: time, by: z.string(), added: z.int(), removed: z.int() }).nullable(),
});
export type DomainPublishing = z.infer<typeof domainPublishing>;

/** A record as it stands in a zone; `key` names it in a choice. */
export const shownRecord = dnsRecord
  .omit({ purpose: true, need: true })
  .extend({ key: z.string(), isProxied: z.boolean() });
export type ShownRecord = z.infer<typeof shownRecord>;

export const comparedRecord = z.object({
  wanted: dnsRecord,
  /** `elsewhere`: in another domain's zone. `unknown`: its value, or what is there, is not known. */
  state: z.enum(['present', 'missing', 'different', 'unknown', 'elsewhere']),
  found: z.array(shownRecord).readonly(),
  publish: shownRecord.nullable(),
});
export type ComparedRecord = z.infer<typeof comparedRecord>;

export const obstacle = z.enum([
  'otherMailServer',
  'nullMx',
  'moreThanOne',
  'alias',
  'besideAlias',
  'otherAddress',
  'otherServer',
  'otherKey',
]);
export type Obstacle = z.infer<typeof obstacle>;

export const zoneFileProblem = z.object({
  line: z.int(),
  fault: z.enum([
    'tooLong',
    'tooManyRecords',
    'openString',
    'openParenthesis',
    'closedTooOften',
    'noOwner',
    'badName',
    'badTtl',
    'badData',
    'unknownType',
    'notFollowed',
  ]),
  text: z.string(),
});
export type ZoneFileProblem = z.infer<typeof zoneFileProblem>;

export const zoneComparison = z.object({
  /** Changes with what is there. */
  revision: z.string(),
  compared: z.array(comparedRecord).readonly(),
  inTheWay: z.array(z.object({ record: shownRecord, obstacle })).readonly(),
  /** What is looked at and left alone, as lines of a zone file. */
  untouched: z.array(z.string()).readonly(),
  /** Records of other types in a zone file. */
  others: z.int(),
  problems: z.array(zoneFileProblem).readonly(),
});
export type ZoneComparison = z.infer<typeof zoneComparison>;

const comparisonResult = z.discriminatedUnion('isOk', [
  z.object({ isOk: z.literal(true), comparison: zoneComparison }),
  z.object({ isOk: z.literal(false), problem: publishProblem }),
]);

const changeResult = z.discriminatedUnion('isOk', [
  z.object({ isOk: z.literal(true), publishing: domainPublishing }),
  z.object({ isOk: z.literal(false), problem: publishProblem }),
]);

/** How far the last change is to be seen. */
export const spread = z.object({
  servers: z
    .array(
      z.object({
        name: z.string(),
        /** null: it does not answer. */
        has: z.int().nullable(),
        of: z.int(),
      }),
    )
    .readonly(),
  isDone: z.boolean(),
  /** null: it is not looked at again. */
  nextLookInMs: z.int().nullable(),
});
export type Spread = z.infer<typeof spread>;

/** A zone file: some hundred records. */
const zoneText = z.string().max(LIMITS.zoneFileLength);

export const publishingContract = {
  read: callFor('settings.read').input(z.object({ domain })).output(domainPublishing),
  changeKeeper: callFor('settings.change')
    .input(z.object({ domain, keeper: keeperInput }))
    .output(domainPublishing),
  /** Whether the credentials would do; nothing is kept. */
  test: callFor('settings.change')
    .input(z.object({ domain, keeper: keeperInput }))
    .output(
      z.discriminatedUnion('isOk', [
        z.object({ isOk: z.literal(true), zone: z.string() }),
        z.object({ isOk: z.literal(false), problem: publishProblem }),
      ]),
    ),
  /** What is wanted beside what the keeper has; kept by hand: beside what DNS says. */
  compare: callFor('settings.read').input(z.object({ domain })).output(comparisonResult),
  compareZoneFile: callFor('settings.read')
    .input(z.object({ domain, text: zoneText }))
    .output(zoneComparison),
  /** `chosen`: keys of what to publish and what to remove; refused where what is there has changed since. */
  apply: callFor('settings.change')
    .input(
      z.object({ domain, revision: z.string().max(LIMITS.idLength), chosen: z.array(z.string()).max(500) }),
    )
    .output(changeResult),
  undo: callFor('settings.change').input(z.object({ domain })).output(changeResult),
  /** Looks at each name server until all have the last change, or time is up. */
  watchSpread: callFor('settings.read').input(z.object({ domain })).output(eventIterator(spread)),
  zoneFile: callFor('settings.read')
    .input(z.object({ domain, style: z.enum(['absolute', 'relative']) }))
    .output(z.object({ text: z.string() })),
};
