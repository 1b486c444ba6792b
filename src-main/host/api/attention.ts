/**
 * Attention: the things that need the administrator, worst first, each one the page has a sentence and a way out for.
 */
import type { Attention, Overview } from '../../contract/overview.ts';
import type { CertificateSummary } from '../../contract/settings.ts';
import type { StoredFinding } from '../../health/store-port.ts';
import type { ListenerStatus } from '../port.ts';
import type { SigningKeyStatus } from '../../mail/signing/port.ts';
import type { AcmeStatus } from '../certificates/acme-desk.ts';
import type { CertificateStatus } from '../certificates/certificates.ts';
import type { AwaitedRecord } from '../certificates/dns-proofs.ts';
import { URGENT_MS } from '../certificates/renewal.ts';
import { LONG_WAIT_MS } from './stages.ts';

const DAY_MS = 24 * 60 * 60_000;
const CERTIFICATE_WARNING_MS = 21 * DAY_MS;
const GIB = 2 ** 30;
/** A commit needs room for its log; below this the next large message may not fit. */
const DISK_ERROR_BYTES = GIB;
const DISK_WARNING_BYTES = 5 * GIB;

export interface AttentionFacts {
  readonly now: number;
  readonly listeners: readonly ListenerStatus[];
  readonly queue: Overview['queue'];
  readonly certificate: CertificateSummary;
  readonly certificates: readonly CertificateStatus[];
  readonly certificateJobs: readonly AcmeStatus[];
  readonly awaitedRecords: readonly AwaitedRecord[];
  readonly diskFreeBytes: number;
  readonly allowCleartextAuth: boolean;
  readonly domains: number;
  readonly accounts: number;
  readonly accountsOverQuota: number;
  readonly accountsNearQuota: number;
  /** Addresses of accounts whose mail is held because they send too much. */
  readonly brakedAccounts: readonly string[];
  readonly signingKeys: readonly SigningKeyStatus[];
  /** What health checks found that counts. */
  readonly healthErrors: readonly StoredFinding[];
  /** When the last backup failed; null: it did not. */
  readonly backupFailedAt: number | null;
  /** Recipients that are held since a restore. */
  readonly heldAfterRestore: number;
}

const RANK = { error: 0, warning: 1, notice: 2 } as const;

export function findAttention(facts: AttentionFacts): readonly Attention[] {
  return [
    ...facts.listeners.flatMap(listener),
    ...disk(facts.diskFreeBytes),
    ...certificate(facts),
    ...renewals(facts),
    ...backups(facts),
    ...mail(facts),
    ...facts.brakedAccounts.map(
      (account) => ({ kind: 'accountBraked', severity: 'warning', account }) as const,
    ),
    ...directory(facts),
    ...signing(facts.signingKeys),
    ...health(facts.healthErrors),
  ].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}

function listener({ name, state, port, standardPort, problem }: ListenerStatus): Attention[] {
  if (state === 'failed') {
    return [{ kind: 'listenerFailed', severity: 'error', listener: name, port: standardPort }];
  }
  if (state !== 'listening' || problem === null || port === null) return [];
  return [{ kind: 'listenerMoved', severity: 'warning', listener: name, standardPort, port }];
}

function disk(freeBytes: number): Attention[] {
  if (freeBytes >= DISK_WARNING_BYTES) return [];
  return [{ kind: 'diskLow', severity: freeBytes < DISK_ERROR_BYTES ? 'error' : 'warning', freeBytes }];
}

function certificate({ certificate: { notAfter, isSelfSigned }, now }: AttentionFacts): Attention[] {
  if (notAfter <= now) return [{ kind: 'certificateEnds', severity: 'error', notAfter }];
  if (notAfter - now < CERTIFICATE_WARNING_MS) {
    return [{ kind: 'certificateEnds', severity: 'warning', notAfter }];
  }
  return isSelfSigned ? [{ kind: 'certificateSelfSigned', severity: 'notice' }] : [];
}

