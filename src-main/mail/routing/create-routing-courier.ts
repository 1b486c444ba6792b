/**
 * Routing courier: hands each recipient of an attempt to the stage that carries it: delivery or relay.
 *
 * Flow: queue → here → delivery | relay → reports → queue. Invariants: recipients here are dealt with and recorded before
 * the first one elsewhere is tried, so a slow host far away never holds up mail between colleagues.
 */
import type { Courier, CourierReport, QueueEntry, RecordReport } from '../queue/port.ts';
import type { LocalRoute, NoRoute, RelayRoute, Route, RoutedRecipient, Router } from './port.ts';

export interface RoutingCourierOptions {
  readonly router: Router;
  readonly delivery: {
    deliver(entry: QueueEntry, recipients: readonly RoutedRecipient<LocalRoute | NoRoute>[]): CourierReport;
  };
  readonly relay: {
    /** Records every outcome itself, as soon as it is known. */
    relay(
      entry: QueueEntry,
      recipients: readonly RoutedRecipient<RelayRoute>[],
      record: RecordReport,
    ): Promise<void>;
  };
}

export function createRoutingCourier({ router, delivery, relay }: RoutingCourierOptions): Courier {
  return {
    async attempt(entry, recipients, record) {
      const routed = await Promise.all(
        recipients.map(async (recipient) => ({
          recipient,
          route: await router.route(recipient.address, entry),
        })),
      );
      const here = routed.filter(isHere);
      if (here.length > 0) await record(delivery.deliver(entry, here));
      const elsewhere = routed.filter(isElsewhere);
      if (elsewhere.length > 0) await relay.relay(entry, elsewhere, record);
    },
  };
}

function isHere(routed: RoutedRecipient): routed is RoutedRecipient<LocalRoute | NoRoute> {
  return !isElsewhere(routed);
}

function isElsewhere(routed: RoutedRecipient<Route>): routed is RoutedRecipient<RelayRoute> {
  return routed.route.kind === 'relay';
}
