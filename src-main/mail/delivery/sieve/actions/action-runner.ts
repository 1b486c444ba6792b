/** How an action is run: it changes the run's state and does nothing else. */
import type { Call } from '../checking/call.ts';
import type { Run } from '../running/run.ts';

export type ActionRunner = (run: Run, call: Call) => void | Promise<void>;
export type ActionTable = Readonly<Record<string, ActionRunner>>;
