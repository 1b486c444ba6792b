// The wrapper of the Windows service, compiled as C# 5 and run by Mono; what Windows itself does with it is not tried here.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isInstalled } from '../support/installed.ts';
import { ALL_FREE_PORTS, SERVICE_FILE } from '../support/service-process.ts';

const WRAPPER = fileURLToPath(new URL('../../resources/windows/postroom-service.cs', import.meta.url));
const HARNESS = fileURLToPath(new URL('../support/service-managers/wrapper-harness.cs', import.meta.url));

/** The first line of a server that starts beside everything else which a whole run starts. */
const LOG_LIMIT_MS = 60_000;

describe.runIf(isInstalled('mcs'))('the wrapper', () => {
  let folder: string;
  let log: string;
  let tries = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'postroom wrapper '));
    for (const [source, target] of [
      [WRAPPER, 'postroom-service.exe'],
      [HARNESS, 'harness.exe'],
    ] as const) {
      const options = ['-langversion:5', '-warnaserror', '-r:System.ServiceProcess.dll'];
      const made = spawnSync('mcs', [...options, `-out:${join(folder, target)}`, source], {
        encoding: 'utf8',
      });
      expect([made.status, made.stderr]).toEqual([0, '']);
    }
  });

  beforeEach(() => {
    log = join(folder, `logs ${++tries}`, 'postroom.log');
  });

  afterAll(() => rm(folder, { recursive: true }));

  function start(command: readonly string[]): ChildProcess {
    const image = [join(folder, 'postroom-service.exe'), log, ...command];
    return spawn('mono', [join(folder, 'harness.exe'), ...image], { stdio: ['pipe', 'pipe', 'inherit'] });
  }

  async function lineOfLog(wanted: RegExp): Promise<string> {
    const text = () => readFile(log, 'utf8').catch(() => '');
    await expect.poll(text, { timeout: LOG_LIMIT_MS }).toMatch(wanted);
    return wanted.exec(await text())?.[0] ?? '';
  }

  test('starts the server, writes its log, and lets it finish when it is stopped', async () => {
    const places = ['--data', join(folder, 'data "one"'), '--bind', '127.0.0.1', '--ports', ALL_FREE_PORTS];
    const serve = ['serve', '--managed-by', 'windows', ...places, '--console', '127.0.0.1:0'];
    const service = start([process.execPath, SERVICE_FILE, ...serve]);
    const ready = await lineOfLog(/^READY (.*)$/mu);
    const { console: url } = JSON.parse(ready.slice('READY '.length)) as { console: string };
    expect((await fetch(url)).status).toBe(200);
    const ended = once(service, 'exit');
    service.stdin?.write('stop\n');
    expect(await ended).toEqual([0, null]);
    expect(await lineOfLog(/"msg":"stopped"/u)).toBeTruthy();
    await expect(fetch(url)).rejects.toThrow();
  });

  test('ends with the server, so that the system starts it again', async () => {
    const script = join(folder, 'ends.js');
    await writeFile(script, 'console.log(JSON.stringify(process.argv.slice(2))); process.exit(75)');
    const awkward = ['a b', 'c"d', 'e\\', 'f\\"g', ''];
    const service = start([process.execPath, script, ...awkward]);
    const [code] = (await once(service, 'exit')) as [number];
    expect(code).not.toBe(0);
    expect(await lineOfLog(/^\[.*\]$/mu)).toBe(JSON.stringify(awkward));
    expect(await lineOfLog(/the server ended with 75/u)).toBeTruthy();
  });

  test('takes the server along when it is killed', async () => {
    const script = join(folder, 'lives.js');
    const marker = join(folder, 'over');
    const onEnd = `process.stdin.on('end', () => require('fs').writeFileSync(${JSON.stringify(marker)}, 'over')).resume()`;
    await writeFile(script, `${onEnd}; console.log('lives')`);
    const service = start([process.execPath, script]);
    await lineOfLog(/^lives$/mu);
    service.kill('SIGKILL');
    await expect.poll(() => readFile(marker, 'utf8').catch(() => '')).toBe('over');
  });
});
