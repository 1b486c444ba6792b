/**
 * The log of `strace -f -xx`: system calls in the order in which they ended, each with the lines where it began and ended.
 *
 * strace writes a line when a thread enters a call that others run beside, and one when it comes back; the numbers of lines are the
 * clock of everything here.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface SystemCall {
  readonly name: string;
  /** Between the parentheses, as strace writes it. */
  readonly args: string;
  /** Null where the recording ended first. */
  readonly result: number | null;
  /** Numbers of lines. */
  readonly began: number;
  readonly ended: number;
}

const UNFINISHED = ' <unfinished ...>';
const WHOLE = /^(\d+) +(\w+)\((.*)\) += (-?\d+|0x[0-9a-f]+|\?).*$/su;
const BEGUN = /^(\d+) +(\w+)\((.*)$/su;
const RESUMED = /^(\d+) +<\.\.\. \w+ resumed>(.*)\) += (-?\d+|0x[0-9a-f]+|\?).*$/su;

type Begun = Omit<SystemCall, 'result' | 'ended'>;

async function* linesOf(paths: readonly string[]): AsyncGenerator<string> {
  for (const path of paths)
    yield* createInterface({ input: createReadStream(path, 'latin1'), crlfDelay: Infinity });
}

/** Of one log after the other. Calls that had begun when the recording ended come last. */
export async function* readSystemCalls(paths: readonly string[]): AsyncGenerator<SystemCall> {
  const begun = new Map<string, Begun>();
  let line = 0;
  for await (const text of linesOf(paths)) {
    line++;
    if (text.endsWith(UNFINISHED)) {
      const [, thread = '', name = '', args = ''] = BEGUN.exec(text.slice(0, -UNFINISHED.length)) ?? [];
      begun.set(thread, { name, args, began: line });
      continue;
    }
    const resumed = RESUMED.exec(text);
    if (resumed !== null) {
      const [, thread = '', rest = '', result = ''] = resumed;
      const call = begun.get(thread);
      begun.delete(thread);
      if (call !== undefined)
        yield { ...call, args: call.args + rest, result: resultOf(result), ended: line };
      continue;
    }
    const [, , name, args = '', result = ''] = WHOLE.exec(text) ?? [];
    if (name !== undefined) yield { name, args, result: resultOf(result), began: line, ended: line };
  }
  for (const call of begun.values()) yield { ...call, result: null, ended: Infinity };
}

function resultOf(text: string): number | null {
  return text === '?' ? null : Number(text);
}

/** The octets of each quoted string among the arguments: `-xx` leaves no quote within them. */
export function stringsIn(args: string): readonly Buffer[] {
  const quoted = args.split('"').filter((_, at) => at % 2 === 1);
  return quoted.map((text) => Buffer.from(text.replaceAll('\\x', ''), 'hex'));
}

/** A number between commas, outside strings; -1 is the last. */
export function numberAt(args: string, place: number): number {
  const outside = args.split('"').filter((_, at) => at % 2 === 0);
  return Number(outside.join('').split(', ').at(place) ?? '');
}
