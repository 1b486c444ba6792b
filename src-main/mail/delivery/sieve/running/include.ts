/** `include`: reads a script that another names (RFC 6609 §3.1). */
import type { Call, CheckedScript } from '../checking/call.ts';
import { checkScript } from '../checking/check-script.ts';
import { MAX_INCLUDE_DEPTH } from '../limits.ts';
import { fail } from './run.ts';
import type { Run } from './run.ts';

/** null where there is nothing to run: it ran before and is to run once, or is not there and need not be. */
export async function readIncluded(run: Run, call: Call): Promise<CheckedScript | null> {
  const location = call.options['global'] === undefined ? 'personal' : 'global';
  const name = run.parameter(call, 0);
  const key = `${location}/${name}`;
  const known = run.included.get(key);
  if (known !== undefined && call.options['once'] !== undefined) return null;
  run.budget.spend('include');
  // A script that includes itself gets here.
  if (run.frame.depth >= MAX_INCLUDE_DEPTH) fail('scripts include each other too deep');
  if (known !== undefined) return known;
  const text = await run.environment.readScript(location, name);
  if (text === null) {
    return call.options['optional'] === undefined ? fail(`there is no ${location} script "${name}"`) : null;
  }
  run.budget.spend('includedCharacter', text.length);
  const checked = checkScript(text);
  if (!checked.ok) {
    const [problem] = checked.error;
    return fail(
      `the ${location} script "${name}" is wrong in line ${problem?.line ?? 1}: ${problem?.text ?? ''}`,
    );
  }
  run.included.set(key, checked.value);
  return checked.value;
}
