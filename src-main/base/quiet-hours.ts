/** Quiet hours: when nobody wants to be told of anything, in the local time of the machine. */
export interface QuietHours {
  /** Minutes after midnight; `until` before `from` means the next day. */
  readonly fromMinute: number;
  readonly untilMinute: number;
  /** Whether errors wait too; else they are told at once. */
  readonly holdsErrors: boolean;
}

const MINUTES_OF_DAY = 24 * 60;

export function isQuiet({ fromMinute, untilMinute }: QuietHours, at: Date): boolean {
  const now = at.getHours() * 60 + at.getMinutes();
  const sinceBegin = (now - fromMinute + MINUTES_OF_DAY) % MINUTES_OF_DAY;
  const length = (untilMinute - fromMinute + MINUTES_OF_DAY) % MINUTES_OF_DAY;
  return sinceBegin < length;
}
