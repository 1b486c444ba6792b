/**
 * Certificates area: which certificates this server has and shows, where they come from, and what others are to know of them in DNS
 * (MTA-STS, DANE). Private keys come in, and never go out.
 */
import { z } from 'zod';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { LIMITS } from './limits.ts';
import { listenerRow } from './settings.ts';
import { count, time } from './values.ts';

export const pairProblem = z.enum([
  'notACertificate',
  'notAKey',
  'encryptedKey',
  'keyMismatch',
  'expired',
  'notYetValid',
  'chainIncomplete',
  'wrongName',
  'unreadable',
]);
export type PairProblem = z.infer<typeof pairProblem>;

export const certificateFacts = z.object({
  subject: z.string(),
  issuer: z.string(),
  isSelfSigned: z.boolean(),
  notBefore: time,
  notAfter: time,
  names: z.array(z.string()).readonly(),
  /** SHA-256 */
  fingerprint: z.string(),
  keyType: z.string(),
});

export const certificateRow = z.object({
  id: z.string(),
  source: z.enum(['selfSigned', 'files', 'pasted', 'acme']),
  /** null: files that could not be read yet. */
  facts: certificateFacts.nullable(),
  problems: z.array(pairProblem).readonly(),
  paths: z.object({ certFile: z.string(), keyFile: z.string() }).nullable(),
  /** What lies in the files now cannot be used; what was read before stays in use. */
  fileProblem: z.object({ kind: pairProblem, detail: z.string() }).nullable(),
  /** Names for which clients are shown it. */
  usedFor: z.array(z.string()).readonly(),
});
export type CertificateRow = z.infer<typeof certificateRow>;

const challenge = z.enum(['http-01', 'tls-alpn-01', 'dns-01']);

export const acmeView = z.object({
  isOn: z.boolean(),
  directoryUrl: z.string(),
  email: z.string().nullable(),
  challenge,
  names: z.array(z.string()).readonly(),
  trustedRoots: z.string().nullable(),
  /** RFC 8555 §7.3.4; its key is kept back. */
  bindingKeyId: z.string().nullable(),
});
export type AcmeView = z.infer<typeof acmeView>;

/** A certificate that the authority is asked for. */
export const acmeJob = z.object({
  /** `server`, or the host that publishes a policy. */
  purpose: z.string(),
  names: z.array(z.string()).readonly(),
  notAfter: time.nullable(),
  isUnderWay: z.boolean(),
  /** When it is tried next. */
  dueAt: time,
  problem: z.string().nullable(),
  triedAt: time.nullable(),
  failures: count,
  /** The key of the next certificate is there already, to be published before it is used. */
  hasPlannedKey: z.boolean(),
});
export type AcmeJob = z.infer<typeof acmeJob>;

/** A TXT record that an order waits for. */
export const awaitedRecord = z.object({ name: z.string(), value: z.string(), lookedAt: time.nullable() });

export const policyMode = z.enum(['off', 'testing', 'enforce']);
export type PolicyMode = z.infer<typeof policyMode>;

export const publishedPolicy = z.object({
  domain: z.string(),
  /** `mta-sts.` and the domain. */
  host: z.string(),
  mode: policyMode,
  /** Whether a certificate that others trust is there for the host. */
  isCertified: z.boolean(),
});

export const certificatesView = z.object({
  hostname: z.string(),
  certificates: z.array(certificateRow).readonly(),
  acme: acmeView,
  jobs: z.array(acmeJob).readonly(),
  awaitedRecords: z.array(awaitedRecord).readonly(),
  /** Those that answer the authority and publish policies. */
  listeners: z.array(listenerRow).readonly(),
  policies: z.array(publishedPolicy).readonly(),
  outbound: z.object({
    mtaSts: z.boolean(),
    dane: z.boolean(),
    trustsResolver: z.boolean(),
    /** Whether what the name servers say about DNSSEC is believed now. */
    isResolverTrusted: z.boolean(),
  }),
  tlsa: z.object({ name: z.string(), value: z.string(), nextValue: z.string().nullable() }),
});
export type CertificatesView = z.infer<typeof certificatesView>;

/** What came of adding a certificate: it is there, or what is wrong with it. */
export const additionResult = z.object({ isAdded: z.boolean(), problems: z.array(pairProblem).readonly() });
export type AdditionResult = z.infer<typeof additionResult>;

const pem = z.string().max(LIMITS.pemLength);
const path = z.string().trim().min(1).max(LIMITS.pathLength);
const domain = z.string().trim().min(1).max(LIMITS.domainLength);
/** Adds also what has faults that somebody may know of: a name of another server, an authority of the office's own. */
const acceptsWarnings = z.boolean();

export const acmeChange = z.object({
  isOn: z.boolean(),
  directoryUrl: z.url({ protocol: /^https$/u }).max(LIMITS.urlLength),
  email: z.email().nullable(),
  challenge,
  names: z.array(domain).max(LIMITS.certificateNames).readonly(),
  trustedRoots: pem.nullable(),
  /** Absent: as it is. */
  binding: z
    .object({
      keyId: z.string().min(1).max(LIMITS.keyIdLength),
      hmacKey: z.string().min(1).max(LIMITS.keyIdLength),
    })
    .nullable()
    .exactOptional(),
});
export type AcmeChange = z.infer<typeof acmeChange>;

const purpose = z.object({ purpose: z.string().max(LIMITS.domainLength) });

export const certificatesContract = {
  watch: callFor('settings.read').output(feedOf(certificatesView, noChange)),
  addPasted: callFor('settings.change')
    .input(z.object({ certificate: pem, key: pem, acceptsWarnings }))
    .output(additionResult),
  addFiles: callFor('settings.change')
    .input(z.object({ certFile: path, keyFile: path, acceptsWarnings }))
    .output(additionResult),
  remove: callFor('settings.change')
    .input(z.object({ id: z.string().max(LIMITS.pathLength + 16) }))
    .output(z.void()),
  /** Looks at the files now. */
  reload: callFor('settings.change').output(z.void()),
  changeAcme: callFor('settings.change').input(acmeChange).output(z.void()),
  /** Obtains it now; answers when that has begun. */
  renew: callFor('settings.change')
    .input(purpose.extend({ withNewKey: z.boolean() }))
    .output(z.void()),
  planKey: callFor('settings.change').input(purpose).output(z.void()),
  dropPlannedKey: callFor('settings.change').input(purpose).output(z.void()),
  /** Asks DNS for the records that orders wait for. */
  lookForRecords: callFor('settings.change').output(z.void()),
  setOutbound: callFor('settings.change')
    .input(z.object({ mtaSts: z.boolean(), dane: z.boolean(), trustsResolver: z.boolean() }))
    .output(z.void()),
  setPolicy: callFor('settings.change')
    .input(z.object({ domain, mode: policyMode }))
    .output(z.void()),
};
