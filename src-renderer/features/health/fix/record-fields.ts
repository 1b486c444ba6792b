/** A record as the fields that a DNS host's page asks for, each ready to copy. */
import type { DnsHost } from '../../../../src-main/contract/publishing.ts';
import type { DnsRecord } from '../../../../src-main/contract/setup.ts';
import { DNS_HOSTS, type HostHabits } from './dns-hosts.ts';

/** As it stands in a zone: names in full, without the dot at their end. */
export type FixRecord = Pick<
  DnsRecord,
  'type' | 'name' | 'priority' | 'weight' | 'port' | 'value' | 'ttlSeconds'
>;

export type FieldKind = 'name' | 'value' | 'target' | 'priority' | 'weight' | 'port' | 'service' | 'protocol';

export interface RecordField {
  readonly kind: FieldKind;
  /** null: nobody here knows it. Empty: the field stays empty. */
  readonly text: string | null;
}

const MAX_STRING = 255;

export function fieldsOf(record: FixRecord, domain: string, host: DnsHost): readonly RecordField[] {
  const habits = DNS_HOSTS[host];
  if (record.type === 'SRV') return srvFields(record, domain, habits);
  const name: RecordField = { kind: 'name', text: nameText(record.name, domain, habits) };
  const { value } = record;
  switch (record.type) {
    case 'MX':
      return [name, ...mxFields(record, habits)];
    case 'TXT':
      return [name, { kind: 'value', text: value === null ? null : textOf(value, habits) }];
    case 'CNAME':
      return [name, { kind: 'target', text: value === null ? null : targetText(value, habits) }];
    case 'A':
    case 'AAAA':
    case 'TLSA':
      return [name, { kind: 'value', text: value }];
  }
}

function mxFields({ priority, value }: FixRecord, habits: HostHabits): readonly RecordField[] {
  const number = String(priority ?? 0);
  const target = targetText(value ?? '', habits);
  if (!habits.priorityField) return [{ kind: 'target', text: `${number} ${target}` }];
  return [
    { kind: 'target', text: target },
    { kind: 'priority', text: number },
  ];
}

function srvFields(record: FixRecord, domain: string, habits: HostHabits): readonly RecordField[] {
  const [priority, weight, port] = [record.priority, record.weight, record.port].map((each) =>
    String(each ?? 0),
  );
  const target = targetText(record.value ?? '', habits);
  if (habits.srv === 'value') {
    const text = [priority, weight, port, target].join(' ');
    return [
      { kind: 'name', text: nameText(record.name, domain, habits) },
      { kind: 'target', text },
    ];
  }
  const numbers: readonly RecordField[] = [
    { kind: 'priority', text: priority ?? '' },
    { kind: 'weight', text: weight ?? '' },
    { kind: 'port', text: port ?? '' },
    { kind: 'target', text: target },
  ];
  if (habits.srv === 'fields')
    return [{ kind: 'name', text: nameText(record.name, domain, habits) }, ...numbers];
  const [service = '', protocol = '', ...owner] = record.name.split('.');
  return [
    { kind: 'service', text: service },
    { kind: 'protocol', text: protocol },
    { kind: 'name', text: nameText(owner.join('.'), domain, habits) },
    ...numbers,
  ];
}

function nameText(name: string, domain: string, { name: style, apex }: HostHabits): string {
  if (name === domain) return apex === 'domain' ? domain : apex;
  if (style === 'full' || !name.endsWith(`.${domain}`)) return name;
  return name.slice(0, -domain.length - 1);
}

function targetText(target: string, { targetDot }: HostHabits): string {
  return targetDot ? `${target}.` : target;
}

function textOf(text: string, { quotesText, longText }: HostHabits): string {
  const isSplit = isLong(text) && longText === 'strings';
  const strings = isSplit ? (text.match(/.{1,255}/gsu) ?? ['']) : [text];
  if (!quotesText && !isSplit) return text;
  return strings.map((string) => `"${string.replaceAll(/["\\]/gu, '\\$&')}"`).join(' ');
}

export function isLong(text: string): boolean {
  return text.length > MAX_STRING;
}

/** What tells two records apart. */
export function recordKey({ type, name, value, port }: FixRecord): string {
  return [type, name, value, port].join(' ');
}
