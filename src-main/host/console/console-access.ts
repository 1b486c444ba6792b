/**
 * ConsoleAccess: everything by which the console knows its people: administrators, their second factors, sessions and API
 * tokens, the door that counts wrong secrets, the audit log.
 *
 * Flow: createMailHost() → here → console handlers (host/api) and the shells. Invariants: a session and a token end with what
 * let their administrator in.
 */
import { timingSafeEqual } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import type { RandomBytes } from '../../base/ids.ts';
import type { Logger } from '../../base/logger.ts';
import type { Administrators } from '../../directory/administrators/administrators.ts';
import { ApiTokens } from '../../directory/administrators/api-tokens.ts';
import type { ApiTokenRows } from '../../directory/administrators/port.ts';
import { Passkeys } from '../../directory/administrators/passkeys.ts';
import { createSealing } from '../../directory/administrators/sealing.ts';
import { SecondFactors } from '../../directory/administrators/second-factors.ts';
import type { SignInNote } from '../../directory/sign-in/port.ts';
import { AuditLog } from '../audit/audit-log.ts';
import type { AuditStore } from '../audit/port.ts';
import { ConsoleDoor } from './console-door.ts';
import { ConsoleSessions } from './console-sessions.ts';

export interface ConsoleAccess {
  readonly administrators: Administrators;
  readonly factors: SecondFactors;
  readonly passkeys: Passkeys;
  readonly sessions: ConsoleSessions;
  readonly tokens: ApiTokens;
  readonly door: ConsoleDoor;
  readonly audit: AuditLog;
  readonly setupToken: SetupToken;
}

/** What lets somebody begin from another machine, while nobody administers this server. */
export interface SetupToken {
  isRight(token: string): boolean;
  /** Somebody has begun: it is worth nothing any more. */
  drop(): Promise<void>;
}

export interface ConsoleAccessOptions {
  readonly administrators: Administrators;
  readonly tokens: ApiTokenRows;
  readonly audit: AuditStore;
  readonly secret: Uint8Array;
  readonly setupToken: SetupToken;
  readonly note: (note: SignInNote) => void;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly logger: Logger;
}

export async function openConsoleAccess(options: ConsoleAccessOptions): Promise<ConsoleAccess> {
  const { administrators, clock, randomBytes, logger } = options;
  const onError = (error: unknown) => logger.error('the console', { error });
  const tokens = await ApiTokens.open({ rows: options.tokens, clock, randomBytes, onError });
  const sessions = new ConsoleSessions(clock, randomBytes);
  const sealing = createSealing(options.secret, randomBytes);
  administrators.onRevoke((name) => {
    sessions.endWhere((session) => session.administrator === name);
    if (administrators.find(name) === null) tokens.forget(name);
  });
  return {
    ...{ administrators, sessions, tokens, setupToken: options.setupToken },
    factors: new SecondFactors({ administrators, sealing, clock, randomBytes }),
    passkeys: new Passkeys({ administrators, clock }),
    audit: new AuditLog({ store: options.audit, clock, onError }),
    door: new ConsoleDoor({
      ...{ clock, onError, note: options.note },
      isAdministrator: (name) => administrators.find(name) !== null,
      isKnownPlace: (name, address) => administrators.isKnownPlace(name, address),
      onBlock: (block) => logger.warn('closed after wrong passwords', { ...block }),
    }),
  };
}

const FILE_NAME = 'postroom.setup-token';
const TOKEN_OCTETS = 18;

/** null: somebody administers this server already. The file is for its own user's eyes only. */
export async function openSetupToken(
  folder: string,
  { isNeeded, randomBytes }: { isNeeded: boolean; randomBytes: RandomBytes },
): Promise<SetupToken & { readonly text: string | null; readonly path: string }> {
  const path = join(folder, FILE_NAME);
  if (!isNeeded) {
    await rm(path, { force: true });
    return { isRight: () => false, drop: () => Promise.resolve(), text: null, path };
  }
  const kept = await readFile(path, 'utf8').catch(() => '');
  const text =
    kept.trim() === '' ? Buffer.from(randomBytes(TOKEN_OCTETS)).toString('base64url') : kept.trim();
  await writeFile(path, `${text}\n`, { mode: 0o600 });
  let expected: string | null = text;
  return {
    ...{ text, path },
    isRight: (token) => expected !== null && isSame(token, expected),
    drop: async () => {
      expected = null;
      await rm(path, { force: true });
    },
  };
}

function isSame(typed: string, expected: string): boolean {
  const [one, other] = [Buffer.from(typed.trim()), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
