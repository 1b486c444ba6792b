import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/logger.ts';
import { ok } from '../../../base/result.ts';
import { MemoryClient } from '../../../../test/support/memory-connection.ts';
import { MemoryTranscripts } from '../../../../test/support/memory-transcripts.ts';
import { DEFAULT_SMTP_LIMITS } from './limits.ts';
import type { SmtpLimits } from './limits.ts';
import type { ContentSink, SmtpPolicy } from './policy.ts';
import { smtpReply } from './reply.ts';
import { createSmtpService } from './smtp-service.ts';

interface Taken {
  from: string;
  to: string[];
  content: string;
}

/** Takes everything, and may be told how each sink behaves. */
class TakingPolicy implements SmtpPolicy {
  readonly taken: Taken[] = [];
  aborted = 0;
  makeSink: (taken: Taken) => ContentSink = (taken) => this.plainSink(taken);

  beginTransaction: SmtpPolicy['beginTransaction'] = (_client, mail) => {
    const taken: Taken = { from: mail.reversePath.text, to: [], content: '' };
    return ok({
      addRecipient: (recipient) => {
        taken.to.push(recipient.text);
        return smtpReply(250, '2.1.5', 'Ok');
      },
      receive: () => ok(this.makeSink(taken)),
    });
  };

  plainSink(taken: Taken): ContentSink {
    return {
      write: (chunk) => {
        taken.content += Buffer.from(chunk).toString('latin1');
      },
      finish: () => {
        this.taken.push(taken);
        return Promise.resolve(smtpReply(250, '2.0.0', 'Taken'));
      },
      abort: () => {
        this.aborted++;
        return Promise.resolve();
      },
    };
  }
}

function start(limits: Partial<SmtpLimits> = {}) {
  const policy = new TakingPolicy();
  const clock = new ManualClock();
  const transcripts = new MemoryTranscripts();
  const service = createSmtpService({
    protocol: 'smtp',
    policy,
    hostname: () => 'mx.example',
    transcripts,
    clock,
    logger: silentLogger,
    limits,
  });
  const connect = () => new MemoryClient(service.serve);
  return { policy, clock, transcripts, service, connect };
}

async function openContent(client: MemoryClient): Promise<void> {
  await client.readReply();
  await client.command('EHLO client.example');
  await client.command('MAIL FROM:<a@b.example>');
  await client.command('RCPT TO:<c@d.example>');
  expect(await client.command('DATA')).toMatch(/^354/);
}

const DIALOGUE =
  'EHLO client.example\r\nMAIL FROM:<a@b.example> BODY=8BITMIME\r\nRCPT TO:<c@d.example>\r\nDATA\r\n' +
  'Subject: x\r\n\r\n..one\r\n.two\r\n\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<e@f.example>\r\nDATA\r\n.\r\nNOOP\r\n' +
  'MAIL FROM:<>\r\nRCPT TO:<g@h.example>\r\nBDAT 5\r\nA: b\rBDAT 0\r\nBDAT 9 LAST\r\n\n\r\nQUIT\r\nQUIT\r\n';

const CHUNKS = 'EHLO a\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\n';

async function talk(chunks: readonly string[]): Promise<{ lines: string[]; taken: readonly Taken[] }> {
  const { policy, connect } = start();
  const client = connect();
  for (const chunk of chunks) client.write(Buffer.from(chunk, 'latin1'));
  const lines: string[] = [];
  for (let line = await client.readLine(); line !== null; line = await client.readLine()) lines.push(line);
  return { lines, taken: policy.taken };
}

