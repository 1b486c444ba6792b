import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeSystemd } from '../../test/support/service-managers/fake-systemd.ts';
import { err, ok } from '../base/result.ts';
import { SystemdService } from '../host/system-service/systemd/systemd-service.ts';
import type { Done, ServicePlan, ServiceStatus } from '../host/system-service/port.ts';
import { createDesktopShell } from './desktop-shell.ts';
import { elevate, elevated } from './elevate.ts';
import { findServer } from './find-service.ts';

const PLAN = {
  ...{ dataFolder: '/var/lib/postroom', console: '0.0.0.0:8025', account: 'postroom' },
} as ServicePlan;

function service(change: Partial<Extract<ServiceStatus, { kind: 'installed' }>> = {}) {
  const status: ServiceStatus = {
    ...{ kind: 'installed', state: 'running', pid: 4, since: null, startsAtBoot: true, detail: null },
    ...{ installed: PLAN, ...change },
  };
  return { status: () => Promise.resolve(status) };
}

describe('who has our data', () => {
  const folder = '/nowhere/of/ours';

  test('the installed service, at an address of this machine', async () => {
    const options = { service: service(), dataFolder: folder, isChosen: false };
    expect(await findServer(options)).toEqual({ kind: 'running', url: 'http://127.0.0.1:8025/' });
  });

  test('the installed service, which does not run', async () => {
    const stopped = service({ state: 'failed', detail: 'exit-code (2)' });
    expect(await findServer({ service: stopped, dataFolder: folder, isChosen: false })).toEqual({
      kind: 'stopped',
      detail: 'exit-code (2)',
    });
  });

  test('nobody, where another folder was asked for than the service has', async () => {
    expect(await findServer({ service: service(), dataFolder: folder, isChosen: true })).toBeNull();
    const own = { service: service(), dataFolder: '/var/lib/postroom', isChosen: true };
    expect(await findServer(own)).toMatchObject({ kind: 'running' });
  });

  test('nobody, where nothing is installed and the folder is free', async () => {
    expect(await findServer({ service: null, dataFolder: folder, isChosen: false })).toBeNull();
  });
});

describe('handing over to the service', () => {
  const steps: string[] = [];
  let outcome: Done;
  let work: () => Promise<void>;
  beforeEach(() => {
    steps.length = 0;
    outcome = ok(undefined);
  });

  function shell(program: readonly [string, string] | null = ['/app/node', '/app/service.js']) {
    return createDesktopShell({
      ...{
        dataFolder: '/home/anna/mail',
        startedAt: 0,
        program,
        service: new SystemdService(new FakeSystemd()),
      },
      elevate: (command) => {
        steps.push(command.join(' '));
        return Promise.resolve(outcome);
      },
      stopHost: async () => void steps.push('stop'),
      freeKey: async () => void steps.push('key'),
      relaunch: () => void steps.push('relaunch'),
      showProblem: (text) => void steps.push(`problem: ${text}`),
      later: (what) => (work = what),
    });
  }

  test('stops, frees the key, has the service take the folder, and starts anew', async () => {
    expect(await shell().handOver()).toEqual(ok(undefined));
    expect(steps).toEqual([]);
    await work();
    const install = '/app/node /app/service.js service install --move-data /home/anna/mail';
    expect(steps).toEqual(['stop', 'key', install, 'relaunch']);
  });

  test('comes back as it was where the person does not agree', async () => {
    outcome = err({ kind: 'failed', text: 'Not authorized' });
    await shell().handOver();
    await work();
    expect(steps.slice(-2)).toEqual(['problem: Not authorized', 'relaunch']);
  });

  test('is not offered by a package without a Node', async () => {
    expect(await shell(null).mayHandOver()).toBe(false);
    expect(await shell(null).handOver()).toMatchObject({ ok: false });
  });

  test('a restart stops first', async () => {
    shell().restart?.();
    await work();
    expect(steps).toEqual(['stop', 'relaunch']);
  });
});

describe('asking for rights', () => {
  const command = ['/opt/it is/node', "it's", 'a "b"'];

  test('names each word to the system’s own dialog', async () => {
    expect(elevated('linux', command)).toEqual(['pkexec', ...command]);
    const run = vi.fn(() => Promise.resolve({ code: 126, output: '', errors: 'Not authorized' }));
    expect(await elevate({ run }, 'linux', command)).toMatchObject({ ok: false });
  });

  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'postroom-elevate-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('on a Mac its words reach the shell as they are', async () => {
    const [, , script = ''] = elevated('darwin', ['printf', '%s\\n', ...command]);
    const text = /^do shell script "(.*)" with administrator privileges$/su.exec(script)?.[1] ?? '';
    const line = text.replaceAll(/\\(["\\])/gu, '$1');
    execFileSync('sh', ['-c', `${line} > ${join(folder, 'out')}`]);
    expect(await readFile(join(folder, 'out'), 'utf8')).toBe(`${command.join('\n')}\n`);
  });

  test('on Windows Start-Process asks, and its exit code counts', () => {
    expect(elevated('win32', ["C:\\it's\\node.exe", 'a b']).at(-1)).toBe(
      `exit (Start-Process -FilePath 'C:\\it''s\\node.exe' -ArgumentList '"a b"' -Verb RunAs -Wait -PassThru).ExitCode`,
    );
  });
});
