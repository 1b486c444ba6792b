/** Evaluates a test: `true`, `false`, `not`, `allof`, `anyof` here (RFC 5228 §5), every other by its name. */
import type { Call } from '../checking/call.ts';
import { fail } from '../running/run.ts';
import type { Run } from '../running/run.ts';
import { ADDRESS_TESTS } from './address-tests.ts';
import { BODY_TESTS } from './body-test.ts';
import { DATE_TESTS } from './date-tests.ts';
import { ENVIRONMENT_TESTS } from './environment-tests.ts';
import { HEADER_TESTS } from './header-tests.ts';
import { MAILBOX_TESTS } from './mailbox-tests.ts';
import type { TestTable } from './test-runner.ts';

const RUNNERS: TestTable = {
  ...HEADER_TESTS,
  ...ADDRESS_TESTS,
  ...BODY_TESTS,
  ...DATE_TESTS,
  ...ENVIRONMENT_TESTS,
  ...MAILBOX_TESTS,
};

export async function evaluate(run: Run, call: Call): Promise<boolean> {
  run.budget.spend('step');
  if (call.problem !== undefined) fail(call.problem.text);
  switch (call.name) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'not':
      return !(await isAny(run, call));
    case 'anyof':
      return isAny(run, call);
    case 'allof':
      return isAll(run, call);
    default:
      return RUNNERS[call.name]?.(run, call) ?? fail(`there is no test "${call.name}"`);
  }
}

async function isAny(run: Run, call: Call): Promise<boolean> {
  for (const test of call.tests) if (await evaluate(run, test)) return true;
  return false;
}

async function isAll(run: Run, call: Call): Promise<boolean> {
  for (const test of call.tests) if (!(await evaluate(run, test))) return false;
  return true;
}