describe('the SMTP engine', () => {
  test('greets at once, without waiting for a timer', async () => {
    const { connect } = start();
    expect(await connect().readLine()).toBe('220 mx.example ESMTP');
  });

  test('understands a session the same however it is cut into packets', async () => {
    const whole = await talk([DIALOGUE]);
    expect(whole.taken).toEqual([
      { from: 'a@b.example', to: ['c@d.example'], content: 'Subject: x\r\n\r\n.one\r\ntwo\r\n\r\n' },
      { from: '', to: ['e@f.example'], content: '' },
      { from: '', to: ['g@h.example'], content: 'A: b\r\n\r\nQUIT\r\n' },
    ]);
    for (let cut = 1; cut < DIALOGUE.length; cut++) {
      expect(await talk([DIALOGUE.slice(0, cut), DIALOGUE.slice(cut)])).toEqual(whole);
    }
    expect(await talk([...DIALOGUE])).toEqual(whole);
  });

  test('answers a group of commands in one write (RFC 2920 §3.2)', async () => {
    const { service } = start();
    let writes = 0;
    const client = new MemoryClient(async (accepted) => {
      const { socket } = accepted;
      const write = socket.write.bind(socket) as (chunk: string) => boolean;
      socket.write = (chunk: unknown) => {
        writes++;
        return write(String(chunk));
      };
      await service.serve(accepted);
    });
    await client.readReply();
    writes = 0;
    client.write('EHLO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n');
    for (const code of ['250', '250', '250', '354']) expect((await client.readReply())[0]).toMatch(code);
    expect(writes).toBe(1);
  });

  test('closes on a line without end, and serves the next client', async () => {
    const { connect } = start();
    const client = connect();
    await client.readReply();
    client.write('A'.repeat(13_000));
    expect(await client.readLine()).toBe('500 5.5.2 The line is too long');
    expect(await client.readLine()).toBeNull();
    expect(await connect().readLine()).toMatch(/^220/);
  });

  test('refuses a command line that is too long, and goes on', async () => {
    const { connect } = start();
    const client = connect();
    await client.readReply();
    expect(await client.command(`NOOP ${'a'.repeat(3000)}`)).toBe('500 5.5.2 The line is too long');
    expect(await client.command('NOOP')).toBe('250 2.0.0 Ok');
  });

  test('survives random octets in every state, and serves the next client', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('', 'EHLO a\r\n', CHUNKS, `${CHUNKS}BDAT 100\r\n`, DIALOGUE.slice(0, 120)),
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 300 }),
            fc
              .constantFrom('\r\n', 'BDAT 7\r\n', 'BDAT 0 LAST\r\n', 'RSET\r\n')
              .map((text) => Buffer.from(text)),
          ),
        ),
        async (prefix, pieces) => {
          const { connect } = start();
          const client = connect();
          await client.readReply();
          client.write(prefix);
          for (const piece of pieces) client.write(piece);
          client.end();
          await client.over;
          expect(await connect().readLine()).toMatch(/^220/);
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each([
    ['RSET', 'RSET\r\n'],
    ['EHLO', 'EHLO again.example\r\n'],
    ['QUIT', 'QUIT\r\n'],
    ['a chunk with a bare LF', 'BDAT 2\r\n\nx'],
    ['a chunk that is far too large', 'BDAT 99999999999999999999 LAST\r\n'],
    ['an unreadable BDAT', 'BDAT many\r\n'],
    ['going away', null],
  ])('%s between chunks aborts the sink', async (_what, words) => {
    const { policy, connect } = start();
    const client = connect();
    await client.readReply();
    await client.command('EHLO client.example');
    await client.command('MAIL FROM:<a@b.example>');
    await client.command('RCPT TO:<c@d.example>');
    expect(await client.command('BDAT 6\r\nA: b')).toMatch(/^250/);
    if (words === null) client.destroy();
    else client.write(words);
    if (words === null) await client.over;
    else expect((await client.readReply()).length).toBeGreaterThan(0);
    await expect.poll(() => policy.aborted).toBe(1);
    expect(policy.taken).toEqual([]);
  });

  test('a client that goes away in the middle of content aborts the sink, and the transcript says so', async () => {
    const { policy, connect, transcripts } = start();
    const client = connect();
    await openContent(client);
    client.write('half a mess');
    client.destroy();
    await client.over;
    expect(policy.aborted).toBe(1);
    expect(policy.taken).toEqual([]);
    expect(transcripts.last.end).toBe('lost');
  });

  test('a sink that fails is answered 451, and the session goes on', async () => {
    const { policy, connect } = start();
    policy.makeSink = (taken) => ({
      ...policy.plainSink(taken),
      write: () => Promise.reject(new Error('disk full')),
    });
    const client = connect();
    await openContent(client);
    expect(await client.command('hello\r\n.')).toMatch(/^451 4\.3\.0/);
    expect(await client.command('NOOP')).toMatch(/^250/);
  });

  test('does not read on while the sink is busy', async () => {
    const { policy, connect } = start();
    const written: string[] = [];
    let release: () => void = () => undefined;
    policy.makeSink = (taken) => ({
      ...policy.plainSink(taken),
      write: (chunk) => {
        written.push(Buffer.from(chunk).toString());
        return new Promise((resolve) => (release = resolve));
      },
    });
    const client = connect();
    await openContent(client);
    client.write('one\r\n');
    client.write('two\r\n.\r\n');
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).toEqual(['one\r\n']);
    release();
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).toEqual(['one\r\n', 'two\r\n']);
    release();
    expect(await client.readLine()).toMatch(/^250/);
  });

  test('cuts off a message that trickles in for too long', async () => {
    const { clock, connect } = start({ contentMs: 60_000 });
    const client = connect();
    await openContent(client);
    clock.advance(61_000);
    client.write('a');
    expect(await client.readLine()).toMatch(/^421 4\.4\.2/);
    expect(await client.readLine()).toBeNull();
  });

  test('does not time out while it is the one who owes an answer', async () => {
    const { policy, clock, connect } = start();
    let finish: () => void = () => undefined;
    policy.makeSink = (taken) => ({
      ...policy.plainSink(taken),
      finish: () => new Promise((resolve) => (finish = () => resolve(smtpReply(250, '2.0.0', 'Late')))),
    });
    const client = connect();
    await openContent(client);
    client.write('.\r\n');
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(DEFAULT_SMTP_LIMITS.idleMs * 3);
    finish();
    expect(await client.readLine()).toBe('250 2.0.0 Late');
  });
});

describe('closing the service', () => {
  test('tells idle clients why and closes', async () => {
    const { service, connect, transcripts } = start();
    const client = connect();
    await client.readReply();
    await service.closeAll('The server is stopping');
    expect(await client.readLine()).toBe('421 4.3.2 The server is stopping');
    expect(await client.readLine()).toBeNull();
    expect(service.sessionCount).toBe(0);
    expect(transcripts.last.end).toBe('closed');
  });

  test('lets a message that is being received finish first', async () => {
    const { policy, service, connect } = start();
    const client = connect();
    await openContent(client);
    client.write('hello\r\n');
    const closed = service.closeAll('The server is stopping');
    client.write('.\r\n');
    expect(await client.readLine()).toBe('250 2.0.0 Taken');
    expect(await client.readLine()).toBe('421 4.3.2 The server is stopping');
    await closed;
    expect(policy.taken).toHaveLength(1);
  });

  test('does not wait for ever for a client that never finishes', async () => {
    const { policy, clock, service, connect } = start();
    const client = connect();
    await openContent(client);
    const closed = service.closeAll('The server is stopping');
    clock.advance(10_000);
    await closed;
    expect(policy.aborted).toBe(1);
  });

  test('refuses clients that come afterwards', async () => {
    const { service, connect } = start();
    await service.closeAll('The server is stopping');
    const client = connect();
    expect(await client.readLine()).toBe('421 4.3.2 The server is stopping');
    expect(await client.readLine()).toBeNull();
  });
});
