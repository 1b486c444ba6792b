/** Tests of mailboxes: `mailboxexists`, `metadata`, `servermetadata` (RFC 5490), `specialuse_exists` (RFC 8579 §3). */
import { matchValues } from '../running/match-values.ts';
import type { Run } from '../running/run.ts';
import type { TestTable } from './test-runner.ts';

export const MAILBOX_TESTS: TestTable = {
  mailboxexists: (run, call) =>
    areAll(run.strings(call.parameters[0]), (name) => run.environment.mailboxExists(name)),

  async metadata(run, call) {
    const value = await run.environment.readAnnotation(run.parameter(call, 0), run.parameter(call, 1));
    return matchValues(run, call, { values: value === null ? [] : [value], keys: call.parameters[2] });
  },

  metadataexists: (run, call) =>
    areAll(run.strings(call.parameters[1]), (name) => isAnnotated(run, run.parameter(call, 0), name)),

  async servermetadata(run, call) {
    const value = await run.environment.readAnnotation(null, run.parameter(call, 0));
    return matchValues(run, call, { values: value === null ? [] : [value], keys: call.parameters[1] });
  },

  servermetadataexists: (run, call) =>
    areAll(run.strings(call.parameters[0]), (name) => isAnnotated(run, null, name)),

  specialuse_exists(run, call) {
    const mailbox = run.string(call.parameters[0]);
    return areAll(run.strings(call.parameters[1]), (use) => run.environment.hasSpecialUse(mailbox, use));
  },
};

async function isAnnotated(run: Run, mailbox: string | null, name: string): Promise<boolean> {
  return (await run.environment.readAnnotation(mailbox, name)) !== null;
}

async function areAll(
  names: readonly string[],
  isTrue: (name: string) => Promise<boolean>,
): Promise<boolean> {
  for (const name of names) if (!(await isTrue(name))) return false;
  return true;
}
