/** `date` and `currentdate` (RFC 5260 §4, §5). */
import { parseDateTime } from '../../../../format/date-time.ts';
import { isZone } from '../checking/words.ts';
import { matchValues } from '../running/match-values.ts';
import { fail } from '../running/run.ts';
import type { Run } from '../running/run.ts';
import { formatDatePart, zoneOf } from './date-part.ts';
import { fieldsOf } from './fields.ts';
import type { TestTable } from './test-runner.ts';

export const DATE_TESTS: TestTable = {
  async date(run, call) {
    const fields = await fieldsOf(run, call, run.strings(call.parameters[0]));
    const part = run.parameter(call, 1);
    const values = fields.flatMap(({ value }) => {
      // RFC 5260 §4: of a Received field the date stands after the last semicolon.
      const text = value.slice(value.lastIndexOf(';') + 1);
      const ms = parseDateTime(text);
      if (ms === null) return [];
      const zone =
        call.options['originalzone'] === undefined ? askedZone(run, call.options['zone'], ms) : zoneOf(text);
      return [formatDatePart(part, ms, zone)];
    });
    return matchValues(run, call, { values, keys: call.parameters[2] });
  },

  currentdate(run, call) {
    const { now } = run.environment;
    const value = formatDatePart(run.parameter(call, 0), now, askedZone(run, call.options['zone'], now));
    return matchValues(run, call, { values: [value], keys: call.parameters[1] });
  },
};

/** Minutes east of UTC: as `:zone` says, else local time. */
function askedZone(run: Run, option: Parameters<Run['string']>[0], ms: number): number {
  const zone = run.string(option);
  if (zone === null) return run.environment.zoneMinutesAt(ms);
  return isZone(zone) ? zoneOf(zone) : fail(`"${zone}" is no time zone as "+0100"`);
}
