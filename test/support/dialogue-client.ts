/**
 * Dialogue client: plays a dialogue as RFCs print them against an engine in memory.
 *
 * `C: ` lines are sent, each `S: ` line must be the server's next line; `<…>` in it stands for anything.
 */
import { expect } from 'vitest';
import type { ServeConnection } from '../../src-main/protocol/connection/accepted-connection.ts';
import { MemoryClient } from './memory-connection.ts';
import type { MemoryClientOptions } from './memory-connection.ts';

export class DialogueClient {
  readonly client: MemoryClient;
  #tags = 0;

  constructor(serve: ServeConnection, options: MemoryClientOptions = {}) {
    this.client = new MemoryClient(serve, options);
  }

  /** Closes the client's side and waits until the server has ended the session. */
  async leave(): Promise<void> {
    this.client.end();
    await this.client.over;
  }

  readLine(): Promise<string | null> {
    return this.client.readLine();
  }

  write(text: string | Uint8Array): void {
    this.client.write(text);
  }

  /** Plays a whole dialogue. */
  async play(script: string): Promise<void> {
    const heard: string[] = [];
    const lines = script.split('\n').map((line) => line.trimStart());
    for (const line of lines) {
      if (line.startsWith('C: ')) this.write(`${line.slice(3)}\r\n`);
      else if (line === 'C:') this.write('\r\n');
      else if (line === 'S:' || line.startsWith('S: ')) await this.#hear(line.slice(3), heard);
      else if (line.trim() !== '') throw new Error(`neither C: nor S: in a dialogue: ${line}`);
    }
  }

  /** Sends an IMAP command under a tag of its own; returns the untagged lines and the completion without its tag. */
  async transact(command: string): Promise<{ untagged: string[]; completion: string }> {
    const tag = `t${++this.#tags}`;
    this.write(`${tag} ${command}\r\n`);
    return this.readCompletion(tag);
  }

  async readCompletion(tag: string): Promise<{ untagged: string[]; completion: string }> {
    const untagged: string[] = [];
    for (;;) {
      const line = await this.readLine();
      if (line === null) return { untagged, completion: '(closed)' };
      if (line.startsWith(`${tag} `)) return { untagged, completion: line.slice(tag.length + 1) };
      untagged.push(line);
    }
  }

  /** Untagged lines of a command that must succeed. */
  async ask(command: string): Promise<string[]> {
    const { untagged, completion } = await this.transact(command);
    expect(completion).toMatch(/^OK /);
    return untagged;
  }

  async #hear(expected: string, heard: string[]): Promise<void> {
    const line = await this.readLine();
    heard.push(line ?? '(closed)');
    const pattern = expected.split('<…>').map(escapeRegExp).join('.*');
    expect(line ?? '(closed)', `after ${JSON.stringify(heard.slice(-5))}`).toMatch(
      new RegExp(`^${pattern}$`, 's'),
    );
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
