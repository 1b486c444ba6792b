/** A time of day in a field: `22:30` and minutes after midnight. */
const MINUTES_OF_HOUR = 60;

export function formatTimeField(minute: number): string {
  const parts = [Math.floor(minute / MINUTES_OF_HOUR), minute % MINUTES_OF_HOUR];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** null: it is none. */
export function parseTimeField(text: string): number | null {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)(?::\d\d)?$/.exec(text) ?? [];
  return hours === undefined || minutes === undefined
    ? null
    : Number(hours) * MINUTES_OF_HOUR + Number(minutes);
}
