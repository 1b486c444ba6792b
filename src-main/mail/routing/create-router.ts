/**
 * Router: says for a forward-path where its mail goes.
 *
 * Actor: MTA. RFC 5321 §5. Flow: RCPT and the queue's attempts ask; the directory knows our domains, the settings the rest.
 * Invariants: every address has a route; one that cannot be delivered says why, in a sentence for the sender. Whether a
 * client may use a relay route is not decided here but by the stage that takes the recipient.
 */
import { assertNever } from '../../base/result.ts';
import { parseAddress } from '../../format/address.ts';
import type { Directory, RecipientResolution } from '../../directory/port.ts';
import { findNextHop, type NextHopQuery } from './find-next-hop.ts';
import type { Route, Router, RoutingSettings } from './port.ts';

export interface RouterOptions {
  readonly directory: Directory;
  /** Asked at every look-up, so that a change counts at once. */
  readonly settings: () => RoutingSettings;
}

export function createRouter({ directory, settings }: RouterOptions): Router {
  return {
    async route(address, message) {
      // RFC 5321 §4.1.1.3: `postmaster` needs no domain.
      if (address.toLowerCase() === 'postmaster') {
        return toRoute(address, await directory.resolve(address), () => malformed(address));
      }
      const parsed = parseAddress(address, { allowUtf8: true });
      if (!parsed.ok) return malformed(address);
      const { asciiDomain } = parsed.value;
      const foreign = () => toForeign(address, { domain: asciiDomain, message }, settings());
      return toRoute(address, await directory.resolve(address), foreign);
    },
  };
}

function malformed(address: string): Route {
  const text = `${address} is not an address`;
  return { kind: 'undeliverable', status: '5.1.3', reason: 'malformedAddress', text };
}

function toRoute(address: string, resolution: RecipientResolution, foreign: () => Route): Route {
  switch (resolution.kind) {
    case 'local':
      return resolution;
    case 'foreign':
      return foreign();
    case 'unknown':
      return {
        kind: 'undeliverable',
        status: '5.1.1',
        reason: 'unknownRecipient',
        text: `There is no mailbox here for ${address}`,
      };
    case 'disabled':
      return {
        kind: 'undeliverable',
        status: '5.2.1',
        reason: 'disabledAccount',
        text: `The mailbox of ${address} is switched off`,
      };
    default:
      return assertNever(resolution);
  }
}

function toForeign(address: string, query: NextHopQuery, settings: RoutingSettings): Route {
  const nextHop = findNextHop(query, settings);
  if (nextHop !== null) return { kind: 'relay', nextHop };
  const text = `${address} is elsewhere, and this server does not send mail to other servers`;
  return { kind: 'undeliverable', status: '5.7.1', reason: 'relayingOff', text };
}
