/**
 * ReadZoneFile: what stands in a zone file that somebody brings (RFC 1035 §5), so that it can be compared with what is wanted.
 *
 * RFC 2308 §4 ($TTL). Flow: export of a DNS host, pasted or uploaded → here → compare-records.ts. Invariants: never throws; text and
 * number of records are bounded; what is not understood is told with its line, and the rest is read all the same.
 */
import { isIpv4, isIpv6 } from '../../format/domain.ts';
import {
  MAX_NAME_CHARACTERS,
  MAX_TTL_SECONDS,
  MAX_ZONE_FILE_CHARACTERS,
  MAX_ZONE_PROBLEMS,
  MAX_ZONE_RECORDS,
} from './limits.ts';
import { readZoneEntries, unescapeOctets, type ZoneEntry, type ZoneWord } from './zone-entries.ts';
import type { ZoneRecord, ZoneRecordType } from './zone-record.ts';

export type ZoneFileFault =
  | 'tooLong'
  | 'tooManyRecords'
  | 'openString'
  | 'openParenthesis'
  | 'closedTooOften'
  | 'noOwner'
  | 'badName'
  | 'badTtl'
  | 'badData'
  | 'unknownType'
  | 'notFollowed';

export interface ZoneFileProblem {
  readonly line: number;
  readonly fault: ZoneFileFault;
  /** The words it is about, cut. */
  readonly text: string;
}

/** A record of a type that is none of mail's: it is left alone. */
export interface OtherRecord {
  readonly name: string;
  readonly type: string;
}

export interface ReadZone {
  readonly records: readonly ZoneRecord[];
  readonly others: readonly OtherRecord[];
  readonly problems: readonly ZoneFileProblem[];
}

const TYPES: ReadonlySet<string> = new Set<ZoneRecordType>([
  'MX',
  'A',
  'AAAA',
  'TXT',
  'SRV',
  'CNAME',
  'TLSA',
]);
const CLASSES: ReadonlySet<string> = new Set(['IN', 'CH', 'HS', 'CS']);
const DEFAULT_TTL_SECONDS = 3600;
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
/** What hosts' names, services and wildcards are made of; a dot within a label is more than anybody needs here. */
const NAME = /^[\w*/+=-]{1,63}(?:\.[\w*/+=-]{1,63})*$/u;
const SHOWN_CHARACTERS = 80;
const MAX_TTL_CHARACTERS = 24;

/** `origin`: what relative names are below until the file says otherwise. */
export function readZoneFile(text: string, origin: string): ReadZone {
  const reader = new ZoneReader(origin);
  if (text.length > MAX_ZONE_FILE_CHARACTERS) {
    return { records: [], others: [], problems: [{ line: 1, fault: 'tooLong', text: '' }] };
  }
  for (const entry of readZoneEntries(text)) {
    if (!reader.read(entry)) break;
  }
  return reader;
}

class ZoneReader implements ReadZone {
  readonly records: ZoneRecord[] = [];
  readonly others: OtherRecord[] = [];
  readonly problems: ZoneFileProblem[] = [];
  #origin: string;
  #owner: string | null = null;
  #ttlSeconds = DEFAULT_TTL_SECONDS;

  constructor(origin: string) {
    this.#origin = origin.toLowerCase();
  }

  /** Whether to go on. */
  read(entry: ZoneEntry): boolean {
    const fault = entry.problem ?? this.#readEntry(entry);
    if (fault !== null) this.#complain(entry, fault);
    if (this.records.length + this.others.length >= MAX_ZONE_RECORDS) {
      this.#complain(entry, 'tooManyRecords');
      return false;
    }
    return this.problems.length < MAX_ZONE_PROBLEMS;
  }

