/** A machine for the tests of service managers: files in memory, one account at the keys, and a manager that a subclass plays. */
import { posix, win32 } from 'node:path';
import type { CommandEnd, SystemTools } from '../../../src-main/host/system-service/system-tools.ts';

export const DONE: CommandEnd = { code: 0, output: '', errors: '' };

export function saying(output: string): CommandEnd {
  return { ...DONE, output };
}

export function failing(code: number, errors: string): CommandEnd {
  return { code, output: '', errors };
}

export abstract class FakeSystem implements SystemTools {
  readonly files = new Map<string, string>();
  readonly folders = new Set<string>();
  /** Every command that was run, one line each. */
  readonly commands: string[] = [];
  readonly journal: string[] = [];
  isAdministrator = true;
  /** What the program does when it is started. */
  startsWell = true;
  pid: number | null = null;
  lastExit = 0;
  #nextPid = 100;

  /** The command that the manager would run, read back from the definition as the system reads it. */
  abstract definedCommand(): readonly string[] | null;
  /** Who it runs as. */
  abstract definedAccount(): string | null;
  /** Accounts that exist. */
  abstract accounts(): readonly string[];
  protected abstract answer(program: string, args: readonly string[]): CommandEnd;
  /** Whether the definition has it started again after this end. */
  protected abstract startsAgainAfter(code: number): boolean;

  readonly run = (program: string, args: readonly string[]): Promise<CommandEnd> => {
    this.commands.push([program, ...args].join(' '));
    return Promise.resolve(this.answer(program, args));
  };

  readonly follow = async function* (this: FakeSystem, program: string, args: readonly string[]) {
    this.commands.push([program, ...args].join(' '));
    const lines = Number(/(?:--lines|-n|-Tail) (\d+)/u.exec(args.join(' '))?.[1]);
    yield* this.journal.slice(-lines);
  }.bind(this);

  readonly readFile = (path: string): Promise<string | null> => Promise.resolve(this.files.get(path) ?? null);

  readonly writeFile = (path: string, text: string): Promise<void> => {
    if (!this.isAdministrator) throw new Error(`EACCES: ${path}`);
    this.files.set(path, text);
    return Promise.resolve();
  };

  readonly remove = (path: string): Promise<void> => {
    for (const each of [...this.files.keys()])
      if (each === path || (/^[\\/]/u.test(each.slice(path.length)) && each.startsWith(path)))
        this.files.delete(each);
    this.folders.delete(path);
    return Promise.resolve();
  };

  readonly removeFolder = (path: string): Promise<void> => {
    this.folders.delete(path);
    return Promise.resolve();
  };

  readonly makeFolder = (path: string): Promise<void> => Promise.resolve(void this.folders.add(path));

  readonly exists = (path: string): Promise<boolean> => {
    const wanted = path.replaceAll('/', this.separator);
    return Promise.resolve(this.files.has(wanted) || this.folders.has(wanted));
  };

  readonly wait = (): Promise<void> => Promise.resolve();

  /** The server ends by itself. */
  endByItself(code: number): void {
    this.pid = null;
    this.lastExit = code;
    if (this.startsAgainAfter(code)) this.begin();
  }

  protected begin(): boolean {
    this.journal.push(this.startsWell ? 'READY' : 'postroom: cannot listen on port 25');
    this.pid = this.startsWell ? this.#nextPid++ : null;
    this.lastExit = this.startsWell ? 0 : 2;
    return this.startsWell;
  }

  protected finish(): void {
    this.pid = null;
    this.lastExit = 0;
  }

  protected get separator(): string {
    return posix.sep;
  }
}

export const WINDOWS_SEPARATOR = win32.sep;
