import { call } from '@orpc/server';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ConsoleWorld } from '../../test/support/console-world.ts';
import { FakeSystemd } from '../../test/support/service-managers/fake-systemd.ts';
import { ManualClock } from '../base/clock.ts';
import { ok } from '../base/result.ts';
import { createConsoleRouter } from './api/router.ts';
import type { ConsoleContext } from './api/services.ts';
import { createRunningDesk, howItStarts, type ShellControl } from './running-desk.ts';
import { SystemdService } from './system-service/systemd/systemd-service.ts';

const PROGRAM = ['/opt/postroom/node', '/opt/postroom/service.js'] as const;

let system: FakeSystemd;
let service: SystemdService;

beforeEach(() => {
  system = new FakeSystemd();
  service = new SystemdService(system);
});

function shellOf(change: Partial<ShellControl> = {}): ShellControl {
  return {
    ...{ kind: 'byHand', startedAt: 5, program: PROGRAM, service, restart: null },
    mayHandOver: () => service.mayAdminister(),
    handOver: () => Promise.resolve(ok(undefined)),
    ...change,
  };
}

function deskOf(change: Partial<ShellControl> = {}, dataFolder = '/var/lib/postroom') {
  const clock = new ManualClock();
  return { desk: createRunningDesk(shellOf(change), { dataFolder, clock }), clock };
}

function install() {
  return service.install({
    program: [...PROGRAM],
    programFolders: ['/opt/postroom'],
    ...{ dataFolder: '/var/lib/postroom', account: 'postroom', console: '127.0.0.1:8025' },
    ...{ serveArguments: [], writable: [], provisionFile: null, passphraseFile: null, version: '0.1.0' },
  });
}

test('who starts the server after the computer was off is asked of the service manager', async () => {
  expect(await howItStarts(null)).toBe('unknown');
  expect(await howItStarts(shellOf({ service: null }))).toBe('unknown');
  expect(await howItStarts(shellOf({ kind: 'service' }))).toBe('byHand');
  await install();
  expect(await howItStarts(shellOf())).toBe('byHand');
  expect(await howItStarts(shellOf({ kind: 'service' }))).toBe('atBoot');
  const status = await service.status();
  vi.spyOn(service, 'status').mockResolvedValue({ ...status, startsAtBoot: false } as typeof status);
  expect(await howItStarts(shellOf({ kind: 'service' }))).toBe('notAtBoot');
});

describe('a server started by hand', () => {
  test('may become a service where it has the rights, and gives the command where not', async () => {
    const { desk } = deskOf({}, '/home/anna/post room');
    expect(await desk.status()).toMatchObject({
      how: 'byHand',
      service: null,
      mayHandOver: true,
      mayRestart: false,
    });
    system.isAdministrator = false;
    const { mayHandOver, commands } = await desk.status();
    expect(mayHandOver).toBe(false);
    expect(commands.install).toBe(
      "sudo /opt/postroom/node /opt/postroom/service.js service install --move-data '/home/anna/post room'",
    );
    expect(desk.restart()).toMatchObject({ ok: false });
  });

  test('may take a service away that is not itself', async () => {
    await install();
    const { desk } = deskOf();
    expect(await desk.status()).toMatchObject({
      service: { state: 'stopped', isThis: false },
      mayUninstall: true,
    });
    expect(await desk.uninstall()).toEqual(ok(undefined));
    expect(await desk.uninstall()).toMatchObject({ ok: false, error: { kind: 'notInstalled' } });
  });
});

test('a service knows itself by its process, and ends to be started again', async () => {
  await install();
  await service.start();
  system.pid = process.pid;
  const restart = vi.fn();
  const { desk } = deskOf({ kind: 'service', restart });
  expect(await desk.status()).toMatchObject({
    ...{ how: 'service', mayRestart: true, mayHandOver: false, mayUninstall: false },
    service: { state: 'running', isThis: true, startsAtBoot: true, console: '127.0.0.1:8025' },
  });
  expect(desk.restart()).toEqual(ok(undefined));
  expect(restart).toHaveBeenCalledOnce();
});

test('where nothing runs services, nothing is offered', async () => {
  const { desk } = deskOf({ service: null, mayHandOver: () => Promise.resolve(false) });
  expect(await desk.status()).toMatchObject({ manager: null, service: null, mayHandOver: false });
});

test('is looked at again only while somebody listens', () => {
  const { desk, clock } = deskOf();
  const heard = vi.fn();
  const stop = desk.onChange(heard);
  clock.advance(5_000);
  clock.advance(5_000);
  stop();
  clock.advance(60_000);
  expect(heard).toHaveBeenCalledTimes(2);
});

test('the console is told the system’s own words where something fails', async () => {
  const world = new ConsoleWorld({ clock: new ManualClock() });
  await world.administrators.put({ name: 'anna', password: 'x' });
  const router = createConsoleRouter(world.services());
  const context: ConsoleContext = {
    visitor: { shell: 'browser', isLocal: true, remoteAddress: '127.0.0.1', administrator: () => 'anna' },
  };
  const order = () => call(router.running.handOver, undefined, { context, path: ['running', 'handOver'] });
  expect(await order()).toEqual({ problem: null });
  world.running.outcome = { ok: false, error: { kind: 'failed', text: 'useradd: no room' } };
  expect(await order()).toEqual({ problem: 'useradd: no room' });
});
