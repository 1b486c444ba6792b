/** Runs one dialogue script (README.md) against an office in memory. A line that does not come true fails with its number. */
import { MailOffice } from '../support/mail-office.ts';
import type { MemoryClient } from '../support/memory-connection.ts';

export async function runDialogue(script: string): Promise<void> {
  const run = new DialogueRun();
  for (const [index, line] of script.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    try {
      await withLimit(run.step(line));
    } catch (error) {
      throw new Error(
        `line ${index + 1}: ${line}\n${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}

/** A step waits for the server; one that never answers must fail here, with its line. */
async function withLimit(step: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the server did not answer')), 2000);
  });
  await Promise.race([step, limit]);
  clearTimeout(timer);
}

class DialogueRun {
  #office: MailOffice | undefined;
  #client: MemoryClient | undefined;

  async step(line: string): Promise<void> {
    const [, verb = '', rest = ''] =
      /^(@|c ->|c =>|c tls|c ends|s <-|s <~|s closes|\w+) ?(.*)$/.exec(line) ?? [];
    switch (verb) {
      case '@':
        return this.#connect(rest);
      case 'c ->':
        return this.client.write(`${rest}\r\n`);
      case 'c =>':
        return this.client.write(unescapeOctets(rest));
      case 'c tls':
        // The memory connection shakes hands as soon as the server asks for it.
        return Promise.resolve();
      case 'c ends':
        return this.client.end();
      case 's <-':
        return expectMatch(await this.client.readLine(), rest);
      case 's <~':
        return this.#expectReply(rest);
      case 's closes':
        return expectMatch(await this.client.readLine(), null);
      case 'clock':
        return this.office.clock.advance(parseDuration(rest));
      case 'delivered':
        return this.#expectDelivered(rest);
      case 'transcript':
        return this.#expectTranscript(rest);
      default:
        throw new Error('not a step of a dialogue');
    }
  }

  get client(): MemoryClient {
    if (this.#client === undefined) throw new Error('a dialogue begins with @');
    return this.#client;
  }

  get office(): MailOffice {
    if (this.#office === undefined) throw new Error('a dialogue begins with @');
    return this.#office;
  }

  async #connect(words: string): Promise<void> {
    const [service, ...options] = words.split(' ');
    if (service !== 'submission' && service !== 'submissions' && service !== 'reception') {
      throw new Error(`no such service: ${service ?? ''}`);
    }
    if (this.#office === undefined) {
      this.#office = new MailOffice({
        allowCleartextAuth: options.includes('cleartext'),
        limits: { messageOctets: 2000, recipients: 5 },
      });
      await this.#office.queue.start();
    }
    this.#client = this.#office.connect(service);
  }

  async #expectReply(code: string): Promise<void> {
    const lines = await this.client.readReply();
    if (lines.length === 0 || !lines.every((line) => line.startsWith(code))) {
      throw new Error(`the server said:\n${lines.join('\n') || '(closed)'}`);
    }
  }

  async #expectDelivered(names: string): Promise<void> {
    await this.office.queue.whenIdle();
    const delivered = [...this.office.deliveredTo].sort().join(', ');
    if (delivered !== names) throw new Error(`delivered to: ${delivered || '(nobody)'}`);
  }

  #expectTranscript(line: string): Promise<void> {
    const { lines } = this.office.transcripts.last;
    if (!lines.some((each) => toPattern(line).test(each)))
      throw new Error(`the transcript is:\n${lines.join('\n')}`);
    return Promise.resolve();
  }
}

function expectMatch(actual: string | null, expected: string | null): void {
  const matches =
    actual === null || expected === null ? actual === expected : toPattern(expected).test(actual);
  if (!matches) throw new Error(`the server said: ${actual ?? '(closed)'}`);
}

function toPattern(text: string): RegExp {
  const parts = text.split('…').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

function unescapeOctets(text: string): Buffer {
  const octets = Buffer.from(text, 'utf8').toString('latin1');
  const unescaped = octets.replace(
    /\\(?:x([0-9a-f]{2})|([rnt0\\]))/gi,
    (_match, hex?: string, name?: string) => {
      if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
      return { r: '\r', n: '\n', t: '\t', '0': '\0' }[name ?? ''] ?? '\\';
    },
  );
  return Buffer.from(unescaped, 'latin1');
}

function parseDuration(text: string): number {
  const match = /^\+(\d+)([smh])$/.exec(text);
  if (match === null) throw new Error('a duration looks like +5m');
  return Number(match[1]) * { s: 1000, m: 60_000, h: 3_600_000 }[match[2] as 's' | 'm' | 'h'];
}
