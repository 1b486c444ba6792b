/**
 * Router: says for a forward-path where its mail goes.
 *
 * Actor: MTA. RFC 5321 §5. Flow: RCPT and the queue's attempts ask; the directory knows our domains.
 * Invariants: every address has a route; one that cannot be delivered says why, in a sentence for the sender.
 */
import { assertNever } from '../../base/result.ts';
import { parseAddress } from '../../format/address.ts';
import type { Directory, RecipientResolution } from '../../directory/port.ts';
import type { Route, Router } from './port.ts';

export function createRouter(options: { directory: Directory }): Router {
  return {
    async route(address) {
      if (!isWellFormed(address)) return malformed(address);
      return toRoute(address, await options.directory.resolve(address));
    },
  };
}

/** RFC 5321 §4.1.1.3: `postmaster` needs no domain. */
function isWellFormed(address: string): boolean {
  return address.toLowerCase() === 'postmaster' || parseAddress(address, { allowUtf8: true }).ok;
}

function malformed(address: string): Route {
  const text = `${address} is not an address`;
  return { kind: 'undeliverable', status: '5.1.3', reason: 'malformedAddress', text };
}

function toRoute(address: string, resolution: RecipientResolution): Route {
  switch (resolution.kind) {
    case 'local':
      if (resolution.accounts.length > 0)
        return { kind: 'local', accounts: resolution.accounts, via: resolution.via };
      return resolution.foreign.length > 0 ? relayingNotAvailable(address) : unknownRecipient(address);
    case 'foreign':
      return relayingNotAvailable(address);
    case 'unknown':
      return unknownRecipient(address);
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

function unknownRecipient(address: string): Route {
  const text = `There is no mailbox here for ${address}`;
  return { kind: 'undeliverable', status: '5.1.1', reason: 'unknownRecipient', text };
}

function relayingNotAvailable(address: string): Route {
  const text = `${address} is elsewhere, and this server does not relay to other servers yet`;
  return { kind: 'undeliverable', status: '5.7.1', reason: 'relayingNotAvailable', text };
}
