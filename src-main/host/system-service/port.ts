/**
 * System service: Postroom run by the system's own service manager, with nobody logged in.
 *
 * Flow: `postroom service …`, the console and the desktop app → SystemService → systemd | launchd | Windows services.
 * Invariants: what cannot be done is a value that says why; nothing is changed without the rights for all of it; the data folder
 * is removed only where that was asked for in words.
 */
import { z } from 'zod';
import type { Result } from '../../base/result.ts';

export const SERVICE_MANAGERS = ['systemd', 'launchd', 'windows'] as const;
export type ServiceManager = (typeof SERVICE_MANAGERS)[number];

/** sysexits(3), EX_TEMPFAIL: the manager is to start it again. */
export const EXIT_RESTART = 75;

/**
 * One description, of which each system's definition is made. It is also the record of what was installed: everybody on this machine
 * may read it, only administrators write it.
 */
export const servicePlan = z.object({
  /** Node and the program's entry, as absolute paths. */
  program: z.tuple([z.string(), z.string()]).readonly(),
  /** They hold both, and everything they read. */
  programFolders: z.array(z.string()).readonly(),
  dataFolder: z.string(),
  /** The account it runs as; made where it does not exist. */
  account: z.string(),
  /** Where the console is served: ADDR:PORT. */
  console: z.string(),
  /** Further arguments of `postroom serve`. */
  serveArguments: z.array(z.string()).readonly(),
  /** Folders outside the data folder that it may write to: mbox files, Maildirs, archives. */
  writable: z.array(z.string()).readonly(),
  /** The set-up that is applied at each start. systemd passes it on, so that root alone need be able to read it. */
  provisionFile: z.string().nullable(),
  /** Holds the passphrase of the key; `isEncrypted`: by systemd-creds(1). */
  passphraseFile: z.object({ path: z.string(), isEncrypted: z.boolean() }).readonly().nullable(),
  version: z.string(),
});
export type ServicePlan = Readonly<z.infer<typeof servicePlan>>;

export type ServiceState = 'running' | 'starting' | 'stopping' | 'stopped' | 'failed';

export type ServiceStatus =
  | { readonly kind: 'notInstalled' }
  | {
      readonly kind: 'installed';
      readonly state: ServiceState;
      readonly pid: number | null;
      /** In this state since, in milliseconds since 1970 UTC; null where the system does not tell. */
      readonly since: number | null;
      readonly startsAtBoot: boolean;
      /** How it ended, in the system's words; null: nothing to tell. */
      readonly detail: string | null;
      readonly installed: ServicePlan | null;
    };

export interface ServiceProblem {
  /** `noRights`: an administrator of this machine can do it. */
  readonly kind: 'noRights' | 'notInstalled' | 'unusable' | 'failed';
  readonly text: string;
}

export type Done = Result<void, ServiceProblem>;

export interface LogRequest {
  /** How many of the latest lines. */
  readonly lines: number;
  /** Whether to go on with what comes. */
  readonly follows: boolean;
  readonly signal: AbortSignal;
}

export interface SystemService {
  readonly manager: ServiceManager;
  /** Where its data lies and whom it runs as, unless told otherwise. */
  readonly defaults: { readonly dataFolder: string; readonly account: string };
  /** Whether this process may install, start and stop. */
  mayAdminister(): Promise<boolean>;
  /** The system's definition of it, as text, with nothing done. */
  describe(plan: ServicePlan): string;
  status(): Promise<ServiceStatus>;
  /** Makes the account, the folder and the definition, and has it start at boot; replaces an earlier definition. Does not start it. */
  install(plan: ServicePlan): Promise<Done>;
  /** Resolves when it serves, or has failed to. */
  start(): Promise<Done>;
  /** Starts it as soon as this process has let go of the data folder; does not wait. */
  startSoon(): Promise<Done>;
  stop(): Promise<Done>;
  restart(): Promise<Done>;
  /** Stops it first; what else was made goes, the data only where `removesData`. */
  uninstall(options: { readonly removesData: boolean }): Promise<Done>;
  logs(request: LogRequest): AsyncIterable<string>;
}
