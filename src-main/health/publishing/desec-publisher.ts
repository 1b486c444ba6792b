/**
 * DesecPublisher: changes a zone through the API of deSEC (v1): whole record sets, several at once.
 *
 * Flow: publishing desk → here → desec.io. Invariants: a change is one bulk request, which deSEC does as one transaction; a set is written
 * with all that it is to hold, made of what was seen.
 */
import { z } from 'zod';
import { err, ok } from '../../base/result.ts';
import type { SendHttps } from '../../protocol/https/https-client.ts';
import type { FoundRecord } from '../records/compare-records.ts';
import { readZoneFile } from '../records/read-zone-file.ts';
import { recordDataText, relativeName } from '../records/zone-text.ts';
import type { ZoneRecord } from '../records/zone-record.ts';
import { afterChange, distinctSets, holdsSame, isSameSet } from './change-sets.ts';
import type { ChangeSet, DnsPublisher, Published, RecordSetName } from './port.ts';
import { callProvider, problemOfStatus, type ProviderCall } from './provider-call.ts';

const API = 'https://desec.io/api/v1';

export interface DesecOptions {
  /** In lower case. */
  readonly domain: string;
  readonly token: string;
  readonly send: SendHttps;
}

const domainRow = z.object({ name: z.string(), minimum_ttl: z.number() });
const setRow = z.object({
  name: z.string(),
  type: z.string(),
  ttl: z.number(),
  records: z.array(z.string()),
});
const detail = z.object({ detail: z.string() });

interface Zone {
  readonly name: string;
  readonly minimumTtlSeconds: number;
}

export class DesecPublisher implements DnsPublisher {
  readonly #options: DesecOptions;

  constructor(options: DesecOptions) {
    this.#options = options;
  }

  async test(): Promise<Published<{ zone: string }>> {
    const zone = await this.#findZone();
    return zone.ok ? ok({ zone: zone.value.name }) : zone;
  }

  async list(sets: readonly RecordSetName[]): Promise<Published<readonly FoundRecord[]>> {
    const zone = await this.#findZone();
    if (!zone.ok) return zone;
    const records = await this.#readZone(zone.value);
    if (!records.ok) return records;
    return ok(records.value.filter((record) => sets.some((set) => isSameSet(set, record))));
  }

  async apply(change: ChangeSet): Promise<Published<void>> {
    const zone = await this.#findZone();
    if (!zone.ok) return zone;
    const records = await this.#readZone(zone.value);
    if (!records.ok) return records;
    const sets = distinctSets([...change.add, ...change.remove]);
    const held = records.value.filter((record) => sets.some((set) => isSameSet(set, record)));
    if (!holdsSame(held, change.basis)) return err({ code: 'changedMeanwhile', detail: '' });
    const after = afterChange(held, change);
    const body = sets.map((set) => toRow(set, zone.value, after));
    const answer = await this.#call({ method: 'PUT', path: `/domains/${zone.value.name}/rrsets/`, body });
    return answer.ok ? ok(undefined) : answer;
  }

  async #findZone(): Promise<Published<Zone>> {
    const path = `/domains/?owns_qname=${encodeURIComponent(this.#options.domain)}`;
    const answer = await this.#call({ method: 'GET', path });
    if (!answer.ok) return answer;
    const domains = z.array(domainRow).safeParse(answer.value);
    if (!domains.success) return err({ code: 'badReply', detail: '' });
    const [domain] = domains.data;
    if (domain === undefined) return err({ code: 'noSuchZone', detail: this.#options.domain });
    return ok({ name: domain.name, minimumTtlSeconds: domain.minimum_ttl });
  }

  async #readZone({ name }: Zone): Promise<Published<readonly FoundRecord[]>> {
    const answer = await this.#call({ method: 'GET', path: `/domains/${name}/rrsets/` });
    if (!answer.ok) return answer;
    const rows = z.array(setRow).safeParse(answer.value);
    if (!rows.success) return err({ code: 'badReply', detail: '' });
    // Each is written as a line of a zone file has it.
    const lines = rows.data.flatMap(({ name: owner, type, ttl, records }) =>
      records.map((data) => `${owner} ${String(ttl)} IN ${type} ${data}`),
    );
    return ok(readZoneFile(lines.join('\n'), name).records);
  }

  async #call(asked: {
    method: ProviderCall['method'];
    path: string;
    body?: unknown;
  }): Promise<Published<unknown>> {
    const { send, token } = this.#options;
    const { method, path, body } = asked;
    const authorization = `Token ${token}`;
    const reply = await callProvider(send, { method, url: API + path, authorization, body });
    if (!reply.ok) return reply;
    const words = detail.safeParse(reply.value.json).data?.detail ?? '';
    const problem = problemOfStatus(reply.value, words === '' ? JSON.stringify(reply.value.json) : words);
    return problem === null ? ok(reply.value.json) : err(problem);
  }
}

/** A set without records is removed. */
function toRow(set: RecordSetName, zone: Zone, after: readonly ZoneRecord[]): object {
  const records = after.filter((record) => isSameSet(set, record));
  const ttl = Math.max(zone.minimumTtlSeconds, ...records.map(({ ttlSeconds }) => ttlSeconds));
  const subname = relativeName(zone.name, set.name);
  return {
    ...{ subname: subname === '@' ? '' : subname, type: set.type, ttl },
    records: records.flatMap((record) => recordDataText(record) ?? []),
  };
}
