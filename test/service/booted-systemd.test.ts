// `postroom service` on a system that systemd has booted: installed, used by mail programs, killed, attacked, and taken away.
import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BootedSystem, canBoot, type Ended } from '../support/booted-system.ts';
import { OFFICE, SERVICE_FILE } from '../support/service-process.ts';

const MESSAGE = 'From: anna@server1.com\r\nTo: tom@server1.com\r\nSubject: under systemd\r\n\r\nHello\r\n';

describe.runIf(canBoot())('a service of a booted system', () => {
  let system: BootedSystem;
  let folder: string;

  beforeAll(async () => {
    // Where the sandbox does not look: the file comes as a credential.
    folder = await mkdtemp('/var/tmp/postroom-booted-');
    await writeFile(join(folder, 'office.json'), JSON.stringify(OFFICE), { mode: 0o644 });
    await writeFile(join(folder, 'message'), MESSAGE);
    system = await BootedSystem.boot();
    system.run('chmod', '755', folder);
  });

  afterAll(async () => {
    await system.end();
    await rm(folder, { recursive: true });
  });

  function postroom(...args: readonly string[]): Ended {
    return system.run(process.execPath, SERVICE_FILE, 'service', ...args);
  }

  function property(name: string): string {
    return system.run('systemctl', 'show', 'postroom', `--property=${name}`, '--value').output.trim();
  }

  test('is installed, and runs when the command returns', () => {
    expect(postroom('status')).toMatchObject({ code: 4, output: expect.stringContaining('not installed') });
    const { code, output, errors } = postroom('install', '--provision', join(folder, 'office.json'));
    expect([code, errors]).toEqual([0, '']);
    expect(output).toMatch(
      /^Postroom: running since .*, starts at boot \(systemd\)\ndata \/var\/lib\/postroom,/u,
    );
    expect(property('StatusText')).toBe('console at http://127.0.0.1:8025/');
    expect(system.run('systemd-analyze', 'verify', '/etc/systemd/system/postroom.service').code).toBe(0);
  });

  test('listens below 1024 as nobody, with that one right and no other', () => {
    const status = system.run('cat', `/proc/${property('MainPID')}/status`).output;
    expect(status).toMatch(/^Uid:\t(?!0)\d+/mu);
    const capability = '0000000000000400';
    for (const set of ['CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      expect(status).toContain(`${set}:\t${capability}`);
    expect(status).toMatch(/^NoNewPrivs:\t1$/mu);
    expect(status).toMatch(/^Seccomp:\t2$/mu);
    expect(system.run('stat', '-c', '%U %a', '/var/lib/postroom').output).toBe('postroom 700\n');
  });

  test('takes mail in at 25 and hands it out at 143', async () => {
    const sent = system.run(
      'curl',
      '-sS',
      'smtp://127.0.0.1:25',
      '--mail-from',
      'a@elsewhere.example',
      '--mail-rcpt',
      'tom@server1.com',
      '--upload-file',
      join(folder, 'message'),
    );
    expect([sent.code, sent.errors]).toEqual([0, '']);
    const read = () =>
      system.run(
        'curl',
        '-sS',
        '--user',
        'tom@server1.com:tom-password',
        'imap://127.0.0.1:143/INBOX;MAILINDEX=1',
      );
    await expect.poll(() => read().output, { timeout: 20_000 }).toContain('Subject: under systemd');
  });

  test('sees and writes nothing that is not its own', () => {
    const inside = (command: string) => {
      const enter = [
        '-t',
        property('MainPID'),
        '-m',
        '--',
        'setpriv',
        '--reuid',
        'postroom',
        '--regid',
        'postroom',
      ];
      return system.run('nsenter', ...enter, '--clear-groups', 'sh', '-c', command).code;
    };
    expect(inside('touch /var/lib/postroom/own && rm /var/lib/postroom/own')).toBe(0);
    for (const place of ['/etc/x', '/usr/x', '/opt/x', '/var/lib/x', '/root/x', '/dev/x', '/run/x'])
      expect([place, inside(`touch ${place} 2>/dev/null`)]).not.toEqual([place, 0]);
    expect(inside('ls /root 2>/dev/null')).not.toBe(0);
    expect(inside('test -e /dev/vda')).not.toBe(0);
  });

  async function killed(signal: 'KILL' | 'STOP'): Promise<void> {
    const before = property('MainPID');
    system.run('systemctl', 'kill', '--kill-whom=main', `--signal=${signal}`, 'postroom');
    // 0: the old one is gone, and there is no other yet.
    const isAnother = () => {
      const now = property('MainPID');
      return now !== before && now !== '0' && property('ActiveState') === 'active';
    };
    await expect.poll(isAnother, { timeout: 30_000 }).toBe(true);
  }

  test('is there again after it was killed', async () => {
    await killed('KILL');
    expect(property('NRestarts')).toBe('1');
  });

  test('is ended and started by systemd when it hangs', async () => {
    const folderOfUnit = '/run/systemd/system/postroom.service.d';
    const setting = `mkdir -p ${folderOfUnit} && printf '[Service]\\nWatchdogSec=3\\n' > ${folderOfUnit}/quick.conf`;
    system.run('sh', '-c', `${setting} && systemctl daemon-reload && systemctl restart postroom`);
    const first = property('WatchdogTimestampMonotonic');
    await expect.poll(() => property('WatchdogTimestampMonotonic'), { timeout: 10_000 }).not.toBe(first);
    await killed('STOP');
    expect(property('NRestarts')).toBe('1');
    system.run('sh', '-c', `rm -r ${folderOfUnit} && systemctl daemon-reload`);
  });

  test('shows its log, stops, starts', () => {
    expect(postroom('logs', '-n', '20').output).toContain('READY');
    expect(postroom('stop')).toMatchObject({ code: 0 });
    expect(postroom('status')).toMatchObject({ code: 3 });
    expect(system.run('ss', '-Hltn', 'sport = :25').output).toBe('');
    expect(postroom('start')).toMatchObject({ code: 0 });
    expect(JSON.parse(postroom('status', '--json').output)).toMatchObject({
      state: 'running',
      startsAtBoot: true,
    });
  });

  test('is left alone by people without rights, who are told the command', () => {
    const asNobody = [
      '--reuid',
      '65534',
      '--clear-groups',
      '--',
      process.execPath,
      SERVICE_FILE,
      'service',
      'stop',
    ];
    const { code, errors } = system.run('setpriv', ...asNobody);
    expect([code, errors.startsWith('postroom: only an administrator')]).toEqual([2, true]);
    expect(errors).toContain(`sudo ${process.execPath} ${SERVICE_FILE} service stop`);
    expect(postroom('status')).toMatchObject({ code: 0 });
  });

  test('installed again it keeps what was chosen and is restarted', () => {
    const before = property('MainPID');
    expect(postroom('install', '--ports', 'pop3=off')).toMatchObject({ code: 0 });
    expect(property('MainPID')).not.toBe(before);
    expect(system.run('ss', '-Hltn', 'sport = :110').output).toBe('');
    expect(postroom('install')).toMatchObject({ code: 0 });
    expect(system.run('ss', '-Hltn', 'sport = :110').output).toBe('');
  });

  test('says at once why it cannot start', () => {
    const { code, errors } = postroom(
      'install',
      '--ports',
      'pop3=off',
      '--provision',
      join(folder, 'message'),
    );
    expect(code).toBe(2);
    expect(errors).toMatch(/provision file .*JSON/u);
    const missing = postroom('install', '--provision', '/etc/no-such-file.json');
    expect(missing).toMatchObject({ code: 2, errors: 'postroom: cannot read /etc/no-such-file.json\n' });
  });

  test('goes, and leaves the mail until that is to go too', () => {
    expect(postroom('uninstall')).toMatchObject({
      code: 0,
      output: expect.stringContaining('/var/lib/postroom'),
    });
    expect(postroom('status').code).toBe(4);
    expect(system.run('ls', '/var/lib/postroom/postroom.db').code).toBe(0);
    expect(system.run('ls', '/etc/postroom', '/etc/systemd/system/postroom.service').output).toBe('');
    system.run('rm', '-r', '/var/lib/postroom');
  });

  test('takes the data of somebody’s own Postroom along', () => {
    system.run('mkdir', '-p', '/home/tom/mail');
    const made = system.run(
      'sh',
      '-c',
      `timeout -s TERM 30 ${process.execPath} ${SERVICE_FILE} serve --data /home/tom/mail --provision ${folder}/office.json --bind 127.0.0.1 > /tmp/first 2>&1 & while ! grep -q READY /tmp/first; do sleep 0.1; done; kill %1 || kill $!; wait`,
    );
    expect(made.code).not.toBeNull();
    expect(postroom('install', '--data', '/home/tom/mail')).toMatchObject({ code: 2 });
    expect(postroom('install', '--move-data', '/home/tom/mail')).toMatchObject({ code: 0 });
    expect(system.run('ls', '/home/tom/mail').code).not.toBe(0);
    const list = system.run('curl', '-sS', '--user', 'tom@server1.com:tom-password', 'imap://127.0.0.1:143/');
    expect(list.output).toContain('INBOX');
    expect(postroom('uninstall', '--remove-data')).toMatchObject({ code: 0 });
    expect(system.run('ls', '/var/lib/postroom').code).not.toBe(0);
  });
});
