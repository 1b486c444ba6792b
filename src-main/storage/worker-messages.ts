/** What the storage threads say to each other. */
import { codeOf } from '../base/storage-trouble.ts';
import type { DoctorFinding } from './doctor/findings.ts';
import type { StoreChange } from './transaction.ts';

export interface WorkerSetup {
  readonly databasePath: string;
  readonly contentFolder: string;
  readonly mode: 'write' | 'read' | 'search';
  /** Whether the last one to have the folder was cut off. */
  readonly wasCut: boolean;
  /** Whether it takes the place of a thread of this process: files that nobody names yet are of messages that are arriving. */
  readonly isReplacement: boolean;
  /** The key that wraps all others (sealing/root-key.ts), and how it is to be stored where it is new. */
  readonly rootKey: Uint8Array;
  readonly newRootKey: Uint8Array | null;
  /** Whether a folder that is made now is encrypted from its beginning. */
  readonly encryptsNew: boolean;
}

export interface WorkerRequest {
  readonly id: number;
  readonly name: string;
  readonly args: unknown;
}

export interface WorkerAnswer {
  readonly id: number;
  readonly outcome:
    { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly failure: Failure };
}

/** An error on its way to another thread, where neither its class nor what it has besides a message arrives. */
export interface Failure {
  readonly error: Error;
  /** What SQLite or the system calls it; whoever answers a client goes by it (base/storage-trouble.ts). */
  readonly code: string | null;
}

export function failureOf(error: unknown): Failure {
  return { error: error instanceof Error ? error : new Error(String(error)), code: codeOf(error) };
}

export function errorOf({ error, code }: Failure): Error {
  return code === null ? error : Object.assign(error, { code });
}

export type FromWorker =
  | { readonly kind: 'ready'; readonly findings: readonly DoctorFinding[] }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** Classes of errors do not go from thread to thread. */
  | { readonly kind: 'newerDatabase'; readonly found: number; readonly known: number }
  | {
      readonly kind: 'answers';
      readonly answers: readonly WorkerAnswer[];
      /** What changed in the commit these answers stand for. */
      readonly changes: readonly StoreChange[];
    };

export type ToWorker =
  { readonly kind: 'requests'; readonly requests: readonly WorkerRequest[] } | { readonly kind: 'close' };