function backups({ backupFailedAt, heldAfterRestore }: AttentionFacts): Attention[] {
  const found: Attention[] = [];
  if (backupFailedAt !== null)
    found.push({ kind: 'backupFailed', severity: 'error', endedAt: backupFailedAt });
  if (heldAfterRestore > 0)
    found.push({ kind: 'heldAfterRestore', severity: 'warning', recipients: heldAfterRestore });
  return found;
}

function renewals(facts: AttentionFacts): Attention[] {
  const { certificates, certificateJobs, awaitedRecords, now } = facts;
  const failed = certificateJobs.filter(({ problem }) => problem !== null);
  const bad = certificates.filter(({ fileProblem }) => fileProblem !== null);
  return [
    ...failed.map(({ names: [name = ''], facts: life }): Attention => {
      const notAfter = life?.notAfter ?? null;
      const isUrgent = notAfter === null || notAfter - now < URGENT_MS;
      return { kind: 'certificateNotRenewed', severity: isUrgent ? 'error' : 'warning', name, notAfter };
    }),
    ...bad.map(({ paths }): Attention => {
      return { kind: 'certificateFileBad', severity: 'warning', path: paths?.certFile ?? '' };
    }),
    ...awaitedRecords.map(({ name }): Attention => {
      return { kind: 'proofWaits', severity: 'warning', record: name };
    }),
  ];
}

function mail({ queue, now, accountsOverQuota, accountsNearQuota }: AttentionFacts): Attention[] {
  const waiting: Attention[] = [];
  if (queue.oldestReceivedAt !== null && now - queue.oldestReceivedAt > LONG_WAIT_MS) {
    waiting.push({
      kind: 'mailWaits',
      severity: 'warning',
      recipients: queue.queued + queue.active + queue.deferred + queue.held,
      oldestReceivedAt: queue.oldestReceivedAt,
    });
  }
  if (accountsOverQuota > 0) {
    waiting.push({ kind: 'overQuota', severity: 'warning', accounts: accountsOverQuota });
  }
  if (accountsNearQuota > 0) {
    waiting.push({ kind: 'nearQuota', severity: 'notice', accounts: accountsNearQuota });
  }
  return waiting;
}

/** These are told above, from what is so now. */
const TOLD_ALREADY = ['disk', 'certificateRenewal', 'dkimKeys', 'listenersAnswer'];
/** More is a matter for the page Health. */
const MOST_HEALTH_ERRORS = 5;

function health(errors: readonly StoredFinding[]): Attention[] {
  return errors
    .filter(({ finding }) => !TOLD_ALREADY.includes(finding.check))
    .slice(0, MOST_HEALTH_ERRORS)
    .map(({ domain, finding: { check, subject, text } }) => {
      return { kind: 'healthError', severity: 'error', check, domain, subject, text };
    });
}

/** Each domain once, for the worst of its keys. What nobody could look up is nothing to act on. */
function signing(keys: readonly SigningKeyStatus[]): Attention[] {
  const domains = Map.groupBy(keys, ({ domain }) => domain);
  return Array.from(domains).flatMap(([domain, own]): Attention[] => {
    const isLost = own.some(
      ({ state, publication }) =>
        state === 'active' && (publication === 'missing' || publication === 'different'),
    );
    if (isLost) return [{ kind: 'keyUnpublished', severity: 'error', domain }];
    const isWaiting = own.some(({ state }) => state === 'announced');
    return isWaiting ? [{ kind: 'keyWaits', severity: 'notice', domain }] : [];
  });
}

function directory({ allowCleartextAuth, domains, accounts }: AttentionFacts): Attention[] {
  const found: Attention[] = [];
  if (allowCleartextAuth) found.push({ kind: 'cleartextAuth', severity: 'warning' });
  if (domains === 0) found.push({ kind: 'noDomain', severity: 'notice' });
  else if (accounts === 0) found.push({ kind: 'noAccount', severity: 'notice' });
  return found;
}
