/** sc.exe, icacls, netsh, whoami and the compiler, as far as an installation needs them. */
import type { CommandEnd } from '../../../src-main/host/system-service/system-tools.ts';
import { DONE, failing, FakeSystem, saying, WINDOWS_SEPARATOR } from './fake-system.ts';

const COMPILER = 'C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\csc.exe';

export class FakeWindows extends FakeSystem {
  readonly #settings = new Map<string, string>();
  #exists = false;
  readonly firewallRules: string[] = [];

  constructor() {
    super();
    this.files.set(COMPILER, '');
  }

  /** What the wrapper is told to run: its own path and the log file come first. */
  definedCommand(): readonly string[] | null {
    const image = this.#settings.get('binPath=');
    return image === undefined ? null : readCommandLine(image).slice(2);
  }

  definedAccount(): string | null {
    return this.#settings.get('obj=') ?? null;
  }

  /** The system makes it with the service. */
  accounts(): readonly string[] {
    return this.#exists ? ['NT SERVICE\\Postroom'] : [];
  }

  protected override get separator(): string {
    return WINDOWS_SEPARATOR;
  }

  protected startsAgainAfter(code: number): boolean {
    const isSet = this.#settings.get('actions=')?.startsWith('restart/') === true;
    return code !== 0 && isSet && this.#settings.get('failureflag') === '1';
  }

  protected answer(program: string, args: readonly string[]): CommandEnd {
    switch (program) {
      case 'whoami.exe':
        return saying(`Label S-1-16-${this.isAdministrator ? '12288' : '8192'}\n`);
      case COMPILER:
        this.files.set(args.find((each) => each.startsWith('/out:'))?.slice('/out:'.length) ?? '', 'MZ');
        return DONE;
      case 'icacls.exe':
        return this.#exists
          ? DONE
          : failing(1332, 'No mapping between account names and security IDs was done.');
      case 'netsh.exe':
        return this.#firewall(args);
      case 'sc.exe':
        return this.#control(args);
      default:
        return failing(127, `${program}: not found`);
    }
  }

  #firewall(args: readonly string[]): CommandEnd {
    if (args.includes('delete')) this.firewallRules.length = 0;
    else this.firewallRules.push(args.slice(4).join(' '));
    return DONE;
  }

  #control([verb = '', , ...rest]: readonly string[]): CommandEnd {
    if (!this.#exists && verb !== 'create') return failing(1060, 'The specified service does not exist');
    if (verb === 'queryex') return saying(this.#query());
    if (verb === 'qc') return saying('  START_TYPE : 2   AUTO_START  (DELAYED)\n');
    if (!this.isAdministrator) return failing(5, 'Access is denied.');
    switch (verb) {
      case 'start':
        if (this.pid !== null) return failing(1056, 'An instance of the service is already running.');
        this.begin();
        return DONE;
      case 'stop':
        if (this.pid === null) return failing(1062, 'The service has not been started.');
        this.finish();
        return DONE;
      case 'delete':
        this.#exists = false;
        return DONE;
      case 'failureflag':
        this.#settings.set(verb, rest[0] ?? '');
        return DONE;
      default:
        if (verb === 'create' && this.#exists) return failing(1073, 'The specified service already exists.');
        this.#exists = true;
        for (let at = 0; at + 1 < rest.length; at += 2)
          this.#settings.set(rest[at] ?? '', rest[at + 1] ?? '');
        return DONE;
    }
  }

  #query(): string {
    const state = this.pid === null ? '1  STOPPED' : '4  RUNNING';
    return `        STATE              : ${state}\n        WIN32_EXIT_CODE    : ${String(this.lastExit)}  (0x0)\n        PID                : ${String(this.pid ?? 0)}\n`;
  }
}

/** CommandLineToArgvW: 2n backslashes and a quote are n backslashes, and the quote begins or ends a part. */
export function readCommandLine(line: string): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < line.length;) {
    if (line[at] === ' ') {
      at++;
      continue;
    }
    let word = '';
    let isQuoted = false;
    for (; at < line.length && (isQuoted || line[at] !== ' '); at++) {
      const slashes = /^\\*/u.exec(line.slice(at))?.[0].length ?? 0;
      const isBeforeQuote = line[at + slashes] === '"';
      word += '\\'.repeat(isBeforeQuote ? Math.floor(slashes / 2) : slashes);
      at += slashes;
      if (!isBeforeQuote && at < line.length && (isQuoted || line[at] !== ' ')) word += line[at] ?? '';
      else if (isBeforeQuote && slashes % 2 === 1) word += '"';
      else if (isBeforeQuote) isQuoted = !isQuoted;
      else break;
    }
    found.push(word);
  }
  return found;
}
