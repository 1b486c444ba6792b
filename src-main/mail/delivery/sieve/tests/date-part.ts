/** Parts of a date (RFC 5260 §4.2). Minutes of zones are east of UTC. */
import { NAMED_ZONES, formatDateTime, formatZone } from '../../../../format/date-time.ts';
import type { DatePart } from '../checking/words.ts';
import { isDatePart } from '../checking/words.ts';
import { fail } from '../running/run.ts';

/** Days from 17 November 1858, where the Modified Julian Day begins, to 1970. */
const JULIAN_DAYS_TO_1970 = 40_587;
const DAY_MS = 86_400_000;

/** The zone that a date-time is written in; UTC where it does not say. */
export function zoneOf(text: string): number {
  const bare = text.replace(/\([^()]*\)/g, '').trim();
  const match = /([+-])(\d{2})(\d{2})$/.exec(bare);
  if (match === null) return NAMED_ZONES[/[A-Za-z]+$/.exec(bare)?.[0].toLowerCase() ?? ''] ?? 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === '-' ? -minutes : minutes;
}

export function formatDatePart(part: string, ms: number, zoneMinutes: number): string {
  const name = part.toLowerCase();
  if (!isDatePart(name)) return fail(`"${part}" is no part of a date`);
  return FORMATTERS[name as DatePart](new Date(ms + zoneMinutes * 60_000), { ms, zoneMinutes });
}

type Formatter = (local: Date, moment: { ms: number; zoneMinutes: number }) => string;

const FORMATTERS: Readonly<Record<DatePart, Formatter>> = {
  year: (local) => digits(local.getUTCFullYear(), 4),
  month: (local) => digits(local.getUTCMonth() + 1, 2),
  day: (local) => digits(local.getUTCDate(), 2),
  date: (local) => local.toISOString().slice(0, 10),
  julian: (local) => String(Math.floor(local.getTime() / DAY_MS) + JULIAN_DAYS_TO_1970),
  hour: (local) => digits(local.getUTCHours(), 2),
  minute: (local) => digits(local.getUTCMinutes(), 2),
  second: (local) => digits(local.getUTCSeconds(), 2),
  time: (local) => local.toISOString().slice(11, 19),
  iso8601: (local, { zoneMinutes }) =>
    `${local.toISOString().slice(0, 19)}${formatZone(zoneMinutes).replace(/(\d\d)$/, ':$1')}`,
  std11: (_local, { ms, zoneMinutes }) => formatDateTime(ms, zoneMinutes),
  zone: (_local, { zoneMinutes }) => formatZone(zoneMinutes),
  weekday: (local) => String(local.getUTCDay()),
};

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}
