/**
 * Delivery to a program: the message on its standard input, its exit code is the answer (sysexits.h).
 *
 * Invariants: no shell: a word of the command is an argument, whatever is in an address; its environment is made by us; time,
 * output and the number of programs at once are bounded; a program that dies or hangs keeps the message waiting.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { tmpdir } from 'node:os';
import type { Clock } from '../../../base/clock.ts';
import { LineRewriter } from '../../../format/line-rewriter.ts';
import { outcomeOfExit } from './exit-codes.ts';
import { PIPE_KILL_AFTER_MS, PIPE_OUTPUT_OCTETS, PIPE_TIMEOUT_MS, PIPES_AT_ONCE } from './limits.ts';
import { deferred } from './outcome.ts';
import type { HandedMessage, HandOver, HandOverOutcome } from './port.ts';

type PipeMethod = { readonly method: 'pipe'; readonly command: readonly string[] };

export function createPipeHandOver(options: { clock: Clock }): HandOver<PipeMethod> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async ({ command }, message) => {
    if (running >= PIPES_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    running++;
    try {
      return await runProgram(command, message, options.clock);
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
}

async function runProgram(
  [program = '', ...words]: readonly string[],
  message: HandedMessage,
  clock: Clock,
): Promise<HandOverOutcome> {
  // A group of its own, so that what it starts ends with it.
  const child = spawn(program, words, { env: environmentFor(message), cwd: tmpdir(), detached: true });
  const ended = whenEnded(child, clock);
  const said = gather(child);
  // A program may take the message without reading it all: its exit code decides.
  await pipeline(Readable.from(withLineFeeds(message)), child.stdin).catch(() => undefined);
  const { code, problem } = await ended;
  if (code === null) return deferred(`${program} ${problem}`, '4.3.0');
  return outcomeOfExit(program, code, said());
}

/** What programs expect that other servers start (Postfix, Exim, qmail); nothing of our own environment but PATH. */
function environmentFor({ reversePath, address, recipient }: HandedMessage): Record<string, string> {
  const at = address.lastIndexOf('@');
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    SENDER: reversePath,
    RECIPIENT: address,
    ORIGINAL_RECIPIENT: recipient,
    USER: address.slice(0, at),
    DOMAIN: address.slice(at + 1),
  };
}

async function* withLineFeeds(message: HandedMessage): AsyncGenerator<Uint8Array> {
  const rewriter = new LineRewriter({ lineEnd: 'lf' });
  for await (const chunk of message.content()) yield rewriter.push(chunk);
  yield rewriter.end();
}

interface ProgramEnd {
  /** null: it did not end by itself. */
  readonly code: number | null;
  readonly problem: string;
}

function whenEnded(child: ChildProcessWithoutNullStreams, clock: Clock): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    let problem = '';
    const cancels = [
      clock.after(PIPE_TIMEOUT_MS, () => {
        problem = `took longer than ${PIPE_TIMEOUT_MS / 1000} seconds and was ended`;
        signalGroup(child, 'SIGTERM');
        cancels.push(clock.after(PIPE_KILL_AFTER_MS, () => signalGroup(child, 'SIGKILL')));
      }),
    ];
    const end = (code: number | null, why: string) => {
      for (const cancel of cancels) cancel();
      resolve({ code: problem === '' ? code : null, problem: problem || why });
    };
    child.once('error', (error) => end(null, `could not be run: ${error.message}`));
    child.once('exit', (code, signal) => end(code, `was ended by ${signal ?? 'nobody knows what'}`));
  });
}

function signalGroup(child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

/** The beginning of what the program writes, on one line. */
function gather(child: ChildProcessWithoutNullStreams): () => string {
  let text = '';
  const take = (chunk: Buffer) => {
    if (text.length < PIPE_OUTPUT_OCTETS) text += chunk.toString('utf8');
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  return () =>
    text
      .slice(0, PIPE_OUTPUT_OCTETS)
      .replaceAll(/[\s\p{Cc}]+/gu, ' ')
      .trim();
}
