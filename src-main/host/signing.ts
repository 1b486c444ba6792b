/** Signing of mail that leaves, built: the keys of our domains, and who is vouched for with them. */
import { isForDevices } from '../mail/acceptance/rule-replies.ts';
import type { RuleBook } from '../mail/routing/relay-rules/port.ts';
import { createOutgoingSigner } from '../mail/signing/create-outgoing-signer.ts';
import type { LeavingEntry, OutgoingSigner } from '../mail/signing/port.ts';
import { SigningKeys } from '../mail/signing/signing-keys.ts';
import type { DnsResolver } from '../protocol/dns/resolver.ts';
import type { MailPathOptions } from './mail-path.ts';

const DAY_MS = 24 * 60 * 60_000;

export interface Signing {
  readonly keys: SigningKeys;
  readonly signer: OutgoingSigner;
  /** Whose mail is signed: this server's own domain, or another of ours; null: nobody's. */
  readonly signingDomain: () => string | null;
}

export function createSigning(
  options: MailPathOptions,
  parts: { resolver: DnsResolver; hostname: () => string; ruleBook: RuleBook },
): Signing {
  const { resolver, hostname, ruleBook } = parts;
  const keys = new SigningKeys({
    ...options,
    store: options.storage.signingKeys,
    resolver,
    rotateAfterMs: () => options.settings().signing.rotateAfterDays * DAY_MS,
  });
  options.directory.onChange(() => {
    keys
      .refresh()
      .catch((error: unknown) => options.logger.error('signing keys could not be read', { error }));
  });
  const isOurs = (entry: LeavingEntry) => beganWithUs(entry, ruleBook);
  const signingDomain = () => [...keys.keysFor(hostname()), ...keys.anyKeys()][0]?.domain ?? null;
  return { keys, signer: createOutgoingSigner({ ...options, keys, hostname, isOurs }), signingDomain };
}

/** What came in from elsewhere began with us only where a rule for our devices let it in. */
async function beganWithUs(entry: LeavingEntry, ruleBook: RuleBook): Promise<boolean> {
  if (entry.origin !== 'reception' || entry.client === undefined) return entry.origin !== 'reception';
  const [recipient] = entry.recipients;
  const domain = recipient?.address.slice(recipient.address.lastIndexOf('@') + 1) ?? '';
  const query = { client: entry.client, domain, isOurs: false, at: entry.receivedAt };
  return isForDevices(await ruleBook.decide(query));
}
