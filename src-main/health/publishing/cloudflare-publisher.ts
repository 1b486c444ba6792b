/**
 * CloudflarePublisher: changes a zone through Cloudflare's API (v4), with a token that may edit DNS of that zone.
 *
 * Flow: publishing desk → here → api.cloudflare.com. Invariants: a change is one batch, which Cloudflare does as one transaction; it is made
 * only of what was seen; our addresses are never proxied, since its proxies carry no mail.
 */
import { z } from 'zod';
import { err, ok } from '../../base/result.ts';
import type { SendHttps } from '../../protocol/https/https-client.ts';
import type { FoundRecord } from '../records/compare-records.ts';
import { unescapeOctets } from '../records/zone-entries.ts';
import type { ZoneRecord, ZoneRecordType } from '../records/zone-record.ts';
import { quoteString, textStrings } from '../records/zone-text.ts';
import { holdsSame, isSameSet, keyOf } from './change-sets.ts';
import type { ChangeSet, DnsPublisher, Published, PublishProblem, RecordSetName } from './port.ts';
import { callProvider, problemOfStatus, type ProviderCall } from './provider-call.ts';

const API = 'https://api.cloudflare.com/client/v4';
/** The most that one page holds; an office's zone has some hundred records. */
const PAGE_RECORDS = 1_000;
const MOST_PAGES = 20;
/** "Automatic", which is five minutes. */
const AUTOMATIC_TTL = 1;
const AUTOMATIC_TTL_SECONDS = 300;

export interface CloudflareOptions {
  /** In lower case. */
  readonly domain: string;
  readonly token: string;
  readonly send: SendHttps;
}

const envelope = z.object({
  success: z.boolean(),
  errors: z.array(z.object({ code: z.number(), message: z.string() })).catch([]),
  result: z.unknown(),
  result_info: z.object({ total_pages: z.number() }).optional().catch(undefined),
});

const zoneRow = z.object({ id: z.string().regex(/^\w+$/u), name: z.string() });

const recordRow = z.object({
  id: z.string().regex(/^\w+$/u),
  type: z.string(),
  name: z.string(),
  content: z.string().catch(''),
  ttl: z.number().catch(AUTOMATIC_TTL),
  priority: z.number().optional().catch(undefined),
  proxied: z.boolean().optional().catch(undefined),
  data: z.record(z.string(), z.unknown()).optional().catch(undefined),
});
type RecordRow = z.infer<typeof recordRow>;

interface HeldRecord {
  readonly id: string;
  readonly record: FoundRecord;
}

interface Zone {
  readonly id: string;
  readonly name: string;
}

export class CloudflarePublisher implements DnsPublisher {
  readonly #options: CloudflareOptions;

  constructor(options: CloudflareOptions) {
    this.#options = options;
  }

  /** Reading is tried; whether we may write is said by the first change, since no call asks only that. */
  async test(): Promise<Published<{ zone: string }>> {
    const zone = await this.#findZone();
    if (!zone.ok) return zone;
    const records = await this.#readZone(zone.value);
    return records.ok ? ok({ zone: zone.value.name }) : records;
  }

  async list(sets: readonly RecordSetName[]): Promise<Published<readonly FoundRecord[]>> {
    const zone = await this.#findZone();
    if (!zone.ok) return zone;
    const held = await this.#readZone(zone.value);
    if (!held.ok) return held;
    return ok(
      held.value.map(({ record }) => record).filter((record) => sets.some((set) => isSameSet(set, record))),
    );
  }

  async apply(change: ChangeSet): Promise<Published<void>> {
    const zone = await this.#findZone();
    if (!zone.ok) return zone;
    const held = await this.#readZone(zone.value);
    if (!held.ok) return held;
    const touched = held.value.filter(({ record }) => isTouched(record, change));
    if (
      !holdsSame(
        touched.map(({ record }) => record),
        change.basis,
      )
    ) {
      return err({ code: 'changedMeanwhile', detail: '' });
    }
    const gone = new Set(change.remove.map(keyOf));
    const deletes = touched.filter(({ record }) => gone.has(keyOf(record))).map(({ id }) => ({ id }));
    const body = { deletes, posts: change.add.map(toRow) };
    const answer = await this.#call({
      method: 'POST',
      path: `/zones/${zone.value.id}/dns_records/batch`,
      body,
    });
    return answer.ok ? ok(undefined) : answer;
  }

  /** The zone of the domain, or the nearest one above it. */
  async #findZone(): Promise<Published<Zone>> {
    const labels = this.#options.domain.split('.');
    for (let at = 0; at < labels.length - 1; at++) {
      const name = labels.slice(at).join('.');
      const answer = await this.#call({ method: 'GET', path: `/zones?name=${encodeURIComponent(name)}` });
      if (!answer.ok) return answer;
      const zones = z.array(zoneRow).safeParse(answer.value.result);
      if (!zones.success) return err({ code: 'badReply', detail: '' });
      const [zone] = zones.data;
      if (zone !== undefined) return ok(zone);
    }
    return err({ code: 'noSuchZone', detail: this.#options.domain });
  }

  async #readZone({ id }: Zone): Promise<Published<readonly HeldRecord[]>> {
    const held: HeldRecord[] = [];
    for (let page = 1; page <= MOST_PAGES; page++) {
      const path = `/zones/${id}/dns_records?per_page=${String(PAGE_RECORDS)}&page=${String(page)}`;
      const answer = await this.#call({ method: 'GET', path });
      if (!answer.ok) return answer;
      const rows = z.array(recordRow).safeParse(answer.value.result);
      if (!rows.success) return err({ code: 'badReply', detail: '' });
      held.push(...rows.data.flatMap(heldOf));
      if (page >= (answer.value.result_info?.total_pages ?? 1)) return ok(held);
    }
    return err({ code: 'badReply', detail: '' });
  }

  async #call(asked: {
    method: ProviderCall['method'];
    path: string;
    body?: unknown;
  }): Promise<Published<z.infer<typeof envelope>>> {
    const { send, token } = this.#options;
    const { method, path, body } = asked;
    const authorization = `Bearer ${token}`;
    const reply = await callProvider(send, { method, url: API + path, authorization, body });
    if (!reply.ok) return reply;
    const read = envelope.safeParse(reply.value.json);
    const words =
      read.data?.errors.map(({ code, message }) => `${message} (${String(code)})`).join('; ') ?? '';
    const problem = problemOfCodes(read.data?.errors ?? [], words) ?? problemOfStatus(reply.value, words);
    if (problem !== null) return err(problem);
    if (!read.success) return err({ code: 'badReply', detail: '' });
    return read.data.success ? ok(read.data) : err({ code: 'recordRefused', detail: words });
  }
}

