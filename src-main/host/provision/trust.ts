/** What a provision file says of certificates, of the authority that they come from, and of policies that domains publish. */
import { z } from 'zod';
import { canonicalDomain } from '../../directory/address-key.ts';
import { DEFAULT_ACME, LETS_ENCRYPT, type AcmeSettings } from '../certificates/acme-settings.ts';
import type { MtaStsSetting } from '../certificates/mta-sts.ts';
import type { HostSettings } from '../port.ts';
import type { Provision } from './schema.ts';

const text = z.string().min(1);
const paths = z.strictObject({ certFile: text, keyFile: text });

/** One certificate, or several. */
export const tlsProvision = z.union([paths.transform((one) => [one]), z.array(paths).min(1)]);

export const acmeProvision = z.strictObject({
  enabled: z.boolean().default(true),
  directory: z.url({ protocol: /^https$/u }).default(LETS_ENCRYPT),
  email: z.email().exactOptional(),
  /** Besides the server's own name. */
  names: z.array(text).default([]),
  challenge: z.enum(['http-01', 'tls-alpn-01', 'dns-01']).default('http-01'),
  /** PEM, for an authority of the office's own. */
  trustedRoots: text.exactOptional(),
  externalAccount: z.strictObject({ keyId: text, hmacKey: text }).exactOptional(),
});

export const mtaStsProvision = z.enum(['off', 'testing', 'enforce']);

export const outboundTlsProvision = z.strictObject({
  mtaSts: z.boolean().exactOptional(),
  dane: z.boolean().exactOptional(),
  /** Believes what `dns.servers` say about DNSSEC though they are not on this machine. */
  trustResolver: z.boolean().exactOptional(),
});

/** The settings that the file asks for; what it does not name is left alone. */
export function toTrustSettings(provision: Provision, current: HostSettings): Partial<HostSettings> {
  const { tls, acme, domains, outboundTls } = provision;
  const wanted = domains.filter(({ mtaSts }) => mtaSts !== undefined);
  return {
    ...(tls !== undefined && { certificateFiles: tls }),
    ...(acme !== undefined && { acme: toAcmeSettings(acme) }),
    ...(outboundTls !== undefined && { outboundTls: toOutboundTls(outboundTls, current.outboundTls) }),
    ...(wanted.length > 0 && { mtaSts: toPolicies(wanted, current.mtaSts) }),
  };
}

function toOutboundTls(
  { mtaSts, dane, trustResolver }: NonNullable<Provision['outboundTls']>,
  current: HostSettings['outboundTls'],
): HostSettings['outboundTls'] {
  return {
    mtaSts: mtaSts ?? current.mtaSts,
    dane: dane ?? current.dane,
    trustsResolver: trustResolver ?? current.trustsResolver,
  };
}

function toAcmeSettings(acme: NonNullable<Provision['acme']>): AcmeSettings {
  const { enabled, directory, email, names, challenge, trustedRoots, externalAccount } = acme;
  return {
    ...DEFAULT_ACME,
    ...{ isOn: enabled, directoryUrl: directory, names, challenge },
    ...(email !== undefined && { email }),
    ...(trustedRoots !== undefined && { trustedRoots }),
    ...(externalAccount !== undefined && { binding: externalAccount }),
  };
}

function toPolicies(
  wanted: Provision['domains'],
  current: readonly MtaStsSetting[],
): readonly MtaStsSetting[] {
  const modes = new Map(current.map(({ domain, mode }) => [domain, mode as 'off' | MtaStsSetting['mode']]));
  for (const { name, mtaSts = 'off' } of wanted) modes.set(canonicalDomain(name) ?? name, mtaSts);
  return [...modes].flatMap(([domain, mode]) => (mode === 'off' ? [] : [{ domain, mode }]));
}
