/** A whole restore in the desktop app: the app starts itself anew with what was restored, from Settings and from Setup. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLogger } from '../../src-main/base/logger.ts';
import { createDesktopShell } from '../../src-main/electron/desktop-shell.ts';
import { createMailHost, type MailHost } from '../../src-main/host/create-mail-host.ts';
import { systemClock } from '../../src-main/host/system-clock.ts';

const POLLING = { timeout: 60_000, interval: 100 };
const PORTS = {
  ...{ smtp: 0, submission: 0, submissions: 0, imap: 0, imaps: 0, pop3: 0, pop3s: 0, managesieve: 0 },
};

/** The app as far as a restore sees it: a host, and what Electron does when it is told to relaunch. */
class DesktopApp {
  readonly #dataFolder: string;
  host: MailHost;
  launches = 0;

  constructor(dataFolder: string) {
    this.#dataFolder = dataFolder;
    this.host = this.#createHost();
  }

  #createHost(): MailHost {
    const shell = createDesktopShell({
      ...{ dataFolder: this.#dataFolder, startedAt: 0, program: null, service: null },
      elevate: () => Promise.reject(new Error('no rights are needed')),
      stopHost: () => this.host.stop(),
      freeKey: () => Promise.reject(new Error('the key stays where it is')),
      relaunch: () => void this.launch(),
      showProblem: (text) => {
        throw new Error(text);
      },
      later: (work) => void work(),
    });
    return createMailHost({
      ...{ shell, dataFolder: this.#dataFolder, version: '0.1.0', bind: '127.0.0.1', ports: PORTS },
      ...{ whenPortUnavailable: 'fail', provision: null, defaultHostname: 'mail.server1.com' },
      ...{ clock: systemClock, randomBytes: (length) => randomBytes(length), logger: silentLogger },
    });
  }

  async launch(): Promise<void> {
    this.host = this.#createHost();
    await this.host.start();
    this.launches++;
  }

  /** As the window calls: whoever started the app owns the folder. */
  get calls() {
    const visitor = {
      shell: 'desktop',
      isLocal: true,
      remoteAddress: '127.0.0.1',
      administrator: () => null,
    } as const;
    return createRouterClient(this.host.router, { context: { visitor } });
  }
}

let folder: string;
const apps: DesktopApp[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-desktop-'));
});

afterEach(async () => {
  for (const { host } of apps.splice(0)) await host.stop();
  await rm(folder, { recursive: true, force: true });
});

async function launch(name: string): Promise<DesktopApp> {
  const app = new DesktopApp(join(folder, name));
  apps.push(app);
  await app.launch();
  return app;
}

const place = () => ({ kind: 'folder', path: join(folder, 'place') }) as const;

/** With a domain, and a backup of it; answers the recovery key. */
async function backUp({ calls }: DesktopApp): Promise<string> {
  await calls.domains.add({ name: 'server1.com' });
  const { recoveryKey } = await calls.backups.setPlace({ place: place(), recoveryKey: '' });
  await calls.backups.start({ kind: 'backup' });
  for await (const event of await calls.backups.watch())
    if (event.type === 'snapshot' && event.snapshot.runs.length > 0) break;
  return recoveryKey ?? '';
}

async function domainsOf({ calls }: DesktopApp): Promise<readonly string[]> {
  for await (const event of await calls.domains.watch())
    if (event.type === 'snapshot') return event.snapshot.map(({ name }) => name);
  return [];
}

async function snapshotsOf({ calls }: DesktopApp) {
  await calls.backups.look();
  for await (const event of await calls.backups.watch())
    if (event.type === 'snapshot') return event.snapshot.snapshots ?? [];
  return [];
}

it('from Settings: the app stops, and comes again with it', async () => {
  const app = await launch('data');
  await backUp(app);
  await app.calls.domains.add({ name: 'added-later.com' });
  const [snapshot] = await snapshotsOf(app);
  await app.calls.backups.restoreAll({ snapshotId: snapshot?.id ?? '' });
  await expect.poll(() => app.launches, POLLING).toBe(2);
  expect(await domainsOf(app)).toEqual(['server1.com']);
});

it('from Setup: a new app becomes the old one', async () => {
  const lost = await launch('lost');
  const recoveryKey = await backUp(lost);
  const app = await launch('fresh');
  const origin = { place: place(), recoveryKey };
  const { snapshots } = await app.calls.setup.findBackups(origin);
  await app.calls.setup.restoreBackup({ ...origin, snapshotId: snapshots[0]?.id ?? '' });
  await expect.poll(() => app.launches, POLLING).toBe(2);
  expect(await domainsOf(app)).toEqual(['server1.com']);
});
