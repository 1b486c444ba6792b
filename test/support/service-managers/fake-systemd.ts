/** systemctl, journalctl, useradd and getent, as far as an installation needs them: what is enabled, loaded and running. */
import { RECORD_PATH, UNIT_PATH } from '../../../src-main/host/system-service/systemd/systemd-service.ts';
import type { CommandEnd } from '../../../src-main/host/system-service/system-tools.ts';
import { DONE, failing, FakeSystem, saying } from './fake-system.ts';

export class FakeSystemd extends FakeSystem {
  readonly #accounts = new Set<string>();
  /** The unit as it was at the last daemon-reload. */
  #unit: string | null = null;
  #isEnabled = false;
  hasFailed = false;

  definedCommand(): readonly string[] | null {
    const line = this.#setting('ExecStart');
    return line === null ? null : readCommandLine(line);
  }

  definedAccount(): string | null {
    return this.#setting('User');
  }

  accounts(): readonly string[] {
    return [...this.#accounts];
  }

  protected startsAgainAfter(code: number): boolean {
    this.hasFailed = code !== 0 && this.#setting('Restart') !== 'on-failure';
    return code !== 0 && this.#setting('Restart') === 'on-failure';
  }

  protected answer(program: string, args: readonly string[]): CommandEnd {
    switch (program) {
      case 'id':
        return saying(this.isAdministrator ? '0\n' : '1000\n');
      case 'getent':
        return this.#accounts.has(args[1] ?? '') ? DONE : failing(2, '');
      case 'useradd':
        this.#accounts.add(args.at(-1) ?? '');
        return DONE;
      case 'chown':
        return DONE;
      case 'journalctl':
        return saying(this.journal.slice(-5).join('\n'));
      case 'systemctl':
        return this.#systemctl(args);
      default:
        return failing(127, `${program}: not found`);
    }
  }

  #systemctl([verb, ...rest]: readonly string[]): CommandEnd {
    if (verb === 'show') return saying(this.#show());
    if (!this.isAdministrator) return failing(4, 'Access denied');
    switch (verb) {
      case 'daemon-reload':
        this.#unit = this.files.get(UNIT_PATH) ?? null;
        return DONE;
      case 'enable':
        this.#isEnabled = true;
        return DONE;
      case 'disable':
        this.#isEnabled = false;
        if (rest.includes('--now')) this.finish();
        return DONE;
      case 'reset-failed':
        this.hasFailed = false;
        return DONE;
      case 'stop':
        this.finish();
        return DONE;
      default:
        return this.#start(verb === 'restart');
    }
  }

  #start(again: boolean): CommandEnd {
    if (this.#unit === null) return failing(5, 'Unit postroom.service not found.');
    if (this.pid !== null && !again) return DONE;
    this.hasFailed = !this.begin();
    return this.hasFailed ? failing(1, 'Job for postroom.service failed.') : DONE;
  }

  #show(): string {
    const active = this.hasFailed ? 'failed' : this.pid === null ? 'inactive' : 'active';
    const isLoaded = this.#unit !== null;
    return [
      `MainPID=${String(this.pid ?? 0)}`,
      `Result=${this.hasFailed ? 'exit-code' : 'success'}`,
      `ExecMainStatus=${String(this.lastExit)}`,
      `LoadState=${isLoaded ? 'loaded' : 'not-found'}`,
      `ActiveState=${active}`,
      `FragmentPath=${isLoaded ? UNIT_PATH : ''}`,
      `UnitFileState=${this.#isEnabled ? 'enabled' : 'disabled'}`,
      `StateChangeTimestamp=Sat 2026-11-21 21:40:17 UTC`,
    ].join('\n');
  }

  #setting(key: string): string | null {
    return new RegExp(`^${key}=(.*)$`, 'mu').exec(this.#unit ?? '')?.[1] ?? null;
  }
}

export const SYSTEMD_RECORD = RECORD_PATH;

/** systemd.syntax(7), "Quoting", and the specifiers and variables of systemd.service(5). */
function readCommandLine(line: string): readonly string[] {
  const words = line.match(/"(?:\\.|[^"\\])*"|[^\s"]+/gu) ?? [];
  return words.map((word) => {
    const bare = word.startsWith('"') ? word.slice(1, -1).replaceAll(/\\(.)/gu, '$1') : word;
    return bare.replaceAll('$$', '$').replaceAll('%%', '%');
  });
}
