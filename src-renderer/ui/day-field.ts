/** Days of a date field (`2027-03-01`, local time) and the moments that they end. */

const DAY_MS = 86_400_000;

/** The last day before the moment; empty for none. */
export function toDayField(endsAt: number | null): string {
  if (endsAt === null) return '';
  const last = new Date(endsAt - 1);
  return new Date(last.getTime() - last.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

/** The end of the day in milliseconds since 1970; null for an empty field. */
export function fromDayField(day: string): number | null {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  if (day === '') return null;
  return new Date(year, month - 1, date).getTime() + DAY_MS;
}
