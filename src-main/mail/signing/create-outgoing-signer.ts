/**
 * OutgoingSigner: what stands above a message on its way out: our DKIM signatures on what our people wrote, our ARC seal on what
 * we pass on.
 *
 * RFC 6376 §5, RFC 8617 §5.1. Flow: relay → here → protocol/authentication. Invariants: we sign only for an author in our domains
 * whose message began with us: mail from elsewhere that claims to be ours is not vouched for. Nothing here keeps a message from
 * leaving: where signing fails it goes unsigned, and the log says so.
 */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { sealMessage } from '../../protocol/authentication/arc/seal.ts';
import { readAuthorDomains } from '../../protocol/authentication/author-domains.ts';
import { rawBody, readRawFields } from '../../protocol/authentication/dkim/canonical-header.ts';
import { SIGNED_FORM, signMessage, type SigningKey } from '../../protocol/authentication/dkim/sign.ts';
import { readAuthservId } from '../../protocol/authentication/forged-results.ts';
import { readSignedMessage, type SignedMessage } from '../../protocol/authentication/signed-message.ts';
import type { LeavingEntry, OutgoingSigner } from './port.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface OutgoingSignerOptions {
  readonly keys: Pick<SigningKeys, 'keysFor' | 'anyKeys'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** This server's name: the authserv-id of its results. */
  readonly hostname: () => string;
  /** Whether the message began with us: our users', our devices', our own. */
  readonly isOurs: (entry: LeavingEntry) => Promise<boolean>;
}

export function createOutgoingSigner(options: OutgoingSignerOptions): OutgoingSigner {
  return {
    async sign(entry, content) {
      if (options.keys.anyKeys().length === 0) return '';
      try {
        return (await options.isOurs(entry))
          ? await vouch(options, content)
          : await passOn(options, entry, content);
      } catch (error) {
        options.logger.error('A message leaves unsigned', { traceId: entry.id, error });
        return '';
      }
    },
  };
}

/** null where the header section is larger than any that verifiers look at. */
async function read(content: AsyncIterable<Uint8Array>): Promise<SignedMessage | null> {
  const message = await readSignedMessage(content, () => [SIGNED_FORM]);
  return message.isCut ? null : message;
}

/** RFC 6376 §5: for one author domain, so that the signature is aligned with it. */
async function vouch(options: OutgoingSignerOptions, content: AsyncIterable<Uint8Array>): Promise<string> {
  const message = await read(content);
  if (message === null) return '';
  const domains = readAuthorDomains(message.fields);
  const [domain, ...others] = typeof domains === 'string' ? [] : domains;
  if (domain === undefined || others.length > 0) return '';
  return signMessage(message, options.keys.keysFor(domain), options.clock.now());
}

/** Seals what we found of it; where nothing was looked at, there is nothing to seal. */
async function passOn(
  options: OutgoingSignerOptions,
  entry: LeavingEntry,
  content: AsyncIterable<Uint8Array>,
): Promise<string> {
  const results = findOwnResults(entry, options.hostname());
  const chain = /[\s;]arc=(none|pass)\b/.exec(results ?? '')?.[1];
  const key = chooseSealingKey(options);
  if (results === null || key === null || (chain !== 'none' && chain !== 'pass')) return '';
  const message = await read(content);
  return message === null ? '' : sealMessage(message, { key, results, chain, now: options.clock.now() });
}

/** RFC 8617 §4.1 knows rsa-sha256 alone. */
function chooseSealingKey({ keys, hostname }: OutgoingSignerOptions): SigningKey | null {
  const candidates = [...keys.keysFor(hostname().toLowerCase()), ...keys.anyKeys()];
  return candidates.find(({ algorithm }) => algorithm === 'rsa-sha256') ?? null;
}

/** The body of our Authentication-Results field, without its line end. */
function findOwnResults({ prefix = '' }: LeavingEntry, hostname: string): string | null {
  const field = readRawFields(Buffer.from(prefix).toString('latin1')).find(
    (each) =>
      each.name === 'authentication-results' && readAuthservId(rawBody(each)) === hostname.toLowerCase(),
  );
  return field === undefined ? null : rawBody(field).trim();
}
