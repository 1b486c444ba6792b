/** `setflag`, `addflag`, `removeflag`, and flags in strings (RFC 5232). */
import type { Call } from '../checking/call.ts';
import type { Run } from '../running/run.ts';

/** System flags that may be set (RFC 9051 §2.3.2); `\Recent` may not (RFC 5232 §2). */
const SYSTEM_FLAGS = ['\\Seen', '\\Answered', '\\Flagged', '\\Deleted', '\\Draft'];
/** RFC 9051 §9: flag-keyword is an atom. */
const KEYWORD = /^[^\x00-\x20(){%*"\\\]\x7f-\uffff]+$/;

/** A string may hold several, parted by spaces (RFC 5232 §2); what is no flag is left out, and what comes twice. */
export function flagsOf(strings: readonly string[]): readonly string[] {
  const flags = new Map<string, string>();
  for (const word of strings.flatMap((text) => text.split(/[ \t\r\n]+/))) {
    const flag = normalize(word);
    if (flag !== null && !flags.has(flag.toLowerCase())) flags.set(flag.toLowerCase(), flag);
  }
  return [...flags.values()];
}

function normalize(word: string): string | null {
  if (word.startsWith('\\')) {
    return SYSTEM_FLAGS.find((flag) => flag.toLowerCase() === word.toLowerCase()) ?? null;
  }
  return KEYWORD.test(word) ? word : null;
}

export function runFlagCommand(run: Run, call: Call): void {
  const names = run.strings(call.parameters[0]);
  const flags = flagsOf(run.strings(call.parameters[1]));
  if (names.length === 0) {
    run.flags = changed(run.flags, flags, call.name);
    return;
  }
  const { variables } = run.frame;
  for (const name of names) {
    variables.set(name, changed(flagsOf([variables.get(name)]), flags, call.name).join(' '));
  }
}

function changed(current: readonly string[], flags: readonly string[], command: string): readonly string[] {
  if (command === 'setflag') return flags;
  if (command === 'addflag') return flagsOf([...current, ...flags]);
  const removed = new Set(flags.map((flag) => flag.toLowerCase()));
  return current.filter((flag) => !removed.has(flag.toLowerCase()));
}

/** What a copy is filed with: `:flags`, else the flags that the script has gathered (RFC 5232 §5). */
export function filingFlags(run: Run, call: Call): readonly string[] {
  const own = call.options['flags'];
  return own === undefined ? run.flags : flagsOf(run.strings(own));
}
