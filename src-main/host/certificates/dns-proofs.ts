/**
 * DnsProofs: TXT records that an administrator publishes by hand, and an order that waits until they are to be seen (dns-01).
 *
 * RFC 8555 §8.4. Invariants: DNS is asked now and then by itself, and at once when somebody presses the button; what nobody publishes
 * is given up after PATIENCE_MS, sooner than the authority forgets it.
 */
import type { Cancel, Clock } from '../../base/clock.ts';
import { dnsChallengeRecord } from '../../protocol/acme/challenges.ts';
import type { ChallengeSolver } from '../../protocol/acme/obtain-certificate.ts';
import { AcmeError } from '../../protocol/acme/problem.ts';
import type { DnsResolver } from '../../protocol/dns/resolver.ts';

const LOOK_MS = 60_000;
/** Authorities keep an authorization that is not proved for a week. */
const PATIENCE_MS = 6 * 24 * 60 * 60_000;

export interface AwaitedRecord {
  readonly name: string;
  readonly value: string;
  /** When DNS was asked last; null: not yet. */
  readonly lookedAt: number | null;
}

interface Wait {
  record: AwaitedRecord;
  readonly until: number;
  readonly done: (error: AcmeError | null) => void;
}

export interface DnsProofsOptions {
  readonly resolver: Pick<DnsResolver, 'txt'>;
  readonly clock: Clock;
  readonly onChange: () => void;
}

export class DnsProofs {
  readonly #options: DnsProofsOptions;
  readonly #waits = new Set<Wait>();
  #cancel: Cancel = () => undefined;

  constructor(options: DnsProofsOptions) {
    this.#options = options;
  }

  readonly solver: ChallengeSolver = {
    type: 'dns-01',
    present: async ({ name, keyAuthorization }, signal) => {
      await this.#await(dnsChallengeRecord(name, keyAuthorization), signal);
      return () => undefined;
    },
  };

  get records(): readonly AwaitedRecord[] {
    return [...this.#waits].map(({ record }) => record);
  }

  /** Asks DNS now. */
  async look(): Promise<void> {
    await Promise.all([...this.#waits].map((wait) => this.#lookFor(wait)));
    this.#options.onChange();
  }

  /** Ends every wait. */
  stop(): void {
    this.#cancel();
    for (const { done } of this.#waits) done(new AcmeError('nobody waits for the record any more'));
  }

  #await({ name, value }: { name: string; value: string }, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => wait.done(new AcmeError('nobody waits for the record any more'));
      const wait: Wait = {
        record: { name, value, lookedAt: null },
        until: this.#options.clock.now() + PATIENCE_MS,
        done: (error) => {
          this.#waits.delete(wait);
          signal.removeEventListener('abort', giveUp);
          this.#options.onChange();
          if (error === null) resolve();
          else reject(error);
        },
      };
      this.#waits.add(wait);
      signal.addEventListener('abort', giveUp, { once: true });
      if (signal.aborted) return giveUp();
      this.#options.onChange();
      this.#lookLater();
    });
  }

  #lookLater(): void {
    this.#cancel();
    if (this.#waits.size === 0) return;
    this.#cancel = this.#options.clock.after(LOOK_MS, () => {
      void this.look().finally(() => this.#lookLater());
    });
  }

  async #lookFor(wait: Wait): Promise<void> {
    const { clock, resolver } = this.#options;
    const found = await resolver.txt(wait.record.name);
    if (!this.#waits.has(wait)) return;
    wait.record = { ...wait.record, lookedAt: clock.now() };
    if (found.kind === 'found' && found.records.includes(wait.record.value)) return wait.done(null);
    if (clock.now() >= wait.until)
      wait.done(new AcmeError(`nobody published the record ${wait.record.name}`));
  }
}
