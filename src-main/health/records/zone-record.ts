/**
 * ZoneRecord: one DNS record as it stands in a zone, whether wished for or found.
 *
 * Flow: wanted records, checks → here → zone files, dynamic updates, providers, the page.
 * Invariants: names are fully qualified, in lower case, without the trailing dot; texts are whole (their strings of 255 octets
 * are made when they are written).
 */
export type ZoneRecordType = 'MX' | 'A' | 'AAAA' | 'TXT' | 'SRV' | 'CNAME' | 'TLSA';

export interface ZoneRecord {
  readonly type: ZoneRecordType;
  readonly name: string;
  /** MX: preference; SRV: priority; null elsewhere. */
  readonly priority: number | null;
  /** SRV only. */
  readonly weight: number | null;
  readonly port: number | null;
  /** Target, address, text, or the fields of TLSA; null where this server cannot know it: its public address. */
  readonly value: string | null;
  readonly ttlSeconds: number;
}
