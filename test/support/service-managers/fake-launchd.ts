/** launchctl and dscl, as far as an installation needs them. */
import { LIST_PATH, RECORD_PATH } from '../../../src-main/host/system-service/launchd/launchd-service.ts';
import type { CommandEnd } from '../../../src-main/host/system-service/system-tools.ts';
import { DONE, failing, FakeSystem, saying } from './fake-system.ts';

export class FakeLaunchd extends FakeSystem {
  readonly #accounts = new Set<string>(['_www']);
  /** The list as it was when the daemon was put in. */
  #loaded: string | null = null;

  definedCommand(): readonly string[] | null {
    const list = this.#loaded ?? this.files.get(LIST_PATH);
    const strings = /<key>ProgramArguments<\/key>\s*<array>(.*?)<\/array>/su.exec(list ?? '')?.[1];
    if (strings === undefined) return null;
    return [...strings.matchAll(/<string>(.*?)<\/string>/gsu)].map(([, text = '']) => unescaped(text));
  }

  definedAccount(): string | null {
    const list = this.files.get(LIST_PATH) ?? '';
    return /<key>UserName<\/key>\s*<string>(.*?)<\/string>/u.exec(list)?.[1] ?? null;
  }

  accounts(): readonly string[] {
    return [...this.#accounts].filter((name) => name !== '_www');
  }

  protected startsAgainAfter(code: number): boolean {
    return code !== 0 && /<key>SuccessfulExit<\/key>\s*<false\/>/u.test(this.#loaded ?? '');
  }

  protected answer(program: string, args: readonly string[]): CommandEnd {
    switch (program) {
      case 'id':
        return saying(this.isAdministrator ? '0\n' : '501\n');
      case 'chown':
        return DONE;
      case 'tail':
        return saying(this.journal.slice(-5).join('\n'));
      case 'dscl':
        return this.#dscl(args);
      case 'launchctl':
        return this.#launchctl(args);
      default:
        return failing(127, `${program}: not found`);
    }
  }

  #dscl([, verb, path = '']: readonly string[]): CommandEnd {
    const account = path.replace(/^\/Users\//u, '');
    if (verb === '-list') return saying('_www   70\n_taken   350\n');
    if (verb === '-read') return this.#accounts.has(account) ? DONE : failing(56, 'eDSRecordNotFound');
    if (path.startsWith('/Users/')) this.#accounts.add(account);
    return DONE;
  }

  #launchctl([verb]: readonly string[]): CommandEnd {
    if (verb === 'print') return this.#print();
    if (verb === 'print-disabled') return saying('\t"com.apple.ftpd" => disabled\n');
    if (!this.isAdministrator) return failing(1, 'Operation not permitted');
    if (verb === 'enable') return DONE;
    if (verb === 'bootstrap') {
      if (this.#loaded !== null) return failing(5, 'Bootstrap failed: 5: Input/output error');
      this.#loaded = this.files.get(LIST_PATH) ?? null;
      this.begin();
      return DONE;
    }
    if (this.#loaded === null) return failing(3, 'No such process');
    if (verb === 'bootout') {
      this.#loaded = null;
      this.finish();
    } else if (this.pid === null) this.begin();
    return DONE;
  }

  #print(): CommandEnd {
    if (this.#loaded === null) return failing(113, 'Could not find service');
    const state = this.pid === null ? 'not running' : 'running';
    const pid = this.pid === null ? '' : `\tpid = ${String(this.pid)}\n`;
    return saying(
      `system/org.postroom.server = {\n\tstate = ${state}\n${pid}\tlast exit code = ${String(this.lastExit)}\n}\n`,
    );
  }
}

export const LAUNCHD_RECORD = RECORD_PATH;

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
