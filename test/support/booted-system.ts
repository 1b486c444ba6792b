/**
 * A system of its own for a test: this machine's files under an overlay, its own network, and systemd as process 1 (systemd-nspawn).
 * Nothing that is done in it stays.
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mayRunServer } from './installed.ts';

const PROJECT_FOLDER = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/u, '');
const BOOT_LIMIT_MS = 30_000;
const POLL_MS = 100;

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

export class BootedSystem {
  readonly #folder: string;
  readonly #container: ChildProcess;
  #leader = 0;

  private constructor(folder: string) {
    this.#folder = folder;
    const options = ['--private-network', '--register=no', '--keep-unit', '--quiet', '--console=pipe'];
    const project = `--bind-ro=${PROJECT_FOLDER}`;
    const root = `--directory=${join(folder, 'root')}`;
    this.#container = spawn(
      'systemd-nspawn',
      [root, ...options, project, '--boot', 'systemd.unit=basic.target'],
      { stdio: 'ignore' },
    );
  }

  /** Rejects where this machine does not let us (no rights to mount, or to make namespaces). */
  static async boot(): Promise<BootedSystem> {
    const folder = mkdtempSync(join(tmpdir(), 'postroom-boot-'));
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder]);
    for (const name of ['upper', 'work', 'root']) mkdirSync(join(folder, name));
    const layers = `lowerdir=/,upperdir=${join(folder, 'upper')},workdir=${join(folder, 'work')}`;
    execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', layers, join(folder, 'root')]);
    const system = new BootedSystem(folder);
    await system.#untilBooted();
    return system;
  }

  /** Runs a command in it to its end. */
  run(program: string, ...args: readonly string[]): Ended {
    if (this.#leader === 0) throw new Error('the system is not booted');
    const enter = ['-t', String(this.#leader), '-m', '-u', '-i', '-n', '-p', '-C', '--'];
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };
    const done = spawnSync('nsenter', [...enter, program, ...args], { encoding: 'utf8', env });
    return { code: done.status, output: done.stdout, errors: done.stderr };
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.#container.once('exit', resolve));
    this.#container.kill('SIGKILL');
    if (this.#leader !== 0) killIfThere(this.#leader);
    await ended;
    spawnSync('umount', ['--lazy', join(this.#folder, 'root')]);
    spawnSync('umount', ['--lazy', this.#folder]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #isBooted(): boolean {
    return this.run('systemctl', 'is-active', 'basic.target').code === 0;
  }

  async #untilBooted(): Promise<void> {
    for (let waitedMs = 0; waitedMs < BOOT_LIMIT_MS; waitedMs += POLL_MS) {
      this.#leader = bootedChildOf(this.#container.pid ?? 0);
      const isUp = this.#leader !== 0 && this.#isBooted();
      if (isUp) return;
      if (this.#container.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    await this.end();
    throw new Error('systemd does not boot here');
  }
}

/** nspawn's child that has become process 1 of its own namespace; 0: there is none yet. */
function bootedChildOf(pid: number): number {
  try {
    const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
      .trim()
      .split(' ');
    const leader = children.find((child) =>
      /^NSpid:.*\t1$/mu.test(readFileSync(`/proc/${child}/status`, 'utf8')),
    );
    return Number(leader ?? 0);
  } catch {
    return 0;
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went with its container.
  }
}

/** Whether this machine lets us mount and make namespaces: many containers of CI do not. */
export function canBoot(): boolean {
  if (!mayRunServer('systemd-nspawn')) return false;
  const probe =
    'mount -t tmpfs tmpfs /mnt && mkdir /mnt/u /mnt/w /mnt/r && mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w /mnt/r';
  const mayMount = spawnSync('unshare', ['--mount', '--pid', '--fork', 'sh', '-c', probe]).status === 0;
  if (!mayMount) console.log('postroom tests: no systemd can be booted here; its tests are left out');
  return mayMount;
}
