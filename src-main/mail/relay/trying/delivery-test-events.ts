/** What a delivery test tells, in the order in which it happens. */
import type { AttemptTls } from '../../events.ts';
import type { Timed } from './tell-timed.ts';
import type { DialogueStep } from './watch-dialogue.ts';

export type DeliveryTestPhase = 'route' | 'hosts' | 'mtaSts' | 'tlsa' | DialogueStep;

export interface DeliveryVerdict {
  /**
   * `accepted`: the host would take mail for the recipient. `refused`: it, or the domain, never will. `later`: not now.
   * `unreachable`: nobody talked to us. `local`: it is for accounts here, or goes on from here. `noWay`: it has no way from here.
   */
  readonly kind: 'accepted' | 'refused' | 'later' | 'unreachable' | 'local' | 'noWay' | 'stopped';
  readonly host: string | null;
  /** The words of the host, or of this server. */
  readonly reply: string | null;
}

export type DeliveryTestEvent = Timed<DeliveryFinding>;

export type DeliveryFinding =
  | { readonly type: 'phase'; readonly phase: DeliveryTestPhase; readonly host: string | null }
  /** What was found out in the phase; a doubt is something wrong that need not end the way. */
  | { readonly type: 'fact'; readonly text: string; readonly isDoubt: boolean }
  | {
      readonly type: 'line';
      readonly line: { readonly from: 'client' | 'server' | 'note'; readonly text: string };
    }
  | { readonly type: 'tls'; readonly tls: AttemptTls }
  | { readonly type: 'hostVerdict'; readonly verdict: DeliveryVerdict }
  | { readonly type: 'done'; readonly verdict: DeliveryVerdict };
