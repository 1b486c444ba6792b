/**
 * Backups that are killed, and made again: the next one goes on with what the killed one left, and verifies; and a restore that is killed
 * leaves the old data or the new, whole, whenever the folder is opened next.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeSnapshot, type Snapshot } from '../proof/snapshot.ts';
import { signInToConsole } from '../support/console-caller.ts';
import { OFFICE, runService, type ServiceProcess, type WorkFolder } from '../support/service-process.ts';

const KILLED = 'SIGKILL';

export class BackupTrial {
  readonly #folder: WorkFolder;
  readonly #place: string;

  constructor(folder: WorkFolder) {
    this.#folder = folder;
    this.#place = join(folder.data, '..', 'backups');
  }

  /** Beside whatever else the service does. */
  async start(service: ServiceProcess): Promise<void> {
    const { calls, close } = await signInToConsole(service.ready.console, OFFICE.admin);
    await calls.backups.setPlace({ place: { kind: 'folder', path: this.#place }, recoveryKey: '' });
    await calls.backups.start({ kind: 'backup' });
    close();
  }

  /** Another one, to its end; all that is there opens, and a trial restore of it is in order. */
  async finish(): Promise<readonly string[]> {
    return [
      ...(await this.#mustDo(['backup', 'now', this.#place], /\d+ messages/u)),
      ...(await this.#mustDo(['backup', 'verify'], /everything is in order/u)),
    ];
  }

  /** Whether it was killed before it ended, and what is wrong then. */
  async restoreUntilKilled(env: NodeJS.ProcessEnv) {
    const problems = [...(await this.finish())];
    const copy = await mkdtemp(join(tmpdir(), 'postroom-restored-'));
    try {
      const data = join(copy, 'data');
      await cp(this.#folder.data, data, { recursive: true });
      const key = join(copy, 'key.txt');
      problems.push(...(await this.#mustDo(['backup', 'key', '--out', key], /^/u)));
      const restore = ['restore', this.#place, '--recovery-key-file', key, '--replace', '--data', data];
      const isKilled = (await runService(restore, { env })).code === KILLED;
      const { code, output, log } = await runService(['doctor', '--data', data]);
      if (code !== 0) problems.push(`after a restore that was killed: ${output} ${log}`);
      problems.push(...difference(await takeSnapshot(this.#folder.data), await takeSnapshot(data)));
      return { isKilled, problems };
    } finally {
      await rm(copy, { recursive: true });
    }
  }

  async #mustDo(words: readonly string[], expected: RegExp): Promise<readonly string[]> {
    const { code, output, log } = await runService([...words, '--data', this.#folder.data]);
    return code === 0 && expected.test(output) ? [] : [`${words.join(' ')}: ${code} ${output} ${log}`];
  }
}

/** What a restore of all that there was may change: numbers of mailboxes and messages, never which letters there are. */
function difference(before: Snapshot, after: Snapshot): readonly string[] {
  const [old, restored] = [lettersOf(before), lettersOf(after)];
  const gone = old.filter((each) => !restored.includes(each));
  const added = restored.filter((each) => !old.includes(each));
  return [
    ...after.problems,
    ...gone.map((each) => `${each} is gone after a restore`),
    ...added.map((each) => `${each} came with a restore`),
    ...(old.length === restored.length ? [] : [`${old.length} letters, ${restored.length} after a restore`]),
  ];
}

function lettersOf({ mailboxes }: Snapshot): readonly string[] {
  return mailboxes.flatMap(({ account, name, letters }) =>
    letters.map(({ id }) => `${account} ${name} ${id}`),
  );
}
