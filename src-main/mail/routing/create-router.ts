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
import { findNextHop, nextHopOf, type NextHopQuery } from './find-next-hop.ts';
import type { ModerationAnswer, NextHop, Route, Router, RoutingSettings } from './port.ts';
import type { RuleBook } from './relay-rules/port.ts';

export interface RouterOptions {
  readonly directory: Directory;
  /** Asked at every look-up, so that a change counts at once. */
  readonly settings: () => RoutingSettings;
  /** Those that lead through a route go before all else. */
  readonly rules: Pick<RuleBook, 'decide'>;
  /** Whom a rewritten reverse-path stands for, where its DSN comes here; absent: nobody. */
  readonly rewriting?: { restore(address: string): string | null };
  /** What moderators' answers are written to; absent: no address is. */
  readonly answers?: { read(address: string): ModerationAnswer | null };
}

export function createRouter(options: RouterOptions): Router {
  const { directory, rewriting, answers } = options;
  return {
    async route(address, message) {
      // RFC 5321 §4.1.1.3: `postmaster` needs no domain.
      if (address.toLowerCase() === 'postmaster') {
        const resolution = await directory.resolve(address, message?.reversePath);
        return toRoute(address, resolution, () => Promise.resolve(malformed(address)));
      }
      const parsed = parseAddress(address, { allowUtf8: true });
      if (!parsed.ok) return malformed(address);
      const { asciiDomain } = parsed.value;
      const foreign = () => toForeign(address, { domain: asciiDomain, message }, options);
      const answer = answers?.read(address) ?? null;
      if (answer !== null && (await directory.isLocalDomain(asciiDomain))) return leadToModeration(answer);
      const resolution = await directory.resolve(address, message?.reversePath);
      const original = resolution.kind === 'unknown' ? (rewriting?.restore(address) ?? null) : null;
      return original === null ? toRoute(address, resolution, foreign) : leadTo(address, original);
    },
  };
}

const NOTHING_HERE = { kind: 'local', accounts: [], handOvers: [], moderatedGroup: null } as const;

/** A DSN about what we forwarded goes on to the sender. */
function leadTo(address: string, original: string): Route {
  return { ...NOTHING_HERE, foreign: [original], via: [address], by: 'alias' };
}

function leadToModeration(answer: ModerationAnswer): Route {
  return { ...NOTHING_HERE, foreign: [], via: [], by: null, answer };
}

function malformed(address: string): Route {
  const text = `${address} is not an address`;
  return { kind: 'undeliverable', status: '5.1.3', reason: 'malformedAddress', text };
}

function toRoute(
  address: string,
  resolution: RecipientResolution,
  foreign: () => Promise<Route>,
): Route | Promise<Route> {
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
    case 'closed':
      return {
        kind: 'undeliverable',
        status: '5.7.2',
        reason: 'closedGroup',
        text: `${resolution.group} takes mail from ${resolution.posting === 'members' ? 'its members' : 'our own domains'} only`,
      };
    default:
      return assertNever(resolution);
  }
}

async function toForeign(address: string, query: NextHopQuery, options: RouterOptions): Promise<Route> {
  const nextHop = (await findNextHopOfRule(query, options)) ?? findNextHop(query, options.settings());
  if (nextHop !== null) return { kind: 'relay', nextHop };
  const text = `${address} is elsewhere, and this server does not send mail to other servers`;
  return { kind: 'undeliverable', status: '5.7.1', reason: 'relayingOff', text };
}

/** null: no rule leads through a route. */
async function findNextHopOfRule(
  { domain, message }: NextHopQuery,
  { rules, settings }: RouterOptions,
): Promise<NextHop | null> {
  if (message?.client === undefined) return null;
  const { client, receivedAt } = message;
  const { rule } = await rules.decide({ client, domain, isOurs: false, at: receivedAt });
  if (rule?.action.kind !== 'route') return null;
  const { route: name } = rule.action;
  const route = settings().routes.find((setting) => setting.name === name);
  return route === undefined ? null : nextHopOf(route);
}
