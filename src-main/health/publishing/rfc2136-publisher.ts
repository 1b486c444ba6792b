/**
 * Rfc2136Publisher: changes a zone at its own name server, by dynamic update (RFC 2136) signed with TSIG (RFC 8945).
 *
 * Flow: publishing desk → here → protocol/dns/update. Invariants: an update carries what every set that it touches holds as its
 * prerequisite, octet by octet, so that a change by somebody else in between refuses it whole.
 */
import { err, ok } from '../../base/result.ts';
import { CLASSES, TYPES, type ReadMessage, type ResourceRecord } from '../../protocol/dns/update/message.ts';
import { decodeData, encodeData } from '../../protocol/dns/update/record-data.ts';
import {
  mustBe,
  mustNotExist,
  withoutRecord,
  type Rcode,
  type UpdateClient,
  type UpdateTrouble,
} from '../../protocol/dns/update/update-client.ts';
import type { TsigError } from '../../protocol/dns/update/tsig.ts';
import type { FoundRecord } from '../records/compare-records.ts';
import type { ZoneRecord } from '../records/zone-record.ts';
import { distinctSets, holdsSame, isSameSet, keyOf } from './change-sets.ts';
import type {
  ChangeSet,
  DnsPublisher,
  Published,
  PublishProblem,
  PublishProblemCode,
  RecordSetName,
} from './port.ts';

export interface Rfc2136PublisherOptions {
  /** In lower case. */
  readonly domain: string;
  readonly client: Pick<UpdateClient, 'query' | 'update'>;
}

interface HeldRecord {
  readonly record: FoundRecord;
  readonly wire: ResourceRecord;
}

export class Rfc2136Publisher implements DnsPublisher {
  readonly #domain: string;
  readonly #client: Rfc2136PublisherOptions['client'];

  constructor({ domain, client }: Rfc2136PublisherOptions) {
    this.#domain = domain;
    this.#client = client;
  }

  /** An update without any change asks whether we might make one. */
  async test(): Promise<Published<{ zone: string }>> {
    const zone = await this.#findZone();
    if (!zone.ok) return zone;
    const answer = await this.#client.update({ zone: zone.value, prerequisites: [], updates: [] });
    return answer.ok ? ok({ zone: zone.value }) : err(problemOf(answer.error));
  }

  async list(sets: readonly RecordSetName[]): Promise<Published<readonly FoundRecord[]>> {
    const held = await this.#readSets(sets);
    return held.ok ? ok(held.value.map(({ record }) => record)) : held;
  }

  async apply(change: ChangeSet): Promise<Published<void>> {
    const zone = await this.#findZone();
    if (!zone.ok) return zone;
    const sets = distinctSets([...change.add, ...change.remove, ...change.basis]);
    const held = await this.#readSets(sets);
    if (!held.ok) return held;
    const now = held.value.map(({ record }) => record);
    if (!holdsSame(now, change.basis)) return err({ code: 'changedMeanwhile', detail: '' });
    const answer = await this.#client.update({
      zone: zone.value,
      prerequisites: sets.flatMap((set) => prerequisitesOf(set, held.value)),
      updates: [...removals(change, held.value), ...change.add.map(toWire)],
    });
    return answer.ok ? ok(undefined) : err(problemOf(answer.error));
  }

  /** The zone may be above the domain: the server names it with its SOA. */
  async #findZone(): Promise<Published<string>> {
    const answer = await this.#client.query(this.#domain, 'SOA');
    if (!answer.ok) return err(problemOf(answer.error));
    const { answers, authorities, isAuthoritative } = answer.value;
    const start = [...answers, ...authorities].find(({ type }) => type === TYPES.SOA);
    if (start === undefined || !isAuthoritative) return err({ code: 'notItsZone', detail: this.#domain });
    return ok(start.name.toLowerCase());
  }

  async #readSets(sets: readonly RecordSetName[]): Promise<Published<readonly HeldRecord[]>> {
    const held: HeldRecord[] = [];
    for (const set of sets) {
      const answer = await this.#client.query(set.name, set.type);
      if (!answer.ok) return err(problemOf(answer.error));
      held.push(...heldOf(set, answer.value));
    }
    return ok(held);
  }
}

/** An answer that led along an alias holds other names too. */
function heldOf(set: RecordSetName, { answers }: ReadMessage): HeldRecord[] {
  return answers.flatMap((wire) => {
    const fields = decodeData(wire.type, wire.data);
    const name = wire.name.toLowerCase();
    if (fields === null || !isSameSet(set, { name, type: fields.type })) return [];
    return [{ wire, record: { ...fields, name, ttlSeconds: wire.ttlSeconds } }];
  });
}

/** RFC 2136 §3.2 */
function prerequisitesOf(set: RecordSetName, held: readonly HeldRecord[]): readonly ResourceRecord[] {
  const wires = held.filter(({ record }) => isSameSet(set, record)).map(({ wire }) => wire);
  return wires.length > 0 ? mustBe(wires) : [mustNotExist(set.name, set.type)];
}

function removals({ remove }: ChangeSet, held: readonly HeldRecord[]): readonly ResourceRecord[] {
  const gone = new Set(remove.map(keyOf));
  return held.filter(({ record }) => gone.has(keyOf(record))).map(({ wire }) => withoutRecord(wire));
}

function toWire(record: ZoneRecord): ResourceRecord {
  const { name, type, ttlSeconds, value } = record;
  const data = encodeData({ ...record, value: value ?? '' });
  return { name, type: TYPES[type], class: CLASSES.IN, ttlSeconds, data };
}

const RCODE_PROBLEMS: Readonly<Record<Rcode, PublishProblemCode>> = {
  FORMERR: 'notUnderstood',
  SERVFAIL: 'serverFailed',
  NXDOMAIN: 'changedMeanwhile',
  NOTIMP: 'notSupported',
  REFUSED: 'refused',
  YXDOMAIN: 'changedMeanwhile',
  YXRRSET: 'changedMeanwhile',
  NXRRSET: 'changedMeanwhile',
  NOTAUTH: 'notItsZone',
  NOTZONE: 'notInZone',
};

const TSIG_PROBLEMS: Readonly<Record<TsigError, PublishProblemCode>> = {
  BADKEY: 'unknownKey',
  BADSIG: 'wrongKey',
  BADTIME: 'wrongClock',
  BADTRUNC: 'wrongKey',
};

function problemOf(trouble: UpdateTrouble): PublishProblem {
  switch (trouble.kind) {
    case 'unreachable':
      return { code: 'unreachable', detail: trouble.detail };
    case 'silent':
      return { code: 'silent', detail: '' };
    case 'malformed':
      return { code: 'badReply', detail: '' };
    case 'unsigned':
    case 'forged':
      return { code: 'forgedReply', detail: '' };
    case 'tsig':
      return { code: TSIG_PROBLEMS[trouble.error], detail: trouble.error };
    case 'rcode':
      return trouble.rcode === 'other'
        ? { code: 'badReply', detail: `RCODE ${String(trouble.number)}` }
        : { code: RCODE_PROBLEMS[trouble.rcode], detail: trouble.rcode };
  }
}
