/**
 * CompareRecords: what is wanted beside what is there: what is missing, what is different, what stands in the way, what is left alone.
 *
 * RFC 7208 §3.2 and RFC 9989 §4.10.1 (one record each), RFC 1034 §3.6.2 (nothing beside a CNAME), RFC 2782, RFC 7505. Flow: zone file, DNS or a
 * provider's list → here → the page, change sets. Invariants: pure; what serves the purpose as well is `present`, and somebody's own
 * policy (SPF with more senders, a stricter DMARC) is never put back; every record that is there is in exactly one place.
 */
import { sameAddress } from './same-address.ts';
import type { WantedRecord } from './wanted-records.ts';
import type { ZoneRecord } from './zone-record.ts';

export interface FoundRecord extends ZoneRecord {
  /** The host answers with addresses of its own, where only web pages are served. */
  readonly isProxied?: boolean;
}

export type ComparedState =
  | 'present'
  | 'missing'
  /** What is there for the purpose is another. */
  | 'different'
  /** Nobody has said what its value is. */
  | 'unknown';

export interface ComparedRecord {
  readonly wanted: WantedRecord;
  readonly state: ComparedState;
  /** What is there for its purpose. */
  readonly found: readonly FoundRecord[];
  /** What to publish; null: nothing, or nobody knows. */
  readonly publish: ZoneRecord | null;
}

export type Obstacle =
  /** Mail for the domain goes elsewhere too. */
  | 'otherMailServer'
  /** The domain says that it takes no mail. */
  | 'nullMx'
  /** Of this kind there may be one. */
  | 'moreThanOne'
  /** Nothing else may stand beside an alias. */
  | 'alias'
  /** Where an alias is to be. */
  | 'besideAlias'
  | 'otherAddress'
  | 'otherServer'
  | 'otherKey';

export interface InTheWay {
  readonly record: FoundRecord;
  readonly obstacle: Obstacle;
}

export interface RecordComparison {
  readonly compared: readonly ComparedRecord[];
  readonly inTheWay: readonly InTheWay[];
  readonly untouched: readonly FoundRecord[];
}

export function compareRecords(
  wanted: readonly WantedRecord[],
  found: readonly FoundRecord[],
): RecordComparison {
  const taken = new Set<FoundRecord>();
  const compared = wanted.map((record) => compareOne(record, found, taken));
  const inTheWay = found.flatMap((record) => {
    const obstacle = taken.has(record) ? null : obstacleOf(record, wanted);
    return obstacle === null ? [] : [{ record, obstacle }];
  });
  const blocking = new Set(inTheWay.map(({ record }) => record));
  const untouched = found.filter((record) => !taken.has(record) && !blocking.has(record));
  return { compared, inTheWay, untouched };
}

/** Takes what answers the wish. */
function compareOne(
  wanted: WantedRecord,
  found: readonly FoundRecord[],
  taken: Set<FoundRecord>,
): ComparedRecord {
  const own = found.filter((record) => isInPlace(record, wanted) && !taken.has(record));
  // RFC 7208 §3.2: of several SPF records none counts, so they become one.
  const isTorn = wanted.purpose === 'spf' && own.length > 1;
  const serving = isTorn ? undefined : own.find((record) => serves(record, wanted, found));
  if (serving !== undefined) {
    taken.add(serving);
    return { wanted, state: 'present', found: [serving], publish: null };
  }
  const replaced = own.filter((record) => isReplaced(record, wanted));
  for (const record of replaced) taken.add(record);
  if (wanted.value === null) {
    const state = replaced.length > 0 ? 'present' : 'unknown';
    return { wanted, state, found: replaced, publish: null };
  }
  const state = replaced.length > 0 ? 'different' : 'missing';
  return { wanted, state, found: replaced, publish: plainRecord(bettered(wanted, replaced)) };
}

/** Whether the record stands where the wanted one will. */
function isInPlace(record: FoundRecord, wanted: WantedRecord): boolean {
  if (record.name !== wanted.name) return false;
  if (wanted.type === 'CNAME') return ['CNAME', 'A', 'AAAA'].includes(record.type);
  return record.type === wanted.type && markOf(record) === markOf(wanted);
}

const MARKS = ['v=spf1', 'v=dmarc1', 'v=stsv1', 'v=tlsrptv1'];

