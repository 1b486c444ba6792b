/** The demo as people start it: it shows an account, its mail is there, more keeps coming, and it stops when told. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../scripts/demo.ts', import.meta.url));

let demo: ChildProcess;
let ended: Promise<number | null>;
let shown: string;
let imap: ImapFlow;

beforeAll(async () => {
  demo = spawn(process.execPath, [SCRIPT, '--messages', '60'], { stdio: ['ignore', 'pipe', 'inherit'] });
  ended = new Promise((resolve) => demo.once('exit', resolve));
  shown = await readUntil('Data folder .*\n');
});

afterAll(() => {
  imap?.close();
  demo.kill('SIGKILL');
});

function readUntil(pattern: string): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    demo.once('exit', (code) => reject(new Error(`the demo ended with ${code}: ${output}`)));
    demo.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (new RegExp(pattern, 'u').test(output)) resolve(output);
    });
  });
}

/** What the block shows, by a pattern with one group. */
function find(pattern: RegExp): string {
  const found = pattern.exec(shown)?.[1];
  if (found === undefined) throw new Error(`${pattern} is not in ${shown}`);
  return found;
}

describe('npm run demo', () => {
  it('shows a console that answers', async () => {
    expect((await fetch(find(/Console +(http\S+)/u))).status).toBe(200);
  });

  it('shows an account that has mail', async () => {
    const [user, pass] = [find(/Mail account +([^\s,]+)/u), find(/Mail account .*password (.*) \(/u)];
    const port = Number(find(/IMAP .*or (\d+) \(TLS\)/u));
    const tls = { rejectUnauthorized: false };
    imap = new ImapFlow({ host: '127.0.0.1', port, secure: true, auth: { user, pass }, tls, logger: false });
    await imap.connect();
    const mailboxes = await imap.list({ statusQuery: { messages: true } });
    const messages = mailboxes.reduce((sum, { status }) => sum + (status?.messages ?? 0), 0);
    expect(messages).toBeGreaterThan(0);
  });

  it('goes on bringing mail', async () => {
    const inbox = await imap.mailboxOpen('INBOX');
    const before = inbox.exists;
    const grown = new Promise<number>((resolve) => {
      imap.on('exists', ({ count }: { count: number }) => count > before && resolve(count));
    });
    expect(await grown).toBeGreaterThan(before);
  });

  it('ends with 0 on SIGTERM and takes its data folder away', async () => {
    imap.on('error', () => undefined);
    demo.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(existsSync(find(/Data folder +(\S+)/u))).toBe(false);
  });
});
