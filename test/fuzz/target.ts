/** What a target of the fuzzer is, and what targets share. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface FuzzTarget {
  readonly name: string;
  /** Each character is one octet. */
  readonly corpus: readonly string[];
  /** Parses it; throws where something is wrong that must not be, whatever the input. */
  check(input: string): void | Promise<void>;
}

/** One JSON string a line. */
export function readLines(name: string): readonly string[] {
  const lines = readFileSync(join(import.meta.dirname, 'corpus', name), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as string);
}

export function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

export function octetsOf(input: string): Buffer {
  return Buffer.from(input, 'latin1');
}

export function insist(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not so: ${what}`);
}
