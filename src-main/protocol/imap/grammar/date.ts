/**
 * IMAP's dates: `date` of SEARCH and `date-time` of INTERNALDATE (RFC 9051 §9). Not those of header fields.
 */
import { formatZone } from '../../../format/date-time.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DATE = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/;
const DATE_TIME = /^([ \d]\d)-([A-Za-z]{3})-(\d{4}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/;

/** A calendar day as milliseconds of its midnight in UTC, or null. */
export function parseDate(text: string): number | null {
  const match = DATE.exec(text);
  return match === null ? null : utc(match, [0, 0, 0]);
}

/** Milliseconds since 1970 UTC, or null. */
export function parseDateTime(text: string): number | null {
  const match = DATE_TIME.exec(text);
  if (match === null) return null;
  const [hour, minute, second] = [Number(match[4]), Number(match[5]), Number(match[6])];
  const zone = Number(match[8]) * 60 + Number(match[9]);
  if (hour > 23 || minute > 59 || second > 60 || Number(match[9]) > 59) return null;
  const local = utc(match, [hour, minute, second]);
  return local === null ? null : local - (match[7] === '-' ? -zone : zone) * 60_000;
}

/** `" 1-Jan-2026 10:00:00 +0000"` without the quotes; always in UTC, so that it does not change with the seasons. */
export function formatDateTime(ms: number): string {
  const date = new Date(ms);
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const year = String(date.getUTCFullYear()).padStart(4, '0');
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()];
  const clock = time.map((part) => String(part).padStart(2, '0')).join(':');
  return `${day}-${MONTHS[date.getUTCMonth()]}-${year} ${clock} ${formatZone(0)}`;
}

function utc(match: RegExpExecArray, time: [number, number, number]): number | null {
  const day = Number(match[1]);
  const name = (match[2] ?? '').toLowerCase();
  const month = MONTHS.findIndex((known) => known.toLowerCase() === name);
  if (month < 0) return null;
  const date = new Date(0);
  // Not Date.UTC, which takes the years 0 to 99 for others.
  date.setUTCFullYear(Number(match[3]), month, day);
  if (date.getUTCDate() !== day || date.getUTCMonth() !== month) return null;
  return date.getTime() + ((time[0] * 60 + time[1]) * 60 + time[2]) * 1000;
}
