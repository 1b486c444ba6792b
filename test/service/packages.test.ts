// What is released without Electron: packed twice, installed where nothing is, run, and taken away again.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BootedSystem, canBoot, type Ended } from '../support/booted-system.ts';
import { isInstalled } from '../support/installed.ts';
import { ALL_FREE_PORTS, OFFICE } from '../support/service-process.ts';

const PROJECT_FOLDER = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;

beforeAll(async () => {
  // Not in /tmp, which a booted system has of its own.
  folder = await mkdtemp('/var/tmp/postroom-packages-');
});

afterAll(() => rm(folder, { recursive: true }));

function makePackage(kind: 'npm' | 'debian', out: string): void {
  const script = join(PROJECT_FOLDER, 'scripts/package.ts');
  execFileSync(process.execPath, [script, '--only', kind, '--out', join(folder, out)], { stdio: 'ignore' });
}

async function fileOf(out: string, pattern: RegExp): Promise<string> {
  const name = (await readdir(join(folder, out))).find((each) => pattern.test(each));
  return join(folder, out, name ?? 'is missing');
}

async function digest(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

describe('the npm package', () => {
  test('is the same each time, and is what its checksum says', async () => {
    makePackage('npm', 'first');
    makePackage('npm', 'second');
    const [first, second] = await Promise.all([fileOf('first', /\.tgz$/u), fileOf('second', /\.tgz$/u)]);
    expect(await digest(first)).toBe(await digest(second));
    const sums = await readFile(join(folder, 'first/SHA256SUMS'), 'utf8');
    expect(sums).toContain(await digest(first));
  });

  test('has the program and nothing of its workshop', async () => {
    const list = execFileSync('tar', ['-tzf', await fileOf('first', /\.tgz$/u)], { encoding: 'utf8' });
    const names = list.trim().split('\n');
    expect(names).toContain('package/out/main/service.js');
    expect(names).toContain('package/out/renderer/index.html');
    expect(names).toContain('package/resources/windows/postroom-service.cs');
    expect(names.filter((name) => /\.ts$|test|src-|\.map$|node_modules/u.test(name))).toEqual([]);
  });

  test('is installed into an empty folder, and serves', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    await writeFile(join(empty, 'package.json'), '{}');
    await writeFile(join(empty, 'office.json'), JSON.stringify(OFFICE));
    const install = [
      'install',
      '--silent',
      '--prefer-offline',
      '--no-audit',
      await fileOf('first', /\.tgz$/u),
    ];
    execFileSync('npm', install, { cwd: empty });
    expect(await readdir(join(empty, 'node_modules'))).not.toContain('vue');
    const places = ['--data', join(empty, 'data'), '--provision', 'office.json', '--bind', '127.0.0.1'];
    const serve = ['postroom', 'serve', ...places, '--ports', ALL_FREE_PORTS, '--console', '127.0.0.1:0'];
    const server = spawn('npx', serve, { cwd: empty, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    const ready = await new Promise<string>((resolve, reject) => {
      let output = '';
      server.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('\n')) resolve(output);
      });
      server.once('exit', (code) => reject(new Error(`it ended with ${String(code)}`)));
    });
    const { console: url } = JSON.parse(ready.replace('READY ', '')) as { console: string };
    const page = await fetch(url);
    expect([page.status, await page.text()]).toEqual([
      200,
      expect.stringContaining('<title>Postroom</title>'),
    ]);
    const ended = new Promise((resolve) => server.once('exit', resolve));
    // npx has a shell between itself and what it runs.
    process.kill(-(server.pid ?? 0), 'SIGTERM');
    await ended;
  });
});

test.runIf(isInstalled('shellcheck'))('the scripts of the Debian package are clean', () => {
  const scripts = ['config', 'postinst', 'prerm', 'postrm'].map((name) =>
    join(PROJECT_FOLDER, 'resources/debian', name),
  );
  const { status, stdout } = spawnSync('shellcheck', ['--shell=sh', ...scripts], { encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, '']);
});

describe.runIf(canBoot())('the Debian package, on a booted system', () => {
  let system: BootedSystem;
  let archive: string;

  beforeAll(async () => {
    makePackage('debian', 'deb');
    archive = await fileOf('deb', /\.deb$/u);
    system = await BootedSystem.boot();
  });

  afterAll(() => system.end());

  function apt(answer: 'keep' | 'remove', ...args: readonly string[]): Ended {
    const choice = answer === 'remove' ? 'true' : 'false';
    const seen = `echo "postroom postroom/remove-data boolean ${choice}" | debconf-set-selections`;
    const noninteractive = 'export DEBIAN_FRONTEND=noninteractive';
    return system.run(
      'sh',
      '-c',
      `${noninteractive}; ${answer === 'remove' ? `${seen};` : ''} dpkg ${args.join(' ')}`,
    );
  }

  test('runs when it is installed, with a Node of its own', () => {
    expect(apt('keep', '--install', archive)).toMatchObject({ code: 0 });
    const status = system.run('postroom', 'service', 'status');
    expect([status.code, status.output]).toEqual([0, expect.stringContaining('starts at boot (systemd)')]);
    expect(status.output).toContain('program /opt/postroom/bin/node /opt/postroom/out/main/service.js');
    const greeting = system.run('curl', '-sS', 'http://127.0.0.1:8025/').output;
    expect(greeting).toContain('<title>Postroom</title>');
  });

  test('leaves its definition to the package', () => {
    expect(system.run('postroom', 'service', 'uninstall')).toMatchObject({
      code: 2,
      errors: expect.stringContaining('came with a package'),
    });
  });

  test('is restarted by an update', () => {
    const before = system.run('systemctl', 'show', 'postroom', '--property=MainPID').output;
    expect(apt('keep', '--install', archive)).toMatchObject({ code: 0 });
    expect(system.run('systemctl', 'is-active', 'postroom').code).toBe(0);
    expect(system.run('systemctl', 'show', 'postroom', '--property=MainPID').output).not.toBe(before);
  });

  test('leaves the mail when it goes, also when it is purged without an answer', () => {
    expect(apt('keep', '--remove', 'postroom')).toMatchObject({ code: 0 });
    expect(system.run('ls', '/opt/postroom').code).not.toBe(0);
    expect(system.run('ls', '/var/lib/postroom/postroom.db').code).toBe(0);
    expect(apt('keep', '--purge', 'postroom')).toMatchObject({ code: 0 });
    expect(system.run('ls', '/var/lib/postroom/postroom.db').code).toBe(0);
    expect(system.run('ls', '/etc/postroom').code).not.toBe(0);
  });

  test('takes the mail along where that was the answer', () => {
    expect(apt('keep', '--install', archive)).toMatchObject({ code: 0 });
    expect(apt('remove', '--purge', 'postroom')).toMatchObject({ code: 0 });
    expect(system.run('ls', '/var/lib/postroom').code).not.toBe(0);
    expect(system.run('getent', 'passwd', 'postroom').code).not.toBe(0);
  });
});
