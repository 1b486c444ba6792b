/** How a test is run. */
import type { Call } from '../checking/call.ts';
import type { Run } from '../running/run.ts';

export type TestRunner = (run: Run, call: Call) => boolean | Promise<boolean>;
export type TestTable = Readonly<Record<string, TestRunner>>;
