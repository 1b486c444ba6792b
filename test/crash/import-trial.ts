/** An import from an mbox file that is killed and run again: what it brought is there once, whole, when it has ended at last. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { letterOf } from '../proof/letters.ts';
import type { Snapshot } from '../proof/snapshot.ts';
import { runService, type WorkFolder } from '../support/service-process.ts';

const MESSAGES = 60;
const READER = 'paul@server1.com';
const KILLED = 'SIGKILL';

export class ImportTrial {
  readonly #folder: WorkFolder;
  readonly #isComplete = new Map<string, boolean>();
  #run = 0;
  #args: readonly string[] = [];

  constructor(folder: WorkFolder) {
    this.#folder = folder;
  }

  /** Whether it was killed before it ended. */
  async runUntilKilled(env: NodeJS.ProcessEnv): Promise<boolean> {
    const file = join(this.#folder.data, '..', `moved${this.#run}.mbox`);
    const ids = Array.from({ length: MESSAGES }, (_, at) => `imported-${this.#run * MESSAGES + at}`);
    this.#run++;
    const letters = ids.map(
      (id) => `From tom@server1.com Sat Nov 21 10:00:00 2026\n${letterOf(id, [READER])}\n`,
    );
    await writeFile(file, letters.join('').replaceAll('\r\n', '\n'));
    for (const id of ids) this.#isComplete.set(id, false);
    this.#args = ['import', READER, file, '--format', 'mbox', '--data', this.#folder.data];
    return (await runService(this.#args, { env })).code === KILLED;
  }

  /** Runs it again, to its end. */
  async finish(): Promise<readonly string[]> {
    const { code, log, output } = await runService(this.#args);
    for (const id of this.#isComplete.keys()) this.#isComplete.set(id, true);
    return code === 0 ? [] : [`the import that was killed cannot be run again: ${log} ${output}`];
  }

  audit({ mailboxes }: Snapshot): readonly string[] {
    const counts = new Map<string, number>();
    for (const { id } of mailboxes.flatMap(({ letters }) => letters))
      counts.set(id, (counts.get(id) ?? 0) + 1);
    return [...this.#isComplete].flatMap(([id, isComplete]) => {
      const count = counts.get(id) ?? 0;
      const isRight = count === 1 || (count === 0 && !isComplete);
      return isRight ? [] : [`${id} was imported and is there ${count} times`];
    });
  }
}
