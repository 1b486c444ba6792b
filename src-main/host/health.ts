/**
 * Health, built: the desk over the real server and network, its schedule, its notices, and what its buttons do.
 *
 * Flow: createMailHost() → here → console. Invariants: a run by itself begins only once the server is set up, and not at the same minute on
 * every server; nobody is told of anything that did not change.
 */
import type { Cancel, Clock } from '../base/clock.ts';
import type { RandomBytes } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import { HEALTH_CHECKS } from '../health/checks/index.ts';
import type { HealthFacts } from '../health/facts.ts';
import { SMTP_PORT } from '../mail/routing/host-port.ts';
import type { Storage } from '../storage/open-storage.ts';
import { RunningHealthDesk, type HealthDesk } from './health-desk.ts';
import { readPasswordFacts } from './password-facts.ts';
import type { MailPath } from './mail-path.ts';
import { gatherHealthFacts, type HealthFactsOptions } from './health-facts.ts';
import { sendHealthNotice, type HealthNoticeOptions } from './health-notices.ts';
import { startHealthSchedule, type HealthSchedule } from './health-schedule.ts';
import { createHealthTools, type HealthToolsOptions } from './health-tools.ts';

const DNS_PORT = 53;

export interface WorldPorts {
  readonly mx: number;
  readonly nameServer: number;
}

export interface HostHealthOptions
  extends
    Omit<HealthFactsOptions, 'database' | 'passwords' | 'signing' | 'queueDepth'>,
    Omit<HealthToolsOptions, 'connection'>,
    Omit<HealthNoticeOptions, 'directory' | 'queue'> {
  readonly path: Pick<MailPath, 'signing' | 'desk' | 'queue' | 'relaying'>;
  readonly directory: HealthFactsOptions['directory'];
  readonly storage: Pick<Storage, 'health' | 'checkDatabase' | 'passwordStrengths'>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly logger: Logger;
  /** Where mail hosts and name servers of others answer. */
  readonly worldPorts?: WorldPorts;
}

/** What the console has of health. */
export interface HealthService {
  readonly desk: HealthDesk;
  /** null: never by itself. */
  nextRunAt(): number | null;
  /** Looks at the database now; the next run of the check tells. */
  checkDatabase(): Promise<void>;
}

export interface HostHealth extends HealthService {
  stop: Cancel;
}

/** Keys whose records have come sign from now on, so that a run tells of them as they are after it. */
async function lookForAwaitedKeys(signing: MailPath['signing']): Promise<void> {
  const awaited = signing.list().filter(({ state }) => state === 'announced');
  await Promise.all([...new Set(awaited.map(({ domain }) => domain))].map((each) => signing.check(each)));
}

export async function openHealth(options: HostHealthOptions): Promise<HostHealth> {
  const { storage, clock, logger, settings, path } = options;
  let database: HealthFacts['database'] = null;
  const facts: HealthFactsOptions = {
    ...options,
    signing: path.signing,
    queueDepth: () => path.desk.depth(),
    database: () => database,
    passwords: () => readPasswordFacts(storage.passwordStrengths, options.directory),
  };
  const desk = await RunningHealthDesk.open({
    ...{ checks: HEALTH_CHECKS, store: storage.health, clock, logger },
    gatherFacts: async () => {
      await lookForAwaitedKeys(path.signing);
      return gatherHealthFacts(facts);
    },
    tools: () => createHealthTools({ ...options, ...path.relaying }),
    ports: options.worldPorts ?? { mx: SMTP_PORT, nameServer: DNS_PORT },
  });
  const checkDatabase = async (): Promise<void> => {
    const findings = await storage.checkDatabase();
    database = { checkedAt: clock.now(), findings };
  };
  const onError = (error: unknown): void => logger.error('health could not be looked at', { error });
  const schedule: HealthSchedule = startHealthSchedule({ ...options, desk, checkDatabase, onError });
  const unsubscribe = desk.onNotice((notice) => {
    if (settings().health.tellsByMail)
      sendHealthNotice({ ...options, queue: path.queue }, notice).catch(onError);
  });
  return {
    ...{ desk, checkDatabase, nextRunAt: () => schedule.nextRunAt() },
    stop: () => {
      unsubscribe();
      schedule.stop();
      desk.stop();
    },
  };
}
