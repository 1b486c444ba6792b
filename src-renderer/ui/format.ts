/** Format: numbers, sizes and times as people read them, in the language of the page. */
import { currentLocale, t } from '../locales/text.ts';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
/** A number and its unit stay on one line. */
const NO_BREAK_SPACE = '\u00a0';
const STEP = 1024;

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(currentLocale()).format(value);
}

/** `0.917` as `91.7%`. */
export function formatShare(share: number): string {
  const style = { style: 'percent', maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(currentLocale(), style).format(share);
}

export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / Math.log2(STEP)));
  const value = bytes / STEP ** power;
  const number = new Intl.NumberFormat(currentLocale(), { maximumFractionDigits: value < 10 ? 1 : 0 });
  return number.format(value) + NO_BREAK_SPACE + (UNITS[power] ?? 'B');
}

/** The whole time, for hovering. */
export function formatExactTime(at: number): string {
  return new Intl.DateTimeFormat(currentLocale(), { dateStyle: 'full', timeStyle: 'medium' }).format(at);
}

export function formatDay(at: number): string {
  return new Intl.DateTimeFormat(currentLocale(), { dateStyle: 'medium' }).format(at);
}

/** A day as others count it, short: `5 Jan`. */
export function formatUtcDay(at: number): string {
  const parts = { month: 'short', day: 'numeric', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat(currentLocale(), parts).format(at);
}

/** Time of day for today, day and time otherwise: for the columns of lists. */
export function formatListTime(at: number, now: number): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  return new Intl.DateTimeFormat(
    currentLocale(),
    isToday ? { ...time, second: '2-digit' } : { ...time, month: 'short', day: 'numeric' },
  ).format(at);
}

/** For the axis of a chart. */
export function formatShortTime(at: number, hasDay: boolean): string {
  const day = { month: 'short', day: 'numeric' } as const;
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat(currentLocale(), hasDay ? { ...day, ...time } : time).format(at);
}

export function formatClock(at: number): string {
  return new Intl.DateTimeFormat(currentLocale(), {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(at);
}

const SPANS = [
  ['year', 365 * 24 * 3600],
  ['month', 30 * 24 * 3600],
  ['day', 24 * 3600],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** `3 min. ago`, `in 2 hr.` */
export function formatRelativeTime(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000);
  if (Math.abs(seconds) < 5) return t('time.justNow');
  const [unit, size] = SPANS.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1];
  const formatter = new Intl.RelativeTimeFormat(currentLocale(), { style: 'short', numeric: 'always' });
  return formatter.format(Math.trunc(seconds / size), unit);
}

/** `1.4 s`, `3 min`: how long something took or takes. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return unit(Math.round(ms), 'millisecond');
  const seconds = ms / 1000;
  if (seconds < 60) return unit(seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds), 'second');
  if (seconds < 3600) return unit(Math.round(seconds / 60), 'minute');
  if (seconds < 48 * 3600) return unit(Math.round(seconds / 3600), 'hour');
  return unit(Math.round(seconds / 86_400), 'day');
}

/** In the language's own way: Chinese units stand without a space. */
function unit(value: number, name: string): string {
  const format = new Intl.NumberFormat(currentLocale(), { style: 'unit', unit: name, unitDisplay: 'short' });
  return format.format(value).replace(' ', NO_BREAK_SPACE);
}

/** `a, b and c` */
/** Sentences after each other: Chinese has no space between them. */
export function formatSentences(sentences: readonly string[]): string {
  return sentences.filter((each) => each !== '').join(currentLocale() === 'zh-CN' ? '' : ' ');
}

export function formatList(items: readonly string[]): string {
  return new Intl.ListFormat(currentLocale(), { type: 'conjunction' }).format(items);
}
