import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { AUTHENTIC_DATA, decode, encode, TRUNCATED_RESPONSE } from 'dns-packet';
import { createSocket } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestDnsServer } from '../../../test/support/dns-server.ts';
import { systemClock } from '../../host/system-clock.ts';
import type { Clock } from '../../base/clock.ts';
import { createDnssecResolver } from './dnssec-resolver.ts';

let dns: TestDnsServer;

beforeEach(async () => {
  dns = await TestDnsServer.start({
    'secure.example': {
      MX: [
        [10, 'mx.secure.example'],
        [20, 'MX2.secure.example'],
      ],
    },
    'mx.secure.example': { A: ['192.0.2.1'], CNAME: 'host.provider.example' },
    '_25._tcp.mx.secure.example': { TLSA: ['3 1 1 abcd'] },
    'open.example': { MX: [[10, 'mx.open.example']], isInsecure: true },
    'bogus.example': 'fails',
  });
  dns.isValidating = true;
});

afterEach(() => dns.stop());

function resolver(options: { servers?: readonly string[]; trusts?: boolean; clock?: Clock } = {}) {
  return createDnssecResolver({
    servers: () => options.servers ?? [dns.address],
    trustsServers: () => options.trusts ?? false,
    clock: options.clock ?? systemClock,
    randomBytes,
  });
}

describe('what a validating resolver says (RFC 4035 §3.2.3)', () => {
  it('is proved where it sets the AD bit', async () => {
    expect(await resolver().mx('secure.example')).toEqual({
      answer: { kind: 'found', records: ['mx.secure.example', 'mx2.secure.example'] },
      isProved: true,
      canonicalName: 'secure.example',
    });
    expect(await resolver().mx('open.example')).toMatchObject({ isProved: false, answer: { kind: 'found' } });
  });

  it('names where an alias leads', async () => {
    const found = await resolver().a('mx.secure.example');
    expect(found).toMatchObject({
      canonicalName: 'host.provider.example',
      answer: { records: ['192.0.2.1'] },
    });
  });

  it('holds TLSA records', async () => {
    const { answer } = await resolver().tlsa('_25._tcp.mx.secure.example');
    expect(answer).toEqual({
      kind: 'found',
      records: [{ usage: 3, selector: 1, matchingType: 1, data: 'abcd' }],
    });
  });

  it('keeps "there is nothing" apart from "nobody could say"', async () => {
    expect((await resolver().tlsa('mx.secure.example')).answer.kind).toBe('noData');
    expect((await resolver().tlsa('nowhere.example')).answer.kind).toBe('noSuchName');
    expect((await resolver().mx('bogus.example')).answer.kind).toBe('temporaryFailure');
  });
});

it('a server that no network leads to does not answer, and nothing else comes of it', async () => {
  // The system lets no socket connect to all at once, as it lets none where there is no network.
  const { answer } = await resolver({ servers: ['255.255.255.255'] }).mx('secure.example');
  expect(answer.kind).toBe('temporaryFailure');
});

describe('whom to believe (RFC 7672 §2.1)', () => {
  it.each([
    [['127.0.0.1'], false, true],
    [['127.0.0.53', '[::1]:5353'], false, true],
    [['192.0.2.53'], false, false],
    [['127.0.0.1', '192.0.2.53'], false, false],
    [['192.0.2.53'], true, true],
  ])('servers %j, vouched for: %j → %j', (servers, trusts, isTrusted) => {
    expect(resolver({ servers, trusts }).isTrusted()).toBe(isTrusted);
  });
});

describe('an answer', () => {
  it('that does not fit a datagram is fetched over TCP (RFC 7766)', async () => {
    const { port, stop } = await serveCut();
    const found = await resolver({ servers: [`127.0.0.1:${port}`] }).a('big.example');
    expect(found).toMatchObject({ isProved: true, answer: { records: ['192.0.2.9'] } });
    await stop();
  });

  it('of somebody who guesses does not count: another id, another question', async () => {
    const { port, stop } = await serveLies();
    const hurried: Clock = {
      now: () => Date.now(),
      after: (ms, run) => systemClock.after(Math.min(ms, 50), run),
    };
    const found = await resolver({ servers: [`127.0.0.1:${port}`], clock: hurried }).a('victim.example');
    expect(found.answer.kind).toBe('temporaryFailure');
    await stop();
  });
});

function answerTo(
  query: Buffer,
  change: { flags?: number; id?: number; name?: string; address?: string },
): Buffer {
  const { id = 0, questions = [] } = decode(query);
  const [question] = questions;
  if (question === undefined) throw new Error('no question');
  const name = change.name ?? question.name;
  const answers = change.address === undefined ? [] : [{ type: 'A', name, ttl: 1, data: change.address }];
  const flags = AUTHENTIC_DATA | (change.flags ?? 0);
  return encode({
    type: 'response',
    id: change.id ?? id,
    flags,
    questions: [{ ...question, name }],
    answers,
  });
}

/** Cut over UDP, whole over TCP. */
async function serveCut(): Promise<{ port: number; stop: () => Promise<void> }> {
  const tcp: Server = createServer((socket) => {
    socket.once('data', (octets: Buffer) => {
      const answer = answerTo(octets.subarray(2), { address: '192.0.2.9' });
      const size = Buffer.alloc(2);
      size.writeUInt16BE(answer.length);
      // In two pieces, as a slow network has it.
      socket.write(size);
      socket.end(answer);
    });
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const { port } = tcp.address() as { port: number };
  const udp = createSocket('udp4');
  udp.on('message', (query, from) =>
    udp.send(answerTo(query, { flags: TRUNCATED_RESPONSE }), from.port, from.address),
  );
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));
  return {
    port,
    stop: async () => {
      udp.close();
      await new Promise<void>((resolve) => tcp.close(() => resolve()));
    },
  };
}

async function serveLies(): Promise<{ port: number; stop: () => Promise<void> }> {
  const udp = createSocket('udp4');
  udp.on('message', (query, { port, address }) => {
    const { id = 0 } = decode(query);
    udp.send(answerTo(query, { id: id ^ 1, address: '6.6.6.6' }), port, address);
    udp.send(answerTo(query, { name: 'other.example', address: '6.6.6.6' }), port, address);
    udp.send(Buffer.from('no packet at all'), port, address);
  });
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
  return { port: udp.address().port, stop: async () => void udp.close() };
}
