/** The console's people in memory: everything real but where it is kept, and passwords that cost nothing to compare. */
import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../src-main/base/clock.ts';
import type { Administrators } from '../../src-main/directory/administrators/administrators.ts';
import { ApiTokens } from '../../src-main/directory/administrators/api-tokens.ts';
import { MemoryApiTokenRows } from '../../src-main/directory/administrators/memory-administrator-rows.ts';
import { Passkeys } from '../../src-main/directory/administrators/passkeys.ts';
import { createSealing } from '../../src-main/directory/administrators/sealing.ts';
import { SecondFactors } from '../../src-main/directory/administrators/second-factors.ts';
import type { SignInNote } from '../../src-main/directory/sign-in/port.ts';
import { AuditLog } from '../../src-main/host/audit/audit-log.ts';
import type { AuditEntry, AuditQuery, AuditRecord, AuditStore } from '../../src-main/host/audit/port.ts';
import type { ConsoleAccess } from '../../src-main/host/console/console-access.ts';
import { ConsoleDoor } from '../../src-main/host/console/console-door.ts';
import { ConsoleSessions } from '../../src-main/host/console/console-sessions.ts';
import type { WorldSignIns } from './world-sign-ins.ts';

/** The account's password as it is: only where a test stands between it and a disk. */
export const PLAIN_PASSWORDS = {
  hash: (password: string) => Promise.resolve({ scrypt: password, scramSha256: '' }),
  verify: (password: string, stored: string | null) => Promise.resolve(stored === password),
};

function fail(error: unknown): never {
  throw error;
}

export function openWorldAccess(world: {
  readonly clock: Clock;
  readonly administrators: Administrators;
  readonly signIns: WorldSignIns;
  setupToken: string;
}): ConsoleAccess {
  const { clock, administrators, signIns } = world;
  const random = (length: number) => randomBytes(length);
  const sessions = new ConsoleSessions(clock, random);
  const tokens = new ApiTokens({ rows: new MemoryApiTokenRows(), clock, randomBytes: random, onError: fail });
  administrators.onRevoke((name) => {
    sessions.endWhere(({ administrator }) => administrator === name);
    if (administrators.find(name) === null) tokens.forget(name);
  });
  const note = (given: SignInNote) =>
    void signIns.add({ ...given, count: 1, firstAt: clock.now(), lastAt: clock.now() });
  return {
    ...{ administrators, sessions, tokens },
    factors: new SecondFactors({
      ...{ administrators, clock, randomBytes: random, sealing: createSealing(randomBytes(32), random) },
    }),
    passkeys: new Passkeys({ administrators, clock }),
    audit: new AuditLog({ store: new MemoryAuditStore(), clock }),
    door: new ConsoleDoor({
      ...{ clock, note, onBlock: () => undefined, onError: fail },
      isAdministrator: (name) => administrators.find(name) !== null,
      isKnownPlace: (name, address) => administrators.isKnownPlace(name, address),
    }),
    setupToken: {
      isRight: (token) => world.setupToken !== '' && token === world.setupToken,
      drop: () => {
        world.setupToken = '';
        return Promise.resolve();
      },
    },
  };
}

export class MemoryAuditStore implements AuditStore {
  readonly entries: AuditEntry[] = [];

  append(record: AuditRecord): Promise<void> {
    const sequence = this.entries.length + 1;
    const previousHash = this.entries.at(-1)?.hash ?? '';
    const text = JSON.stringify([previousHash, sequence, record]);
    const hash = createHash('sha256').update(text).digest('hex');
    this.entries.push({ ...record, sequence, previousHash, hash });
    return Promise.resolve();
  }

  list({ text = '', before, limit }: AuditQuery): Promise<readonly AuditEntry[]> {
    const found = this.entries.filter(
      (entry) =>
        (before === undefined || entry.sequence < before) &&
        JSON.stringify(entry).toLowerCase().includes(text.toLowerCase()),
    );
    return Promise.resolve(found.reverse().slice(0, limit));
  }

  listAfter(sequence: number, limit: number): Promise<readonly AuditEntry[]> {
    return Promise.resolve(this.entries.filter((entry) => entry.sequence > sequence).slice(0, limit));
  }

  readCut() {
    return Promise.resolve(null);
  }

  check() {
    const lastHash = this.entries.at(-1)?.hash ?? '';
    return Promise.resolve({ isWhole: true as const, entries: this.entries.length, lastHash });
  }
}
