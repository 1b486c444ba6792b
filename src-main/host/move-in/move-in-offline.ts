/**
 * Move-in into a data folder whose Postroom is stopped: set-up and mail, account by account.
 *
 * Flow: `postroom move-in` → here → make-plan.ts, carry-out.ts. Invariants: see carry-out.ts.
 */
import { err, ok, type Result } from '../../base/result.ts';
import type { MoveInItem, MoveInProblem } from '../../contract/move-in.ts';
import { Administrators } from '../../directory/administrators/administrators.ts';
import { PasswordKeeper } from '../../directory/credentials.ts';
import { createMessageIndexer } from '../../format/message-indexer.ts';
import { createMessageReceiver } from '../../mail/content/message-receiver.ts';
import { createTcpConnect } from '../../protocol/connection/tcp-connect.ts';
import { FolderInUseError } from '../../storage/folder-lock.ts';
import { NewerDatabaseError } from '../../storage/migrations/index.ts';
import type { Storage } from '../../storage/open-storage.ts';
import { KeyProblem } from '../../storage/sealing/key-place.ts';
import { openDirectoryOffline } from '../offline-directory.ts';
import { NOBODY_LOOKS, noteTask, withStorage, type OfflineOptions } from '../offline-tasks.ts';
import { bringMail, setUp, type MoveInWatch, type Office } from './carry-out.ts';
import { makePlan, type MoveInOrigin } from './make-plan.ts';
import { isLeft } from './plan.ts';

export interface MoveInOptions extends OfflineOptions, MoveInWatch {
  readonly origin: MoveInOrigin;
}

export interface MovedIn {
  readonly accounts: number;
  /** Not all of theirs came. */
  readonly failed: number;
  /** What somebody has to do by hand, and what could not come. */
  readonly left: readonly MoveInItem[];
}

/** Why nothing came: of the origin, or of this folder as a sentence. */
export type MoveInRefusal = MoveInProblem | { readonly kind: 'folder'; readonly reason: string };

export async function moveInOffline(options: MoveInOptions): Promise<Result<MovedIn, MoveInRefusal>> {
  try {
    return await withStorage(options, async (storage) => {
      const moved = await moveIn(await openOffice(options, storage), options);
      const input = moved.ok ? { accounts: moved.value.accounts, failed: moved.value.failed } : {};
      const outcome = moved.ok ? 'done' : 'failed';
      await noteTask(storage, { clock: options.clock, task: 'moveIn', input, outcome });
      return moved;
    });
  } catch (error) {
    if (error instanceof FolderInUseError) return refused(`${error.message}: stop it first`);
    if (error instanceof NewerDatabaseError || error instanceof KeyProblem) return refused(error.message);
    throw error;
  }
}

function refused(reason: string): Result<never, MoveInRefusal> {
  return err({ kind: 'folder', reason });
}

async function moveIn(office: Office, options: MoveInOptions): Promise<Result<MovedIn, MoveInRefusal>> {
  const { origin, clock, randomBytes } = options;
  const imap = { connect: createTcpConnect({ clock }), transcripts: NOBODY_LOOKS, clock, randomBytes };
  const plan = await makePlan(origin, { office, imap, randomBytes });
  if (!plan.ok) return plan;
  const made = await setUp(plan.value, office);
  if (!made.ok) return refused(made.error);
  const { jobs, items } = plan.value;
  const failed = await bringMail(jobs, office, options);
  return ok({ accounts: jobs.length, failed, left: items.filter(isLeft) });
}

async function openOffice(options: MoveInOptions, storage: Storage): Promise<Office> {
  const { clock, randomBytes, onError } = options;
  const passwords = new PasswordKeeper({ clock, randomBytes });
  const directory = await openDirectoryOffline(storage, { passwords, clock, onError });
  const rows = storage.administrators;
  const administrators = await Administrators.open({ rows, passwords, clock, onError });
  const { screening, ...stores } = storage;
  return {
    directory,
    targets: { ...stores, ...screening, directory, administrators },
    mailStore: storage.mailStore,
    receiver: createMessageReceiver({ spool: storage.spool, createIndexer: createMessageIndexer }),
    clock,
  };
}