  #complain({ line, words }: ZoneEntry, fault: ZoneFileFault): void {
    const shown = words.map(({ text }) => text).join(' ');
    this.problems.push({ line, fault, text: shown.slice(0, SHOWN_CHARACTERS) });
  }

  #readEntry(entry: ZoneEntry): ZoneFileFault | null {
    const [first, second] = entry.words;
    if (first === undefined) return null;
    const isDirective = first.text.startsWith('$') && !first.isQuoted && !entry.isIndented;
    return isDirective ? this.#readDirective(first.text.toUpperCase(), second) : this.#readRecord(entry);
  }

  #readDirective(directive: string, value: ZoneWord | undefined): ZoneFileFault | null {
    if (directive === '$ORIGIN') {
      const name = this.#nameOf(value?.text ?? '');
      if (name === null) return 'badName';
      this.#origin = name;
      return null;
    }
    if (directive !== '$TTL') return 'notFollowed';
    const seconds = readTtl(value?.text ?? '');
    if (seconds === null) return 'badTtl';
    this.#ttlSeconds = seconds;
    return null;
  }

  /** [owner] [ttl] [class] type data, ttl and class in either order. */
  #readRecord({ words, isIndented }: ZoneEntry): ZoneFileFault | null {
    let rest = words;
    if (!isIndented) {
      this.#owner = this.#nameOf(words[0]?.text ?? '');
      if (this.#owner === null) return 'badName';
      rest = words.slice(1);
    }
    if (this.#owner === null) return 'noOwner';
    let ttlSeconds = this.#ttlSeconds;
    for (; rest.length > 1; rest = rest.slice(1)) {
      const text = rest[0]?.text ?? '';
      const ttl = readTtl(text);
      if (ttl === null && !CLASSES.has(text.toUpperCase())) break;
      ttlSeconds = ttl ?? ttlSeconds;
    }
    const [type, ...data] = rest;
    return this.#keep({ name: this.#owner, ttlSeconds, type: (type?.text ?? '').toUpperCase(), data });
  }

  #keep(found: {
    name: string;
    ttlSeconds: number;
    type: string;
    data: readonly ZoneWord[];
  }): ZoneFileFault | null {
    const { name, type, ttlSeconds, data } = found;
    if (!/^[A-Z][A-Z0-9-]*$/u.test(type)) return 'unknownType';
    if (!TYPES.has(type)) {
      this.others.push({ name, type });
      return null;
    }
    const fields = this.#readData(type as ZoneRecordType, data);
    if (fields === null) return 'badData';
    const numbers = { priority: null, weight: null, port: null };
    this.records.push({ type: type as ZoneRecordType, name, ttlSeconds, ...numbers, ...fields });
    return null;
  }

  #readData(type: ZoneRecordType, data: readonly ZoneWord[]): DataFields | null {
    const words = data.map(({ text }) => text);
    if (type === 'TXT') return words.length === 0 ? null : { value: data.map(octetsOf).join('') };
    const [only = ''] = words;
    if (type === 'A') return words.length === 1 && isIpv4(only) ? { value: only } : null;
    if (type === 'AAAA') return words.length === 1 && isIpv6(only) ? { value: only.toLowerCase() } : null;
    if (type === 'TLSA') return readTlsa(words);
    return this.#readTarget(type, words);
  }

  /** CNAME, MX, SRV: numbers, then a name. */
  #readTarget(type: 'CNAME' | 'MX' | 'SRV', words: readonly string[]): DataFields | null {
    const count = { CNAME: 0, MX: 1, SRV: 3 }[type];
    const numbers = words.slice(0, count);
    const last = words[count] ?? '';
    // RFC 7505, RFC 2782: the root as target says that there is none.
    const value = last === '.' && type !== 'CNAME' ? '' : this.#nameOf(last);
    if (words.length !== count + 1 || value === null || !numbers.every(isUint16)) return null;
    const [priority = null, weight = null, port = null] = numbers.map(Number);
    return { priority, weight, port, value };
  }

  /** In lower case, without the dot at its end; null where it is none. */
  #nameOf(text: string): string | null {
    const plain = unescapeOctets(text).toLowerCase();
    if (text === '@') return this.#origin;
    const isWhole = plain.endsWith('.') || this.#origin === '';
    const name = isWhole ? plain.replace(/\.$/u, '') : `${plain}.${this.#origin}`;
    return name.length <= MAX_NAME_CHARACTERS && NAME.test(name) && !text.includes('\\.') ? name : null;
  }
}

type DataFields = Pick<ZoneRecord, 'value'> & Partial<Pick<ZoneRecord, 'priority' | 'weight' | 'port'>>;

function octetsOf({ text, isQuoted }: ZoneWord): string {
  return isQuoted ? text : unescapeOctets(text);
}

function readTlsa([
  usage = '',
  selector = '',
  matchingType = '',
  ...data
]: readonly string[]): DataFields | null {
  const hash = data.join('').toLowerCase();
  const isRight = [usage, selector, matchingType].every((text) => isUint16(text) && Number(text) <= 255);
  if (!isRight || hash === '' || !/^(?:[0-9a-f]{2})+$/u.test(hash)) return null;
  return { value: [Number(usage), Number(selector), Number(matchingType), hash].join(' ') };
}

function isUint16(text: string): boolean {
  return /^\d{1,5}$/u.test(text) && Number(text) <= 65_535;
}

/** Seconds, or BIND's `1h30m`. */
function readTtl(text: string): number | null {
  if (text.length > MAX_TTL_CHARACTERS || !/^(?:\d+|(?:\d+[smhdw])+)$/iu.test(text)) return null;
  let seconds = 0;
  for (const [, number = '', unit = 's'] of text.toLowerCase().matchAll(/(\d+)([smhdw])?/gu)) {
    seconds += Number(number) * (UNIT_SECONDS[unit] ?? 1);
  }
  return seconds <= MAX_TTL_SECONDS ? seconds : null;
}
