/**
 * Date and time of header fields (RFC 5322 §3.3, obsolete forms §4.3).
 *
 * Flow: indexer (Date), submission (Date, Received) → here. Invariants: never throws; times are milliseconds since 1970 UTC.
 */
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAY_NAMES = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTH_NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** RFC 5322 §4.3, in minutes; military and unknown names mean UTC. */
export const NAMED_ZONES: Readonly<Record<string, number>> = {
  edt: -240,
  est: -300,
  cdt: -300,
  cst: -360,
  mdt: -360,
  mst: -420,
  pdt: -420,
  pst: -480,
};

const DATE_TIME =
  /^(?:[a-z]+\.?\s*,?\s*)?(\d{1,2})[\s-]+([a-z]{3})[a-z]*\.?[\s-]+(\d{2,4})\s*,?\s+(\d{1,2})\s*[:.]\s*(\d{2})(?:\s*[:.]\s*(\d{2}))?(?:[.,]\d+)?\s*(?:([+-])(\d{2}):?(\d{2})|"?([a-z]+)(?:([+-])(\d{2}):?(\d{2}))?"?)?/i;

/** Parses a Date field's value; null where it is no date. The day of the week is not checked. */
export function parseDateTime(text: string): number | null {
  const match = DATE_TIME.exec(removeComments(text).trim());
  if (match === null) return null;
  const month = MONTHS.indexOf((match[2] ?? '').toLowerCase());
  const day = Number(match[1]);
  const year = fullYear(match[3] ?? '');
  const [hour, minute, second] = [Number(match[4]), Number(match[5]), Number(match[6] ?? 0)];
  if (month < 0 || day < 1 || hour > 24 || minute > 59 || second > 60) return null;
  const ms = Date.UTC(year, month, day, hour, minute, second);
  // 31 February is nonsense rather than 3 March.
  if (new Date(Date.UTC(year, month, day)).getUTCDate() !== day) return null;
  return ms - zoneMinutes(match) * 60_000;
}

/** Formats a date-time as `Thu, 1 Jan 1970 00:00:00 +0000`; `offsetMinutes` is east of UTC. */
export function formatDateTime(ms: number, offsetMinutes = 0): string {
  const date = new Date(ms + offsetMinutes * 60_000);
  const day = `${DAY_NAMES[date.getUTCDay()]}, ${date.getUTCDate()} ${MONTH_NAMES[date.getUTCMonth()]} ${padded(date.getUTCFullYear(), 4)}`;
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map((n) => padded(n, 2));
  return `${day} ${time.join(':')} ${formatZone(offsetMinutes)}`;
}

/** `+hhmm` or `-hhmm`. */
export function formatZone(offsetMinutes: number): string {
  const minutes = Math.abs(Math.trunc(offsetMinutes));
  return `${offsetMinutes < 0 ? '-' : '+'}${padded(Math.floor(minutes / 60), 2)}${padded(minutes % 60, 2)}`;
}

/** RFC 5322 §4.3: two digits are 1950-2049, three are years since 1900. */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 2) return year < 50 ? 2000 + year : 1900 + year;
  return text.length === 3 ? 1900 + year : year;
}

function zoneMinutes(match: RegExpExecArray): number {
  const named = NAMED_ZONES[(match[10] ?? '').toLowerCase()] ?? 0;
  const sign = match[7] ?? match[11];
  if (sign === undefined) return named;
  const minutes = Number(match[8] ?? match[12]) * 60 + Number(match[9] ?? match[13]);
  return sign === '-' ? -minutes : minutes;
}

function removeComments(text: string): string {
  if (!text.includes('(')) return text;
  let result = '';
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth++;
    else if (character === ')' && depth > 0) depth--;
    else if (depth === 0) result += character;
  }
  return result;
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
