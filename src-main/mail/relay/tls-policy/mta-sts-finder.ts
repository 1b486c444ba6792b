/**
 * MtaStsFinder: the MTA-STS policy of a domain, fetched when its id changes and kept for as long as it asks.
 *
 * RFC 8461 §3.3, §5. Invariants: a policy that we have holds until its time is over, whatever DNS or the web server say
 * meanwhile, so that nobody can take it away by keeping us from asking; a fetch is bounded in time and size, follows no redirect and
 * believes no bad certificate; domains without a policy cost one look-up in five minutes.
 */
import type { Clock } from '../../../base/clock.ts';
import type { TlsFailure } from '../../../protocol/connection/peer-certificate.ts';
import type { DnsResolver } from '../../../protocol/dns/resolver.ts';
import { HttpsError, type HttpsReply, type SendHttps } from '../../../protocol/https/https-client.ts';
import { parsePolicy, readPolicyId, type MtaStsPolicy } from './mta-sts-policy.ts';
import type { StoredPolicy, TlsPolicyStore } from './port.ts';
import { Remembered } from './remembered.ts';

/** How long a look at the TXT record counts; RFC 8461 §3.3: after a failure, the policy is not fetched again at once. */
const LOOK_MS = 5 * 60_000;

export interface MtaStsFinding {
  readonly policy: MtaStsPolicy | null;
  /** Why a policy that there is could not be had; null: nothing is wrong. */
  readonly failure: { readonly kind: TlsFailure; readonly reason: string } | null;
}

export interface MtaStsFinderOptions {
  readonly resolver: Pick<DnsResolver, 'txt'>;
  readonly fetch: SendHttps;
  readonly store: TlsPolicyStore;
  readonly clock: Clock;
}

const NOTHING: MtaStsFinding = { policy: null, failure: null };

export class MtaStsFinder {
  readonly #options: MtaStsFinderOptions;
  readonly #known: Remembered<MtaStsFinding>;

  constructor(options: MtaStsFinderOptions) {
    this.#options = options;
    this.#known = new Remembered(options.clock, LOOK_MS);
  }

  find(domain: string): Promise<MtaStsFinding> {
    return this.#known.get(domain, () => this.#look(domain));
  }

  async #look(domain: string): Promise<MtaStsFinding> {
    const { resolver, store, clock } = this.#options;
    const [kept, record] = await Promise.all([store.readPolicy(domain), resolver.txt(`_mta-sts.${domain}`)]);
    const held = kept !== null && kept.expiresAt > clock.now() ? kept : null;
    const id = record.kind === 'found' ? readPolicyId(record.records) : null;
    // RFC 8461 §3.1, §5.1: without a record, or with the same id, what we have goes on.
    if (id === null || id === held?.id) return held === null ? NOTHING : findingOf(held);
    const fetched = await this.#fetch(domain, id);
    if (fetched.policy !== null || held === null) return fetched;
    return { ...findingOf(held), failure: fetched.failure };
  }

  async #fetch(domain: string, id: string): Promise<MtaStsFinding> {
    const { fetch, store, clock } = this.#options;
    try {
      const reply = await fetch({ method: 'GET', url: `https://mta-sts.${domain}/.well-known/mta-sts.txt` });
      const problem = problemOf(reply);
      if (problem !== null) return failed('sts-policy-fetch-error', problem);
      const text = reply.body.toString('utf8');
      const policy = parsePolicy(text);
      if (policy === null) return failed('sts-policy-invalid', 'the policy breaks its grammar');
      const fetchedAt = clock.now();
      await store.keepPolicy({
        domain,
        id,
        text,
        fetchedAt,
        expiresAt: fetchedAt + policy.maxAgeSeconds * 1000,
      });
      return { policy, failure: null };
    } catch (error) {
      if (!(error instanceof HttpsError)) throw error;
      const kind = error.kind === 'certificate' ? 'sts-webpki-invalid' : 'sts-policy-fetch-error';
      return failed(kind, error.message);
    }
  }
}

/** RFC 8461 §3.3: status 200, text/plain. */
function problemOf({ status, headers }: HttpsReply): string | null {
  if (status !== 200) return `the policy host answered ${status}`;
  const type = headers['content-type'] ?? '';
  return /^text\/plain\b/iu.test(type) ? null : `the policy is ${type === '' ? 'of no type' : type}`;
}

function failed(kind: TlsFailure, reason: string): MtaStsFinding {
  return { policy: null, failure: { kind, reason } };
}

function findingOf({ text }: StoredPolicy): MtaStsFinding {
  return { policy: parsePolicy(text), failure: null };
}
