/**
 * Running area: how this server runs on its machine: by somebody's hand, in the desktop app, or as a service; and what would change that.
 */
import { z } from 'zod';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { listenerRow } from './settings.ts';
import { count, time } from './values.ts';

const serviceView = z.object({
  state: z.enum(['running', 'starting', 'stopping', 'stopped', 'failed']),
  startsAtBoot: z.boolean(),
  /** It is the process that answers here. */
  isThis: z.boolean(),
  /** The system's own words for how it ended; null: nothing to tell. */
  detail: z.string().nullable(),
  /** Where its data lies; null: not known. */
  dataFolder: z.string().nullable(),
  console: z.string().nullable(),
});

const runningView = z.object({
  how: z.enum(['service', 'desktop', 'byHand']),
  startedAt: time,
  version: z.string(),
  nodeVersion: z.string(),
  pid: z.int(),
  account: z.string(),
  dataFolder: z.string(),
  /** Octets in memory (RSS). */
  memory: count,
  /** Listeners that are not where mail programs look for them. */
  misplaced: z.array(listenerRow).readonly(),
  /** What runs services on this machine; null: nothing that we know. */
  manager: z.enum(['systemd', 'launchd', 'windows']).nullable(),
  /** null: there is none installed. */
  service: serviceView.nullable(),
  /** Whether it can end in a way that it is started again. */
  mayRestart: z.boolean(),
  /** Whether it can hand itself over to a service: with the rights it has, or by asking the person at this machine. */
  mayHandOver: z.boolean(),
  mayUninstall: z.boolean(),
  /** What an administrator of this machine pastes. */
  commands: z.object({ install: z.string(), start: z.string(), restart: z.string(), uninstall: z.string() }),
});
export type RunningView = z.infer<typeof runningView>;

/** null: done; otherwise why not, in the system's words. */
const outcome = z.object({ problem: z.string().nullable() });
export type RunningOutcome = z.infer<typeof outcome>;

export const runningContract = {
  watch: callFor('settings.read').output(feedOf(runningView, noChange)),
  /** The page loses its connection and finds it again. */
  restart: callFor('settings.change').output(outcome),
  /** Installs the service and lets it go on with what is here. */
  handOver: callFor('service.change').output(outcome),
  /** Takes the service away; its data stays. */
  uninstall: callFor('service.change').output(outcome),
};