/** Codes that say more than the status does: tokens that are none, or not for this. */
function problemOfCodes(errors: readonly { code: number }[], detail: string): PublishProblem | null {
  const has = (...codes: readonly number[]) => errors.some(({ code }) => codes.includes(code));
  if (has(1000, 6003, 6111, 9106, 9109)) return { code: 'tokenRefused', detail };
  if (has(10_000)) return { code: 'tokenTooWeak', detail };
  return null;
}

function isTouched(record: ZoneRecord, { add, remove, basis }: ChangeSet): boolean {
  return [...add, ...remove, ...basis].some((each) => isSameSet(each, record));
}

function heldOf(row: RecordRow): HeldRecord[] {
  const fields = fieldsOf(row);
  if (fields === null) return [];
  const ttlSeconds = row.ttl === AUTOMATIC_TTL ? AUTOMATIC_TTL_SECONDS : row.ttl;
  const numbers = { priority: null, weight: null, port: null };
  const record = { ...numbers, ...fields, name: row.name.toLowerCase(), ttlSeconds };
  return [{ id: row.id, record: row.proxied === true ? { ...record, isProxied: true } : record }];
}

type Fields = Pick<ZoneRecord, 'type' | 'value'> & Partial<Pick<ZoneRecord, 'priority' | 'weight' | 'port'>>;

function fieldsOf({ type, content, priority, data = {} }: RecordRow): Fields | null {
  const name = (text: string) => text.toLowerCase().replace(/\.$/u, '');
  switch (type) {
    case 'A':
    case 'AAAA':
      return { type, value: content };
    case 'CNAME':
      return { type, value: name(content) };
    case 'MX':
      return { type, value: name(content), priority: priority ?? 0 };
    case 'TXT':
      return { type, value: readText(content) };
    case 'SRV': {
      const [first, weight, port] = [data['priority'], data['weight'], data['port']].map(Number);
      const value = name(String(data['target']));
      return { type, value, priority: first ?? 0, weight: weight ?? 0, port: port ?? 0 };
    }
    case 'TLSA': {
      const hash = String(data['certificate']).toLowerCase();
      const numbers = [data['usage'], data['selector'], data['matching_type']].map(Number);
      return { type, value: [...numbers, hash].join(' ') };
    }
    default:
      return null;
  }
}

/** As it is, or in strings as a zone file has them. */
function readText(content: string): string {
  if (!content.startsWith('"')) return content;
  const strings = content.match(/"(?:\\[^]|[^"\\])*"/gu) ?? [];
  return strings.map((string) => unescapeOctets(string.slice(1, -1))).join('');
}

function toRow(record: ZoneRecord): object {
  const { type, name, ttlSeconds, priority, weight, port } = record;
  const value = record.value ?? '';
  const row = { type, name, ttl: ttlSeconds };
  switch (type satisfies ZoneRecordType) {
    case 'A':
    case 'AAAA':
    case 'CNAME':
      return { ...row, content: value, proxied: false };
    case 'MX':
      return { ...row, content: value, priority };
    case 'TXT':
      return { ...row, content: textStrings(value).map(quoteString).join(' ') };
    case 'SRV':
      return { ...row, data: { priority, weight, port, target: value } };
    case 'TLSA': {
      const [usage, selector, matchingType, certificate] = value.split(' ');
      const numbers = {
        usage: Number(usage),
        selector: Number(selector),
        matching_type: Number(matchingType),
      };
      return { ...row, data: { ...numbers, certificate } };
    }
  }
}
