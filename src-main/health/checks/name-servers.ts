/**
 * What each name server of a zone says of a record, so that "not yet everywhere" is told from "not there".
 *
 * RFC 1034 §4.3.1 (each server of a zone answers for itself). Flow: a check finds a record wrong → here → NS, their addresses, a
 * question to each. Invariants: at most MOST_SERVERS are asked; a server that is silent is neither right nor wrong.
 */
import type { RecordData, RecordType } from '../../protocol/dns/record-resolver.ts';
import { tell } from '../finding-words.ts';
import type { CheckFinding, NameServerSpread } from '../port.ts';
import type { CheckTools } from '../tools.ts';
import { addressesOf } from './mail-hosts.ts';

const MOST_SERVERS = 8;
const MINUTE_SECONDS = 60;

export interface SpreadQuestion<Type extends RecordType> {
  readonly name: string;
  readonly type: Type;
  /** Of no records too. */
  readonly isRight: (records: readonly RecordData[Type][]) => boolean;
}

/** Adds to a finding that is not good what the zone's own servers say; where all have it, it only takes time. */
export async function withSpread<Type extends RecordType>(
  tools: CheckTools,
  finding: CheckFinding,
  question: SpreadQuestion<Type>,
): Promise<CheckFinding> {
  if (finding.state === 'ok' || finding.state === 'undetermined') return finding;
  const spread = await askNameServers(tools, question);
  if (spread === null) return finding;
  const answered = spread.servers.filter(({ has }) => has !== null);
  const having = answered.filter(({ has }) => has === true).length;
  if (having === 0) return finding;
  const minutes = Math.ceil((spread.ttlSeconds ?? 0) / MINUTE_SECONDS);
  const values = { name: question.name, has: having, of: answered.length, minutes };
  if (having < answered.length)
    return { ...finding, state: 'warning', text: tell('spreading', values), spread };
  return { ...finding, state: 'warning', text: tell('cachedElsewhere', values), fixes: [], spread };
}

async function askNameServers<Type extends RecordType>(
  tools: CheckTools,
  { name, type, isRight }: SpreadQuestion<Type>,
): Promise<NameServerSpread | null> {
  const names = await nameServersOf(tools, name);
  if (names.length === 0) return null;
  const servers = await Promise.all(
    names.slice(0, MOST_SERVERS).map(async (server) => {
      const [address] = (await addressesOf(tools, server)).addresses;
      if (address === undefined) return { name: server, has: null };
      const answer = await tools.dns.askAt({ address, port: tools.nameServerPort }, name, type);
      if (answer.kind === 'temporaryFailure') return { name: server, has: null };
      return { name: server, has: isRight(answer.kind === 'found' ? answer.records : []) };
    }),
  );
  const seen = await tools.dns.ask(name, type);
  return { servers, ttlSeconds: seen.kind === 'found' ? seen.ttlSeconds : null };
}

/** Of the zone that the name is in: the nearest name above it that has NS records. */
async function nameServersOf({ dns }: CheckTools, name: string): Promise<readonly string[]> {
  const labels = name.split('.');
  for (let from = 0; from < labels.length - 1; from++) {
    const answer = await dns.ask(labels.slice(from).join('.'), 'NS');
    if (answer.kind === 'found') return answer.records.toSorted();
    if (answer.kind === 'temporaryFailure') return [];
  }
  return [];
}
