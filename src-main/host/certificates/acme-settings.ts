/** What settings say of a certificate authority (ACME), and which certificates that means. */
import type { ChallengeType } from '../../protocol/acme/challenges.ts';
import { policyHost, type MtaStsSetting } from './mta-sts.ts';
import type { ExternalAccountBinding } from './port.ts';

export interface AcmeSettings {
  readonly isOn: boolean;
  readonly directoryUrl: string;
  /** Where the authority may write to; null: nowhere. */
  readonly email: string | null;
  readonly challenge: ChallengeType;
  /** Besides the server's own name. */
  readonly names: readonly string[];
  /** Authorities to trust for the ACME server itself, PEM: one of the office's own; null: those that all trust. */
  readonly trustedRoots: string | null;
  readonly binding: ExternalAccountBinding | null;
}

export const LETS_ENCRYPT = 'https://acme-v02.api.letsencrypt.org/directory';

export const DEFAULT_ACME: AcmeSettings = {
  isOn: false,
  directoryUrl: LETS_ENCRYPT,
  email: null,
  challenge: 'http-01',
  names: [],
  trustedRoots: null,
  binding: null,
};

/** The purpose of the certificate that mail clients and other servers see. */
export const SERVER_PURPOSE = 'server';

export interface CertificatePlan {
  readonly purpose: string;
  readonly names: readonly string[];
}

/**
 * One certificate for the server, and one for each host that publishes a policy: a name that cannot be proved keeps none of the
 * others from being renewed.
 */
export function planCertificates(settings: {
  hostname: string;
  acme: AcmeSettings;
  mtaSts: readonly MtaStsSetting[];
}): readonly CertificatePlan[] {
  const { hostname, acme, mtaSts } = settings;
  if (!acme.isOn) return [];
  const names = [...new Set([hostname, ...acme.names])];
  const policies = mtaSts.map(({ domain }) => ({ purpose: policyHost(domain), names: [policyHost(domain)] }));
  return [
    { purpose: SERVER_PURPOSE, names },
    ...policies.filter(({ names: [own] }) => !names.includes(own ?? '')),
  ];
}
