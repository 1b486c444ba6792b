/**
 * Routing courier: hands each recipient of an attempt to the stage that carries it: delivery or relay.
 *
 * Flow: queue → here → delivery | relay → reports → queue. Invariants: recipients here are dealt with and recorded before
 * the first one elsewhere is tried, so a slow host far away never holds up mail between colleagues.
 */
import type {
  AttemptReporting,
  ChosenNextHop,
  Courier,
  QueueEntry,
  QueueRecipient,
  RecordReport,
} from '../queue/port.ts';
import type { LocalRoute, NextHop, NoRoute, RelayRoute, Route, RoutedRecipient, Router } from './port.ts';

export interface RoutingCourierOptions {
  readonly router: Router;
  /** Where an administrator's choice leads; null where it leads nowhere any more. */
  readonly chosenNextHop: (chosen: ChosenNextHop) => NextHop | null;
  readonly delivery: {
    /** Records what it did itself; mailboxes here first. */
    deliver(
      entry: QueueEntry,
      recipients: readonly RoutedRecipient<LocalRoute | NoRoute>[],
      record: RecordReport,
    ): Promise<void>;
  };
  readonly relay: {
    /** Records every outcome itself, as soon as it is known. */
    relay(
      entry: QueueEntry,
      recipients: readonly RoutedRecipient<RelayRoute>[],
      reporting: AttemptReporting,
    ): Promise<void>;
  };
}

export function createRoutingCourier(options: RoutingCourierOptions): Courier {
  const { delivery, relay } = options;
  return {
    async attempt(entry, recipients, reporting) {
      const routed = await Promise.all(
        recipients.map(async (recipient) => ({
          recipient,
          route: await routeRecipient(options, entry, recipient),
        })),
      );
      const here = routed.filter(isHere);
      if (here.length > 0) await delivery.deliver(entry, here, reporting.record);
      const elsewhere = routed.filter(isElsewhere);
      if (elsewhere.length > 0) await relay.relay(entry, elsewhere, reporting);
    },
  };
}

/** What an administrator chose for a recipient goes before all routes. */
function routeRecipient(
  { router, chosenNextHop }: RoutingCourierOptions,
  entry: QueueEntry,
  recipient: QueueRecipient,
): Promise<Route> {
  const nextHop = recipient.chosenNextHop === undefined ? null : chosenNextHop(recipient.chosenNextHop);
  if (nextHop !== null) return Promise.resolve({ kind: 'relay', nextHop });
  return router.route(recipient.address, entry);
}

function isHere(routed: RoutedRecipient): routed is RoutedRecipient<LocalRoute | NoRoute> {
  return !isElsewhere(routed);
}

function isElsewhere(routed: RoutedRecipient<Route>): routed is RoutedRecipient<RelayRoute> {
  return routed.route.kind === 'relay';
}
