/**
 * Sieve scripts, as they are kept: those of accounts, and those of the office that are run before and after them.
 *
 * Flow: ManageSieve, the console, the provision file → here → the account's filter. Invariants: a promise that changes something
 * resolves after the commit; an account has one active script at most (RFC 5804 §1.4); names are unique within their owner
 * and compare as they are spelled.
 */
import type { Subscribe } from '../../../base/emitter.ts';
import type { Result } from '../../../base/result.ts';
import type { AccountId } from '../../../directory/port.ts';

export type ScriptOwner = AccountId | 'office';

/** `active` is for accounts; the office's are run before or after the account's, or are there to be included. */
export type ScriptUse = 'active' | 'before' | 'after';

export interface ScriptSummary {
  readonly name: string;
  readonly sizeOctets: number;
  readonly use: ScriptUse | null;
  /** Milliseconds since 1970 UTC. */
  readonly changedAt: number;
}

export interface StoredScript extends ScriptSummary {
  readonly text: string;
}

export type ScriptError =
  | 'noSuchScript'
  | 'alreadyExists'
  /** It is run on each message; something else must take its place first (RFC 5804 §2.10). */
  | 'isActive'
  | 'tooMany'
  | 'invalidName';

/** Scripts of one owner: more than anybody keeps, and a bound for what a password that got lost can fill. */
export const MAX_SCRIPTS = 50;

/** RFC 5804 §1.6: 128 characters at least. */
export const MAX_SCRIPT_NAME_CHARACTERS = 256;

/** RFC 5804 §1.6: Unicode without controls and line separators, not empty. */
export function isScriptName(name: string): boolean {
  const length = [...name].length;
  return (
    length > 0 &&
    length <= MAX_SCRIPT_NAME_CHARACTERS &&
    name.isWellFormed() &&
    !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(name)
  );
}

export interface SieveScriptStore {
  /** By name. */
  list(owner: ScriptOwner): Promise<readonly ScriptSummary[]>;
  read(owner: ScriptOwner, name: string): Promise<StoredScript | null>;
  /** Those with that use, by name. */
  inUse(owner: ScriptOwner, use: ScriptUse): Promise<readonly StoredScript[]>;
  /** Adds the script or replaces its text; its use stays as it is. */
  put(owner: ScriptOwner, script: { name: string; text: string }): Promise<Result<void, ScriptError>>;
  /** Refused while it is used. */
  remove(owner: ScriptOwner, name: string): Promise<Result<void, ScriptError>>;
  rename(owner: ScriptOwner, from: string, to: string): Promise<Result<void, ScriptError>>;
  /** `active` takes it from the one that had it. */
  setUse(owner: ScriptOwner, name: string, use: ScriptUse | null): Promise<Result<void, ScriptError>>;
  /** Whose scripts changed. */
  readonly onChange: Subscribe<ScriptOwner>;
}
