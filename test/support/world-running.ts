/** How the console's world runs: as a test or a picture says; orders are remembered. */
import { Emitter } from '../../src-main/base/emitter.ts';
import { ok } from '../../src-main/base/result.ts';
import type { RunningDesk, RunningFacts } from '../../src-main/host/running-desk.ts';
import type { Done } from '../../src-main/host/system-service/port.ts';

export const RUNNING_MOODS = ['service', 'byHand', 'desktop', 'failed', 'unsupported'] as const;
export type RunningMood = (typeof RUNNING_MOODS)[number];

const PROGRAM = '/opt/postroom/bin/node /opt/postroom/out/main/service.js service';

export class WorldRunning implements RunningDesk {
  now: RunningFacts = {
    how: 'service',
    startedAt: Date.UTC(2026, 0, 1),
    nodeVersion: '24.21.0',
    pid: 812,
    account: 'postroom',
    dataFolder: '/var/lib/postroom',
    memory: 96 * 1024 * 1024,
    manager: 'systemd',
    service: {
      ...{ state: 'running', startsAtBoot: true, isThis: true, detail: null },
      ...{ dataFolder: '/var/lib/postroom', console: '127.0.0.1:8025' },
    },
    ...{ mayRestart: true, mayHandOver: false, mayUninstall: false },
    commands: {
      install: `sudo ${PROGRAM} install --move-data /home/anna/.local/share/postroom`,
      start: `sudo ${PROGRAM} start`,
      restart: `sudo ${PROGRAM} restart`,
      uninstall: `sudo ${PROGRAM} uninstall`,
    },
  };
  readonly orders: string[] = [];
  outcome: Done = ok(undefined);
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.subscribe;

  status = (): Promise<RunningFacts> => Promise.resolve(this.now);

  restart(): Done {
    this.orders.push('restart');
    return this.outcome;
  }

  handOver = (): Promise<Done> => this.#obey('handOver');
  uninstall = (): Promise<Done> => this.#obey('uninstall');

  set(change: Partial<RunningFacts>): void {
    this.now = { ...this.now, ...change };
    this.#changed.emit();
  }

  /** A situation of the page. */
  seem(mood: RunningMood): void {
    const stopped = { ...this.now.service, isThis: false, state: 'failed', detail: 'exit-code (2)' } as const;
    const own = { account: 'anna', dataFolder: '/home/anna/.local/share/postroom' };
    const byHand = { ...own, how: 'byHand', service: null, mayRestart: false } as const;
    switch (mood) {
      case 'service':
        return;
      case 'byHand':
        return this.set(byHand);
      case 'desktop':
        return this.set({ ...byHand, how: 'desktop', mayRestart: true, mayHandOver: true });
      case 'failed':
        return this.set({
          ...byHand,
          service: { ...this.now.service, ...stopped } as RunningFacts['service'],
        });
      case 'unsupported':
        return this.set({ ...byHand, manager: null });
    }
  }

  #obey(order: string): Promise<Done> {
    this.orders.push(order);
    return Promise.resolve(this.outcome);
  }
}
