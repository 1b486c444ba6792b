/**
 * A newcomer: a computer with nothing on it but the program, and somebody who types what the guide says.
 *
 * Invariants: what is typed is what stands in the guide's blocks; only the second disk is a folder here, and the ports are free ones.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { CHAPTERS, readChapter, type Chapter } from '../../scripts/guide/help-pages.ts';
import { readCodeBlocks, type CodeBlock } from '../../scripts/guide/code-blocks.ts';
import { ALL_FREE_PORTS, SERVICE_FILE, type Ready } from './service-process.ts';

const DOCS = join(import.meta.dirname, '../../docs');
/** As the guide calls it. */
const SECOND_DISK = '/mnt/disk';

const POSTROOM = `#!/bin/sh
case "$1" in
  start) exec '${process.execPath}' '${SERVICE_FILE}' "$@" --bind 127.0.0.1 --ports ${ALL_FREE_PORTS} --console 127.0.0.1:0 ;;
  *) exec '${process.execPath}' '${SERVICE_FILE}' "$@" ;;
esac
`;

export interface Chaptered extends CodeBlock {
  readonly chapter: Chapter;
}

/** What the English guide tells to type, in its order. */
export function readCommands(): readonly Chaptered[] {
  return CHAPTERS.flatMap((chapter) =>
    readCodeBlocks(readChapter(DOCS, 'en', chapter)).map((block) => ({ ...block, chapter })),
  );
}

export class Newcomer {
  readonly home: string;
  /** What every command but `start` has written. */
  output = '';
  readonly #typed = new Set<Chaptered>();
  readonly #blocks = readCommands();
  #running: { readonly child: ChildProcess; readonly ready: Ready } | null = null;

  constructor(home: string) {
    this.home = home;
  }

  get ready(): Ready {
    if (this.#running === null) throw new Error('nothing runs');
    return this.#running.ready;
  }

  /** Blocks of commands that nobody has typed. */
  get untyped(): readonly Chaptered[] {
    return this.#blocks.filter((block) => block.language === 'sh' && !this.#typed.has(block));
  }

  /** The text of a file that the guide shows. */
  fileFrom(chapter: Chapter, anchor: string): string {
    const block = this.#blocks.find((each) => each.chapter === chapter && each.anchor === anchor);
    if (block === undefined) throw new Error(`${chapter}#${anchor} shows no file`);
    return block.text;
  }

  /** Types every command beneath an anchor, one after the other. */
  async follow(chapter: Chapter, anchor: string): Promise<void> {
    const blocks = this.#blocks.filter(
      (each) => each.chapter === chapter && each.anchor === anchor && each.language === 'sh',
    );
    if (blocks.length === 0) throw new Error(`${chapter}#${anchor} has no commands`);
    for (const block of blocks) {
      this.#typed.add(block);
      for (const line of block.text.trim().split('\n')) await this.#type(line);
    }
  }

  async #type(line: string): Promise<void> {
    await this.stop();
    const child = this.#spawn(line.replaceAll(SECOND_DISK, join(this.home, 'disk')));
    if (line.startsWith('postroom start')) this.#running = { child, ready: await readyOf(child) };
    else this.output += await finished(child, line);
  }

  #spawn(line: string): ChildProcess {
    const { DISPLAY: _, WAYLAND_DISPLAY: __, XDG_DATA_HOME: ___, ...environment } = process.env;
    const path = `${join(this.home, 'bin')}${delimiter}${environment['PATH'] ?? ''}`;
    return spawn('sh', ['-ec', `exec ${line}`], {
      cwd: this.home,
      env: { ...environment, HOME: this.home, PATH: path },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Ctrl+C. */
  async stop(): Promise<void> {
    const { child } = this.#running ?? { child: null };
    this.#running = null;
    if (child === null || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    await ended;
  }

  async goHome(): Promise<void> {
    await this.stop();
    await rm(this.home, { recursive: true, force: true });
  }
}

export async function makeNewcomer(): Promise<Newcomer> {
  const home = await mkdtemp(join(tmpdir(), 'postroom-newcomer-'));
  await mkdir(join(home, 'bin'));
  await mkdir(join(home, 'disk'));
  await writeFile(join(home, 'bin/postroom'), POSTROOM, { mode: 0o755 });
  return new Newcomer(home);
}

function collect(child: ChildProcess): { readonly all: () => string } {
  const parts: string[] = [];
  child.stdout?.on('data', (part: Buffer) => parts.push(part.toString()));
  child.stderr?.on('data', (part: Buffer) => parts.push(part.toString()));
  return { all: () => parts.join('') };
}

function readyOf(child: ChildProcess): Promise<Ready> {
  const text = collect(child);
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`it ended with ${String(code)}: ${text.all()}`)));
    child.stdout?.on('data', () => {
      const ready = /^READY (.*)$/mu.exec(text.all())?.[1];
      if (ready !== undefined) resolve(JSON.parse(ready) as Ready);
    });
  });
}

async function finished(child: ChildProcess, line: string): Promise<string> {
  const text = collect(child);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${line} ended with ${String(code)}: ${text.all()}`);
  return text.all();
}
