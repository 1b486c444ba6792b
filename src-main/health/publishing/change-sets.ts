/** ChangeSets: what is to be added and removed, from a comparison; and the way back. */
import type { FoundRecord, RecordComparison } from '../records/compare-records.ts';
import { isWithin } from '../records/wanted-records.ts';
import { zoneLineOf } from '../records/zone-text.ts';
import type { ZoneRecord, ZoneRecordType } from '../records/zone-record.ts';
import type { ChangeSet, RecordSetName } from './port.ts';

/** What may stand where an alias is to be, or be shadowed by one. */
const BESIDE_ALIAS: readonly ZoneRecordType[] = ['CNAME', 'A', 'AAAA', 'TXT'];

/** What is to be looked at for the records: their own sets, and aliases at their names. */
export function setsOf(records: readonly ZoneRecord[]): readonly RecordSetName[] {
  const sets = records.flatMap(({ name, type }) =>
    (type === 'CNAME' ? BESIDE_ALIAS : [type, 'CNAME' as const]).map((each) => ({ name, type: each })),
  );
  return distinctSets(sets);
}

/** The sets that the records are in. */
export function distinctSets(records: readonly RecordSetName[]): readonly RecordSetName[] {
  return [...new Map(records.map(({ name, type }) => [`${name} ${type}`, { name, type }])).values()];
}

/** The chosen part of what the comparison asks for. `chosen` holds the lines of records as keyOf() gives them. */
export function changeSetOf(
  { compared, inTheWay, untouched }: RecordComparison,
  chosen: (key: string) => boolean,
): ChangeSet {
  const changed = compared.filter(({ publish }) => publish !== null && chosen(keyOf(publish)));
  const add = changed.flatMap(({ publish }) => publish ?? []);
  const replaced = changed.flatMap(({ found }) => found);
  const removed = inTheWay.filter(({ record }) => chosen(keyOf(record))).map(({ record }) => record);
  const remove = [...replaced, ...removed];
  const found = [
    ...compared.flatMap((each) => each.found),
    ...inTheWay.map(({ record }) => record),
    ...untouched,
  ];
  return { add, remove, basis: basisOf([...add, ...remove], found) };
}

/** What the touched sets hold. */
function basisOf(touched: readonly ZoneRecord[], found: readonly FoundRecord[]): readonly ZoneRecord[] {
  return found.filter((record) => touched.some((each) => isSameSet(each, record)));
}

/** Takes the change back; made of what the sets hold after it. */
export function inverseOf({ add, remove, basis }: ChangeSet): ChangeSet {
  return { add: remove, remove: add, basis: afterChange(basis, { add, remove }) };
}

export function afterChange(
  basis: readonly ZoneRecord[],
  { add, remove }: Pick<ChangeSet, 'add' | 'remove'>,
): readonly ZoneRecord[] {
  const gone = new Set(remove.map(keyOf));
  return [...basis.filter((record) => !gone.has(keyOf(record))), ...add];
}

/** Names a record by what it says; the time to live is no difference. */
export function keyOf(record: ZoneRecord): string {
  return zoneLineOf({ ...record, ttlSeconds: 0 }) ?? `${record.name}. ${record.type}`;
}

export function isSameSet(one: RecordSetName, other: RecordSetName): boolean {
  return one.name === other.name && one.type === other.type;
}

/** Whether the sets hold what they held. */
export function holdsSame(one: readonly ZoneRecord[], other: readonly ZoneRecord[]): boolean {
  const keys = (records: readonly ZoneRecord[]) => [...new Set(records.map(keyOf))].sort().join('\n');
  return keys(one) === keys(other);
}

/** Records that stand in the domain's own zone; the others are somebody else's to publish. */
export function withinDomain<T extends ZoneRecord>(domain: string, records: readonly T[]): readonly T[] {
  return records.filter(({ name }) => isWithin(name, domain));
}
