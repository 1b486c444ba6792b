import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { FakeLaunchd, LAUNCHD_RECORD } from '../../../test/support/service-managers/fake-launchd.ts';
import type { FakeSystem } from '../../../test/support/service-managers/fake-system.ts';
import { FakeSystemd, SYSTEMD_RECORD } from '../../../test/support/service-managers/fake-systemd.ts';
import { FakeWindows, readCommandLine } from '../../../test/support/service-managers/fake-windows.ts';
import { LaunchdService } from './launchd/launchd-service.ts';
import { openSystemService } from './open-system-service.ts';
import type { ServicePlan, SystemService } from './port.ts';
import { EXIT_RESTART } from './port.ts';
import { SystemdService } from './systemd/systemd-service.ts';
import { windowsCommandLine } from './windows/command-line.ts';
import { WindowsService } from './windows/windows-service.ts';

const WINDOWS_PLACES = {
  programData: 'C:\\ProgramData',
  programFiles: 'C:\\Program Files',
  systemRoot: 'C:\\Windows',
  wrapperSource: 'class PostroomService {}',
};
const WINDOWS_RECORD = 'C:\\Program Files\\Postroom Service\\service.json';

interface Machine {
  readonly system: FakeSystem;
  readonly service: SystemService;
  readonly record: string;
}

const MACHINES: readonly (readonly [string, () => Machine])[] = [
  [
    'systemd',
    () => {
      const system = new FakeSystemd();
      return { system, service: new SystemdService(system), record: SYSTEMD_RECORD };
    },
  ],
  [
    'launchd',
    () => {
      const system = new FakeLaunchd();
      return { system, service: new LaunchdService(system), record: LAUNCHD_RECORD };
    },
  ],
  [
    'Windows',
    () => {
      const system = new FakeWindows();
      return { system, service: new WindowsService(system, WINDOWS_PLACES), record: WINDOWS_RECORD };
    },
  ],
];

function planFor({ defaults }: SystemService): ServicePlan {
  return {
    program: ['/opt/postroom/bin/node', '/opt/postroom/out/main/service.js'],
    programFolders: ['/opt/postroom'],
    ...defaults,
    console: '127.0.0.1:8025',
    serveArguments: ['--ports', 'managesieve=off'],
    writable: [],
    provisionFile: null,
    passphraseFile: null,
    version: '0.1.0',
  };
}

