import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isInstalled } from '../../../test/support/installed.ts';
import { propertyList } from './launchd/property-list.ts';
import { moveData } from './move-data.ts';
import { pasteable } from './pasteable.ts';
import type { ServicePlan } from './port.ts';
import { unitFile } from './systemd/unit-file.ts';
import { lockFolder } from '../../storage/folder-lock.ts';

const PLAN: ServicePlan = {
  // systemd-analyze wants a program that is there.
  program: [process.execPath, '/opt/postroom & co/out/main/service.js'],
  programFolders: ['/opt/postroom & co'],
  ...{ dataFolder: '/var/lib/postroom', account: 'root', console: '127.0.0.1:8025' },
  ...{ serveArguments: [], writable: [], provisionFile: null, passphraseFile: null, version: '0.1.0' },
};

/** In tenths, as `--threshold` has it: what systemd calls OK ends at 5. */
const MOST_EXPOSURE_TENTHS = 18;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postroom-definitions-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the unit', () => {
  test.runIf(isInstalled('systemd-analyze'))('is one that systemd reads without complaint', () => {
    const path = join(folder, 'postroom.service');
    writeFileSync(path, unitFile(PLAN));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], {
      encoding: 'utf8',
    });
    const ours = stderr.split('\n').filter((line) => line.includes('postroom'));
    expect([status, ours]).toEqual([0, []]);
  });

  test.runIf(isInstalled('systemd-analyze'))('is exposed to 1.8 of 10, by systemd’s own count', () => {
    const path = join(folder, 'postroom.service');
    writeFileSync(path, unitFile({ ...PLAN, account: 'postroom' }));
    const args = [
      'security',
      '--offline=true',
      `--threshold=${String(MOST_EXPOSURE_TENTHS)}`,
      '--no-pager',
      path,
    ];
    const { status, stdout } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
    expect([status, /Overall exposure level .*: (\d\.\d)/u.exec(stdout)?.[1]]).toEqual([0, '1.8']);
  });

  test('writes to its data and what was named, and sees no homes', () => {
    const lines = unitFile({ ...PLAN, dataFolder: '/srv/my mail', writable: ['/srv/archive%1'] }).split('\n');
    expect(lines).toContain('ReadWritePaths="/srv/my mail"');
    expect(lines).toContain('ReadWritePaths=/srv/archive%%1');
    expect(lines).toContain('ProtectHome=yes');
    expect(unitFile(PLAN)).toContain('\nStateDirectory=postroom\n');
  });

  test('a program in somebody’s home is the one thing that is seen of homes', () => {
    const lines = unitFile({ ...PLAN, programFolders: ['/home/tom/mail'] }).split('\n');
    expect(lines).toContain('ProtectHome=tmpfs');
    expect(lines).toContain('BindReadOnlyPaths=/home/tom/mail');
  });

  test('a program that lies in a folder for temporary files is seen there', () => {
    const lines = unitFile({ ...PLAN, programFolders: ['/tmp/try'] }).split('\n');
    expect(lines).toContain('PrivateTmp=yes');
    expect(lines).toContain('BindReadOnlyPaths=/tmp/try');
  });

  test('a passphrase comes as a credential', () => {
    const text = unitFile({
      ...PLAN,
      passphraseFile: { path: '/etc/postroom/passphrase.cred', isEncrypted: true },
    });
    expect(text).toContain('LoadCredentialEncrypted=passphrase:/etc/postroom/passphrase.cred\n');
    expect(text).toMatch(/^ExecStart=.* --passphrase-file %d\/passphrase$/mu);
  });
});

test.runIf(isInstalled('python3'))('the property list is one that a parser of Apple’s format reads', () => {
  const path = join(folder, 'postroom.plist');
  writeFileSync(path, propertyList({ ...PLAN, account: '_postroom' }));
  const script = 'import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], "rb"))))';
  const { stdout } = spawnSync('python3', ['-c', script, path], { encoding: 'utf8' });
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ Label: 'org.postroom.server', UserName: '_postroom', RunAtLoad: true, Umask: 0o77 },
    KeepAlive: { SuccessfulExit: false },
    ProgramArguments: [...PLAN.program, 'serve', '--managed-by', 'launchd', ...places()],
  });
  function places() {
    return ['--data', '/var/lib/postroom', '--console', '127.0.0.1:8025'];
  }
});

test('a command to paste survives spaces and quotes', () => {
  const args = ['/opt/it’s here/node', "it's", '--data', '/srv/a b'];
  const shell = pasteable(args, 'linux').replace(/^sudo /u, "printf '%s\\n' ");
  expect(spawnSync('sh', ['-c', shell], { encoding: 'utf8' }).stdout).toBe(`${args.join('\n')}\n`);
  expect(pasteable(['C:\\a b\\node.exe', "it's"], 'win32')).toBe("& 'C:\\a b\\node.exe' 'it''s'");
});

describe('moving data', () => {
  const here = () => join(folder, 'here');
  const there = () => join(folder, 'deep', 'there');

  beforeEach(() => {
    mkdirSync(here());
    writeFileSync(join(here(), 'postroom.db'), 'mail');
  });

  test('takes all of it', async () => {
    expect(await moveData(here(), there())).toMatchObject({ ok: true });
    expect(readFileSync(join(there(), 'postroom.db'), 'utf8')).toBe('mail');
    expect(await moveData(here(), there())).toMatchObject({ ok: false });
  });

  test('leaves a folder alone that is in use', async () => {
    const unlock = lockFolder(here());
    const moved = await moveData(here(), there());
    unlock();
    expect(moved).toMatchObject({ ok: false, error: expect.stringMatching(/in use.*stop it first/u) });
    expect(readFileSync(join(here(), 'postroom.db'), 'utf8')).toBe('mail');
  });

  test('overwrites nothing', async () => {
    mkdirSync(there(), { recursive: true });
    writeFileSync(join(there(), 'photo'), 'theirs');
    expect(await moveData(here(), there())).toMatchObject({ ok: false });
    expect(readFileSync(join(there(), 'photo'), 'utf8')).toBe('theirs');
  });
});
