/** The scripts of one account, as ManageSieve's commands work on them (RFC 5804 §2.5-§2.13). */
import type { AccountId } from '../../../directory/port.ts';
import type { ManageSieveCommand } from '../../../protocol/managesieve/command.ts';
import type { ManageSieveReply } from '../../../protocol/managesieve/server/session.ts';
import { checkScript } from '../sieve/checking/check-script.ts';
import { MAX_SCRIPT_OCTETS } from '../sieve/limits.ts';
import { isScriptName, MAX_SCRIPTS } from '../sieve/port.ts';
import type { ScriptError, SieveScriptStore } from '../sieve/port.ts';

export type ScriptCommand = Extract<
  ManageSieveCommand,
  {
    name:
      | 'CHECKSCRIPT'
      | 'DELETESCRIPT'
      | 'GETSCRIPT'
      | 'HAVESPACE'
      | 'LISTSCRIPTS'
      | 'PUTSCRIPT'
      | 'RENAMESCRIPT'
      | 'SETACTIVE';
  }
>;

const REFUSALS: Readonly<Record<ScriptError, ManageSieveReply>> = {
  noSuchScript: { status: 'NO', code: { name: 'NONEXISTENT' }, text: 'There is no such script' },
  alreadyExists: { status: 'NO', code: { name: 'ALREADYEXISTS' }, text: 'There is a script of this name' },
  isActive: { status: 'NO', code: { name: 'ACTIVE' }, text: 'The script is active' },
  tooMany: {
    status: 'NO',
    code: { name: 'QUOTA/MAXSCRIPTS' },
    text: `There may be ${MAX_SCRIPTS} scripts at most`,
  },
  invalidName: { status: 'NO', text: 'This is no name of a script' },
};

const TOO_LARGE: ManageSieveReply = {
  status: 'NO',
  code: { name: 'QUOTA/MAXSIZE' },
  text: `A script may have ${MAX_SCRIPT_OCTETS / 1024} KiB at most`,
};

export class ScriptDesk {
  readonly #scripts: SieveScriptStore;
  readonly #account: AccountId;

  constructor(scripts: SieveScriptStore, account: AccountId) {
    this.#scripts = scripts;
    this.#account = account;
  }

  async handle(command: ScriptCommand): Promise<ManageSieveReply> {
    switch (command.name) {
      case 'LISTSCRIPTS':
        return this.#list();
      case 'GETSCRIPT':
        return this.#get(command.script);
      case 'PUTSCRIPT':
        return this.#put(command.script, command.text);
      case 'CHECKSCRIPT':
        return check(command.text) ?? done('The script is right');
      case 'HAVESPACE':
        return this.#haveSpace(command.script, command.octets);
      case 'SETACTIVE':
        return this.#activate(command.script);
      case 'DELETESCRIPT':
        return answer(await this.#scripts.remove(this.#account, command.script), 'The script is deleted');
      case 'RENAMESCRIPT': {
        const { script, newName } = command;
        return answer(await this.#scripts.rename(this.#account, script, newName), 'The script is renamed');
      }
    }
  }

  async #list(): Promise<ManageSieveReply> {
    const scripts = await this.#scripts.list(this.#account);
    const data = scripts.map(({ name, use }) => ({
      strings: [name],
      ...(use === 'active' && { word: 'ACTIVE' }),
    }));
    return { ...done(`${scripts.length} scripts`), data };
  }

  async #get(name: string): Promise<ManageSieveReply> {
    const script = await this.#scripts.read(this.#account, name);
    return script === null
      ? REFUSALS.noSuchScript
      : { ...done('Here it is'), data: [{ strings: [script.text] }] };
  }

  /** RFC 5804 §2.6: a script that is wrong is not stored, and the one of this name stays as it is. */
  async #put(name: string, text: string): Promise<ManageSieveReply> {
    return (
      check(text) ?? answer(await this.#scripts.put(this.#account, { name, text }), 'The script is stored')
    );
  }

  async #haveSpace(name: string, octets: number): Promise<ManageSieveReply> {
    if (!isScriptName(name)) return REFUSALS.invalidName;
    if (octets > MAX_SCRIPT_OCTETS) return TOO_LARGE;
    const scripts = await this.#scripts.list(this.#account);
    const isFull = scripts.length >= MAX_SCRIPTS && !scripts.some((script) => script.name === name);
    return isFull ? REFUSALS.tooMany : done('There is space');
  }

  /** RFC 5804 §2.8: no name at all means that none is active. */
  async #activate(name: string): Promise<ManageSieveReply> {
    if (name !== '')
      return answer(await this.#scripts.setUse(this.#account, name, 'active'), 'The script is active');
    for (const script of await this.#scripts.inUse(this.#account, 'active')) {
      await this.#scripts.setUse(this.#account, script.name, null);
    }
    return done('No script is active');
  }
}

/** The refusal of a script that is wrong, with what is wrong in each line. */
function check(text: string): ManageSieveReply | null {
  if (Buffer.byteLength(text) > MAX_SCRIPT_OCTETS) return TOO_LARGE;
  const checked = checkScript(text);
  if (checked.ok) return null;
  const lines = checked.error.map(
    ({ line, column, text: what }) => `line ${line}, column ${column}: ${what}.`,
  );
  return { status: 'NO', text: lines.join('\r\n') };
}

function answer(outcome: { ok: true } | { ok: false; error: ScriptError }, text: string): ManageSieveReply {
  return outcome.ok ? done(text) : REFUSALS[outcome.error];
}

function done(text: string): ManageSieveReply {
  return { status: 'OK', text };
}
