/**
 * Report addresses: where reports about our domains come in: those of the settings, and those that our records in DNS name.
 *
 * RFC 9989 §4.7 (rua), RFC 8460 §3. Flow: DNS once an hour → here → report intake. Invariants: what nobody could look up keeps the
 * answer of before.
 */
import type { Cancel, Clock } from '../../base/clock.ts';
import { addressKey, parseAddress } from '../../format/address.ts';
import { isDmarcRecord, parseDmarcRecord } from '../../protocol/authentication/dmarc/record.ts';
import type { DnsResolver } from '../../protocol/dns/resolver.ts';
import { findTlsDestinations, parseReportUri } from './destinations.ts';

const LOOK_INTERVAL_MS = 60 * 60_000;

export interface ReportAddressesOptions {
  readonly resolver: DnsResolver;
  readonly clock: Clock;
  readonly domains: () => Promise<readonly string[]>;
  /** Those of the settings. */
  readonly configured: () => readonly string[];
  readonly onError: (error: unknown) => void;
}

export class ReportAddresses {
  readonly #options: ReportAddressesOptions;
  /** By domain. */
  readonly #published = new Map<string, readonly string[]>();
  #cancel: Cancel = () => undefined;
  #isStopped = false;

  constructor(options: ReportAddressesOptions) {
    this.#options = options;
  }

  start(): void {
    this.#lookAfter(0);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  /** `key`: as addressKey() has it. */
  has(key: string): boolean {
    if (this.#options.configured().some((address) => keyOf(address) === key)) return true;
    return [...this.#published.values()].some((addresses) => addresses.includes(key));
  }

  async look(): Promise<void> {
    for (const domain of await this.#options.domains()) {
      const addresses = await this.#findPublished(domain);
      if (addresses !== null)
        this.#published.set(
          domain,
          addresses.flatMap((address) => keyOf(address) ?? []),
        );
    }
  }

  #lookAfter(delayMs: number): void {
    this.#cancel = this.#options.clock.after(delayMs, () => {
      this.look()
        .catch(this.#options.onError)
        .finally(() => {
          if (!this.#isStopped) this.#lookAfter(LOOK_INTERVAL_MS);
        });
    });
  }

  /** null where nobody could say. */
  async #findPublished(domain: string): Promise<readonly string[] | null> {
    const { resolver } = this.#options;
    const [answer, tls] = await Promise.all([
      resolver.txt(`_dmarc.${domain}`),
      findTlsDestinations(domain, resolver),
    ]);
    if (answer.kind === 'temporaryFailure') return null;
    const text = answer.kind === 'found' ? answer.records.find(isDmarcRecord) : undefined;
    const uris = text === undefined ? [] : (parseDmarcRecord(domain, text)?.reportUris ?? []);
    const dmarc = uris.flatMap((uri) => parseReportUri(uri) ?? []);
    return [...dmarc, ...tls].map(({ address }) => address);
  }
}

function keyOf(address: string): string | null {
  const parsed = parseAddress(address, { allowUtf8: true });
  return parsed.ok ? addressKey(parsed.value) : null;
}