describe.each(MACHINES)('a service under %s', (manager, make) => {
  let machine: Machine;
  let plan: ServicePlan;

  beforeEach(() => {
    machine = make();
    plan = planFor(machine.service);
  });

  async function installed(): Promise<Machine> {
    expect(await machine.service.install(plan)).toEqual({ ok: true, value: undefined });
    return machine;
  }

  async function state(): Promise<string> {
    const status = await machine.service.status();
    return status.kind === 'installed' ? status.state : status.kind;
  }

  test('is not there before it is installed, and orders say so', async () => {
    const { service } = machine;
    expect(await service.status()).toEqual({ kind: 'notInstalled' });
    for (const verb of ['start', 'stop', 'restart'] as const)
      expect(await service[verb]()).toMatchObject({ ok: false, error: { kind: 'notInstalled' } });
    expect(await service.uninstall({ removesData: true })).toMatchObject({ ok: false });
  });

  test('is installed to start at boot, does not run yet, and remembers its plan', async () => {
    const { service, system } = await installed();
    expect(await service.status()).toMatchObject({
      ...{ kind: 'installed', state: 'stopped', pid: null, startsAtBoot: true, detail: null },
      installed: plan,
    });
    expect(system.accounts()).toEqual([plan.account]);
    expect(system.definedAccount()).toBe(plan.account);
    expect(system.definedCommand()).toEqual([
      ...[...plan.program, 'serve', '--managed-by', service.manager],
      ...['--data', plan.dataFolder, '--console', '127.0.0.1:8025', '--ports', 'managesieve=off'],
    ]);
  });

  test('starts, stops and starts anew', async () => {
    const { service, system } = await installed();
    expect(await service.start()).toMatchObject({ ok: true });
    expect(await service.status()).toMatchObject({ state: 'running', pid: system.pid });
    expect(await service.start()).toMatchObject({ ok: true });
    expect(await service.stop()).toMatchObject({ ok: true });
    expect(await state()).toBe('stopped');
    expect(await service.stop()).toMatchObject({ ok: true });
    await service.start();
    const before = system.pid;
    expect(await service.restart()).toMatchObject({ ok: true });
    expect(await state()).toBe('running');
    expect(system.pid).not.toBe(before);
  });

  test('is started again when it fails or asks for it, not when it ends well', async () => {
    const { service, system } = await installed();
    await service.start();
    for (const code of [1, 137, EXIT_RESTART]) {
      const before = system.pid;
      system.endByItself(code);
      expect(await state()).toBe('running');
      expect(system.pid).not.toBe(before);
    }
    system.endByItself(0);
    expect(await state()).toBe('stopped');
  });

  test('tells why it would not start', async () => {
    const { service, system } = await installed();
    system.startsWell = false;
    expect(await service.start()).toMatchObject({ ok: false, error: { kind: 'failed' } });
    const status = await service.status();
    expect(status).toMatchObject({ state: 'failed', pid: null });
    expect(status.kind === 'installed' && status.detail).toMatch(/2/u);
  });

  test('is left alone by whoever has not the rights', async () => {
    machine.system.isAdministrator = false;
    expect(await machine.service.mayAdminister()).toBe(false);
    expect(await machine.service.install(plan)).toMatchObject({ ok: false, error: { kind: 'noRights' } });
    expect(machine.system.files.has(machine.record)).toBe(false);
    machine.system.isAdministrator = true;
    const { service, system } = await installed();
    await service.start();
    system.isAdministrator = false;
    for (const verb of ['start', 'stop', 'restart'] as const)
      expect(await service[verb]()).toMatchObject({ ok: false, error: { kind: 'noRights' } });
    const gone = await service.uninstall({ removesData: true });
    expect(gone).toMatchObject({ ok: false, error: { kind: 'noRights' } });
    expect(await service.status()).toMatchObject({ state: 'running', installed: plan });
  });

  test('is replaced by a later installation', async () => {
    const { service, system } = await installed();
    await service.start();
    const moved: ServicePlan = {
      ...plan,
      program: ['/opt/new/node', '/opt/new/service.js'],
      version: '0.2.0',
    };
    expect(await service.install(moved)).toMatchObject({ ok: true });
    await service.restart();
    expect(system.definedCommand()?.slice(0, 2)).toEqual(moved.program);
    expect(await service.status()).toMatchObject({ state: 'running', installed: { version: '0.2.0' } });
  });

  test('goes without its data, which goes only when that is asked for', async () => {
    const { service, system, record } = await installed();
    const separator = manager === 'Windows' ? '\\' : '/';
    const database = `${plan.dataFolder}${separator}postroom.db`;
    const neighbour = `${plan.dataFolder} of others${separator}file`;
    system.files.set(database, 'mail').set(neighbour, 'theirs');
    await service.start();
    expect(await service.uninstall({ removesData: false })).toMatchObject({ ok: true });
    expect(await service.status()).toEqual({ kind: 'notInstalled' });
    expect(system.pid).toBeNull();
    expect([system.files.has(database), system.files.has(record)]).toEqual([true, false]);
    await installed();
    expect(await service.uninstall({ removesData: true })).toMatchObject({ ok: true });
    expect([system.files.has(database), system.files.has(neighbour)]).toEqual([false, true]);
  });

  test('never takes a folder away that holds no Postroom data', async () => {
    const { service, system } = await installed();
    system.files.set(`${plan.dataFolder}/photos.zip`, 'theirs');
    const gone = await service.uninstall({ removesData: true });
    expect(gone).toMatchObject({ ok: false, error: { kind: 'unusable' } });
    expect(system.files.has(`${plan.dataFolder}/photos.zip`)).toBe(true);
  });

  test('shows the latest lines of its log', async () => {
    const { service, system } = await installed();
    system.journal.push('one', 'two', 'three');
    const { signal } = new AbortController();
    const lines: string[] = [];
    for await (const line of service.logs({ lines: 2, follows: false, signal })) lines.push(line);
    expect(lines).toEqual(['two', 'three']);
  });

  test('runs what was meant, whatever characters are in it', async () => {
    const word = fc.stringMatching(/^[\w $%"'&<>\\;|()äö邮-]{1,20}$/u).filter((text) => text.trim() !== '');
    await fc.assert(
      fc.asyncProperty(word, word, async (name, note) => {
        const awkward: ServicePlan = {
          ...plan,
          program: ['/opt/a b/node', `/opt/${name}/service.js`],
          serveArguments: ['--bind', note],
        };
        await machine.service.install(awkward);
        await machine.service.restart();
        const command = machine.system.definedCommand();
        expect([command?.[1], command?.at(-1)]).toEqual([`/opt/${name}/service.js`, note]);
      }),
      { numRuns: 60 },
    );
  });
});

test('what runs where', () => {
  const open = (platform: string, isBooted: boolean) =>
    openSystemService({
      ...{ platform, environment: {}, exists: () => isBooted, wrapperSource: () => '' },
      tools: new FakeSystemd(),
    })?.manager;
  expect(open('linux', true)).toBe('systemd');
  expect(open('linux', false)).toBeUndefined();
  expect(open('darwin', false)).toBe('launchd');
  expect(open('win32', false)).toBe('windows');
  expect(open('freebsd', true)).toBeUndefined();
});

test('a data folder in somebody’s home is refused with what to do', async () => {
  const service = new SystemdService(new FakeSystemd());
  const plan = { ...planFor(service), dataFolder: '/home/tom/.local/share/postroom' };
  expect(await service.install(plan)).toMatchObject({
    ok: false,
    error: { kind: 'unusable', text: expect.stringContaining('--move-data /home/tom/.local/share/postroom') },
  });
});

test('Windows’ firewall lets mail in to the program, and forgets it afterwards', async () => {
  const system = new FakeWindows();
  const service = new WindowsService(system, WINDOWS_PLACES);
  await service.install(planFor(service));
  await service.install(planFor(service));
  expect(system.firewallRules).toHaveLength(1);
  expect(system.firewallRules[0]).toContain('program=/opt/postroom/bin/node');
  await service.uninstall({ removesData: false });
  expect(system.firewallRules).toEqual([]);
});

test('a Windows without the .NET Framework is told what is missing', async () => {
  const system = new FakeWindows();
  system.files.clear();
  const service = new WindowsService(system, WINDOWS_PLACES);
  expect(await service.install(planFor(service))).toMatchObject({ ok: false, error: { kind: 'unusable' } });
});

test('a command line of Windows is read back as it was meant', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a \\"]{1,8}$/u), { minLength: 1 }), (args) => {
      expect(readCommandLine(windowsCommandLine(args))).toEqual(args);
    }),
  );
});
