/**
 * MTA-STS, read: the TXT record that says that there is a policy, and the policy.
 *
 * RFC 8461 §3.1, §3.2, §4.1. Invariants: unknown fields are passed over; what breaks the grammar is no policy at all.
 */
export interface MtaStsPolicy {
  readonly mode: 'enforce' | 'testing' | 'none';
  /** Names of MX hosts, lower case; `*.example.com` stands for one label. */
  readonly mx: readonly string[];
  readonly maxAgeSeconds: number;
}

/** RFC 8461 §3.2: a year, at most. */
const LONGEST_AGE_SECONDS = 31_557_600;
const MAX_MX_PATTERNS = 100;

/** The id of the policy; null where the records are none (RFC 8461 §3.1: more than one is none). */
export function readPolicyId(records: readonly string[]): string | null {
  const found = records.filter((text) => /^v=STSv1[ \t]{0,9};/u.test(text));
  const [record] = found;
  if (record === undefined || found.length > 1) return null;
  const fields = record.split(';').map((field) => field.split('=').map((part) => part.trim()));
  const id = fields.find(([name]) => name === 'id')?.[1] ?? '';
  return /^[A-Za-z0-9]{1,32}$/u.test(id) ? id : null;
}

export function parsePolicy(text: string): MtaStsPolicy | null {
  const fields = text.split(/\r?\n/u).flatMap((line) => readField(line) ?? []);
  const valueOf = (name: string): string | undefined => fields.find((field) => field.name === name)?.value;
  const mode = valueOf('mode');
  const maxAge = valueOf('max_age');
  const mx = fields.filter(({ name }) => name === 'mx').map(({ value }) => value.toLowerCase());
  if (valueOf('version') !== 'STSv1' || maxAge === undefined || !/^\d{1,10}$/u.test(maxAge)) return null;
  if (mode !== 'enforce' && mode !== 'testing' && mode !== 'none') return null;
  if (mx.length > MAX_MX_PATTERNS || (mode !== 'none' && mx.length === 0)) return null;
  return { mode, mx, maxAgeSeconds: Math.min(Number(maxAge), LONGEST_AGE_SECONDS) };
}

function readField(line: string): { name: string; value: string } | null {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(0, colon)).trimEnd();
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/u.test(name)) return null;
  return { name, value: line.slice(colon + 1).trim() };
}

/** RFC 8461 §4.1 */
export function coversHost({ mx }: MtaStsPolicy, host: string): boolean {
  const name = host.toLowerCase();
  const dot = name.indexOf('.');
  return mx.some((pattern) => pattern === name || (dot > 0 && pattern === `*${name.slice(dot)}`));
}

/** As its lines are told in reports (RFC 8460 §4.4). */
export function policyLines({ mode, mx, maxAgeSeconds }: MtaStsPolicy): readonly string[] {
  return ['version: STSv1', `mode: ${mode}`, ...mx.map((host) => `mx: ${host}`), `max_age: ${maxAgeSeconds}`];
}