/** TXT records of several purposes share a name; their first words part them. */
function markOf({ type, name, value }: ZoneRecord): string {
  if (type !== 'TXT') return '';
  if (name.includes('._domainkey.')) return 'dkim';
  const start = (value ?? '').trimStart().toLowerCase();
  return MARKS.find((mark) => start === mark || new RegExp(`^${mark}[\\s;]`, 'u').test(start)) ?? 'other';
}

function serves(record: FoundRecord, wanted: WantedRecord, found: readonly FoundRecord[]): boolean {
  const value = wanted.value ?? '';
  switch (wanted.purpose) {
    case 'spf':
      return hasMechanism(record.value ?? '', 'mx');
    // RFC 9989 §4.7: whoever published one has decided.
    case 'dmarc':
      return /;\s*p\s*=\s*(?:none|quarantine|reject)\b/iu.test(record.value ?? '');
    case 'tlsReports':
      return /;\s*rua\s*=\s*\S/iu.test(record.value ?? '');
    case 'dkim':
    case 'mtaSts':
      return withoutSpaces(record.value ?? '') === withoutSpaces(value);
    case 'serverAddress':
      return !record.isProxied && wanted.value !== null && sameAddress(record.value ?? '', value);
    default:
      return leadsTo(record, wanted, found);
  }
}

function leadsTo(record: FoundRecord, wanted: WantedRecord, found: readonly FoundRecord[]): boolean {
  if (record.isProxied === true) return false;
  // An address of the host does as well as an alias to it.
  if (record.type !== wanted.type) {
    const host = found.filter(({ name, type }) => name === wanted.value && type === record.type);
    return host.some(({ value }) => sameAddress(value ?? '', record.value ?? ''));
  }
  return record.value === wanted.value && record.port === wanted.port;
}

/** Whether the wanted record takes its place; what may stand beside it is judged as an obstacle. */
function isReplaced(record: FoundRecord, wanted: WantedRecord): boolean {
  switch (wanted.type) {
    case 'TXT':
    case 'SRV':
      return true;
    case 'CNAME':
      return true;
    case 'A':
    case 'AAAA':
      return wanted.value === null || record.isProxied === true;
    case 'MX':
    case 'TLSA':
      return false;
  }
}

/** RFC 7208: who else may send mail of the domain is kept, of all records that there are; we come to them. */
function bettered(wanted: WantedRecord, found: readonly FoundRecord[]): ZoneRecord {
  const terms = found.flatMap(({ value }) => (value ?? '').trim().split(/\s+/u).slice(1));
  const senders = [...new Set(terms.filter((term) => !ALL.test(term) && !/^\+?mx$/iu.test(term)))];
  if (wanted.purpose !== 'spf' || senders.length === 0) return wanted;
  const all = terms.find((term) => ALL.test(term)) ?? '-all';
  return { ...wanted, value: ['v=spf1', 'mx', ...senders, all].join(' ') };
}

const ALL = /^[-~?+]?all$/iu;

function plainRecord({ type, name, priority, weight, port, value, ttlSeconds }: ZoneRecord): ZoneRecord {
  return { type, name, priority, weight, port, value, ttlSeconds };
}

function hasMechanism(record: string, mechanism: string): boolean {
  return record
    .toLowerCase()
    .split(/\s+/u)
    .some((term) => term === mechanism || term === `+${mechanism}`);
}

function withoutSpaces(text: string): string {
  return text.replaceAll(/\s+/gu, '').replace(/;$/u, '');
}

/** What a record that answers no wish is in the way of. */
function obstacleOf(record: FoundRecord, wanted: readonly WantedRecord[]): Obstacle | null {
  const here = wanted.filter(({ name }) => name === record.name);
  if (here.length === 0) return null;
  if (record.type === 'CNAME') return 'alias';
  if (here.some(({ type }) => type === 'CNAME')) return 'besideAlias';
  const rivals = here.filter(({ type }) => type === record.type);
  if (rivals.length === 0) return null;
  switch (record.type) {
    case 'MX':
      return record.value === '' ? 'nullMx' : 'otherMailServer';
    case 'TXT':
      return markOf(record) !== 'other' && rivals.some((rival) => markOf(rival) === markOf(record))
        ? 'moreThanOne'
        : null;
    case 'A':
    case 'AAAA':
      return rivals.some(({ value }) => value !== null) ? 'otherAddress' : null;
    case 'SRV':
      return 'otherServer';
    case 'TLSA':
      return 'otherKey';
  }
}
