/**
 * Which TLS the hosts of a domain must have: what DNS says of their keys (DANE), else what the domain's policy says (MTA-STS), else
 * none is asked for and any is taken (RFC 7435).
 *
 * RFC 7672 §1.3, RFC 8461 §2 (DANE goes first, and MTA-STS never overrides it), RFC 8460. Flow: find targets → here → sessions.
 * Invariants: a host that a policy excludes is left out with the reason, and the mail waits; nothing is excluded in testing mode.
 */
import type { SessionTarget, TargetPolicy } from '../../../protocol/smtp/client/open-session.ts';
import { temporaryProblem, type SessionProblem } from '../../../protocol/smtp/client/problem.ts';
import { describeTlsa } from '../../../protocol/connection/dane.ts';
import type { TlsOutcome } from '../../reports/tls-outcome.ts';
import type { DaneFinding } from './dane-finder.ts';
import type { MtaStsFinding } from './mta-sts-finder.ts';
import { coversHost, policyLines, type MtaStsPolicy } from './mta-sts-policy.ts';

export interface TlsPolicyFinder extends TlsPolicySources {
  /** What the targets of the domain must do. */
  apply(domain: string, targets: readonly SessionTarget[]): Promise<AppliedPolicies>;
}

export interface AppliedPolicies {
  readonly targets: readonly SessionTarget[];
  /** Why hosts were left out. */
  readonly problems: readonly SessionProblem[];
  /** What is to be reported though no session was opened. */
  readonly outcomes: readonly TlsOutcome[];
}

export interface TlsPolicySources {
  /** null: not used here. */
  readonly findDane: (host: { domain: string; host: string; port: number }) => Promise<DaneFinding>;
  readonly findMtaSts: (domain: string) => Promise<MtaStsFinding>;
}

const NO_POLICY: TargetPolicy = { type: 'no-policy-found', lines: [], mxHosts: [], note: 'none' };

export function createTlsPolicyFinder(sources: TlsPolicySources): TlsPolicyFinder {
  return {
    ...sources,
    async apply(domain, targets) {
      const hosts = [...new Set(targets.map(({ host }) => host))];
      const [sts, ...danes] = await Promise.all([
        sources.findMtaSts(domain),
        ...hosts.map((host) => {
          const port = targets.find((target) => target.host === host)?.port ?? 0;
          return sources.findDane({ domain, host, port });
        }),
      ]);
      const byHost = new Map(hosts.map((host, index) => [host, danes[index] ?? { kind: 'none' as const }]));
      const decided = targets.map((target) =>
        decide(target, byHost.get(target.host) ?? { kind: 'none' }, sts.policy),
      );
      return {
        targets: decided.flatMap(({ target }) => target ?? []),
        problems: distinct(decided.flatMap(({ problem }) => problem ?? [])),
        outcomes: [
          ...fetchFailure(domain, sts),
          ...decided.flatMap(({ outcome }) => (outcome ? [{ ...outcome, domain }] : [])),
        ],
      };
    },
  };
}

interface Decision {
  readonly target?: SessionTarget;
  readonly problem?: SessionProblem;
  readonly outcome?: Omit<TlsOutcome, 'domain'>;
}

function decide(target: SessionTarget, dane: DaneFinding, sts: MtaStsPolicy | null): Decision {
  switch (dane.kind) {
    case 'failed':
      return refuse(target, { failure: 'dnssec-invalid', reason: dane.reason, policy: tlsaPolicy([]) });
    case 'unusable': {
      const policy = { ...tlsaPolicy([]), note: 'DANE, with no record that can be used: TLS is a must' };
      return { target: { ...target, tls: 'required', mustVerify: false, policy } };
    }
    case 'usable': {
      const policy = tlsaPolicy(dane.terms.records.map((record) => `${describeTlsa(record)} ${record.data}`));
      return { target: { ...target, tls: 'required', mustVerify: false, tlsa: dane.terms, policy } };
    }
    case 'none':
      return sts === null || sts.mode === 'none'
        ? { target: { ...target, policy: NO_POLICY } }
        : obey(target, sts);
  }
}

function obey(target: SessionTarget, sts: MtaStsPolicy): Decision {
  const policy: TargetPolicy = {
    type: 'sts',
    lines: policyLines(sts),
    mxHosts: sts.mx,
    note: `MTA-STS, mode ${sts.mode}`,
  };
  if (sts.mode !== 'enforce') {
    const isHostMissing = coversHost(sts, target.host) ? {} : { isHostMissing: true as const };
    return { target: { ...target, policy: { ...policy, isTesting: true, ...isHostMissing } } };
  }
  if (coversHost(sts, target.host))
    return { target: { ...target, tls: 'required', mustVerify: true, policy } };
  const reason = `${target.host} is not among the hosts that the domain's policy names (${sts.mx.join(', ')})`;
  return refuse(target, { failure: 'validation-failure', reason, policy });
}

function refuse(
  { host, address }: SessionTarget,
  why: { failure: Exclude<TlsOutcome['result'], 'success'>; reason: string; policy: TargetPolicy },
): Decision {
  const { failure, reason, policy } = why;
  return {
    problem: temporaryProblem('4.7.5', `${host}: ${reason}`),
    outcome: { policy, receivingMx: host, receivingAddress: address, result: failure, reason },
  };
}

function tlsaPolicy(lines: readonly string[]): TargetPolicy {
  const kinds = lines.map((line) => line.split(' ').slice(0, 3).join(' '));
  return { type: 'tlsa', lines, mxHosts: [], note: `DANE, TLSA ${[...new Set(kinds)].join(', ')}` };
}

function fetchFailure(domain: string, { failure, policy }: MtaStsFinding): TlsOutcome[] {
  if (failure === null) return [];
  const told: TargetPolicy = {
    type: 'sts',
    lines: policy === null ? [] : policyLines(policy),
    mxHosts: policy?.mx ?? [],
    note: '',
  };
  return [
    {
      domain,
      policy: told,
      receivingMx: '',
      receivingAddress: '',
      result: failure.kind,
      reason: failure.reason,
    },
  ];
}

/** A host with several addresses is told of once. */
function distinct(problems: readonly SessionProblem[]): readonly SessionProblem[] {
  return problems.filter(
    ({ diagnostic }, index) => problems.findIndex((other) => other.diagnostic === diagnostic) === index,
  );
}
