/**
 * Loaded into a service before its own code (`node --import`), in every thread of it: its clock goes on from another time, since what waits
 * in a queue of then would be late, or fail, by the clock of today.
 */
const CLOCK_VARIABLE = 'POSTROOM_TEST_BEHIND_MS';

/** The environment of a service that begins at that time, in milliseconds since 1970. */
export function beginningAt(time: number): NodeJS.ProcessEnv {
  return {
    NODE_OPTIONS: `--import ${import.meta.filename}`,
    [CLOCK_VARIABLE]: String(Date.now() - time),
  };
}

const behindMs = process.env[CLOCK_VARIABLE];
if (behindMs !== undefined) setBack(Number(behindMs));

function setBack(byMs: number): void {
  const now = Date.now.bind(Date);
  Date.now = () => now() - byMs;
  globalThis.Date = new Proxy(Date, {
    construct: (target, values, newTarget) =>
      Reflect.construct(target, values.length === 0 ? [Date.now()] : values, newTarget) as Date,
  });
}
