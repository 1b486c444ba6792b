import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it, test } from 'vitest';
import fc from 'fast-check';
import { ManualClock } from '../../../base/clock.ts';
import { EXCHANGE_TIMEOUT_MS } from './limits.ts';
import { CLASSES, encodeMessage, encodeRecord, OPCODES, readMessage, TYPES } from './message.ts';
import { decodeName, encodeName, uint16 } from './octets.ts';
import { decodeData, encodeData, type RecordFields } from './record-data.ts';
import { signMessage, verifyReply, type TsigKey } from './tsig.ts';
import { mustBe, mustNotExist, UpdateClient, withoutRecord } from './update-client.ts';

const KEY: TsigKey = { name: 'office', algorithm: 'hmac-sha256', secret: Buffer.alloc(32, 7) };
const NOW = Date.UTC(2026, 10, 21);
const NOW_SECONDS = NOW / 1000;
const MX = Buffer.concat([uint16(10), encodeName('mail.office.example')]);
const RECORD = { name: 'office.example', type: TYPES.MX, class: CLASSES.IN, ttlSeconds: 300, data: MX };

/** What the server says to a request; null: nothing. */
type Reply = (request: Buffer) => Buffer | null;

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function clientOf(reply: Reply, clock = new ManualClock(NOW)): Promise<UpdateClient> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (octets) => {
      const answer = reply(octets.subarray(2));
      if (answer !== null) socket.write(Buffer.concat([uint16(answer.length), answer]));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const place = server.address();
  const port = typeof place === 'object' && place !== null ? place.port : 0;
  const randomBytes = (count: number) => Buffer.alloc(count, 9);
  return new UpdateClient({ server: { address: '127.0.0.1', port }, key: KEY, clock, randomBytes });
}

/** The request without its records, as a reply with the code, signed over the request's signature. */
function answerTo(
  request: Buffer,
  options: { rcode?: number; key?: TsigKey; atSeconds?: number } = {},
): Buffer {
  const { rcode = 0, key = KEY, atSeconds = NOW_SECONDS } = options;
  const { octets } = signMessage(bareAnswer(request, rcode), key, {
    nowSeconds: atSeconds,
    requestMac: macOf(request),
  });
  return octets;
}

function bareAnswer(request: Buffer, rcode: number): Buffer {
  const read = readMessage(request);
  const [question] = read?.questions ?? [];
  const reply = encodeMessage({
    id: read?.id ?? 0,
    opcode: read?.opcode ?? 0,
    question: question ?? { name: '', type: 1 },
  });
  reply.writeUInt16BE(0x8400 | ((read?.opcode ?? 0) << 11) | rcode, 2);
  return reply;
}

function macOf(request: Buffer): Buffer {
  const data = readMessage(request)?.additionals.at(-1)?.data ?? Buffer.alloc(0);
  const { next } = decodeName(data, 0);
  return data.subarray(next + 10, next + 10 + data.readUInt16BE(next + 8));
}

const UPDATE = {
  zone: 'office.example',
  prerequisites: [...mustBe([RECORD]), mustNotExist('office.example', 'CNAME')],
  updates: [withoutRecord(RECORD), RECORD],
};

describe('an update (RFC 2136 §2)', () => {
  it('says zone, prerequisites and updates, and is signed', async () => {
    const requests: Buffer[] = [];
    const client = await clientOf((request) => {
      requests.push(request);
      return answerTo(request);
    });
    expect(await client.update(UPDATE)).toEqual({ ok: true, value: undefined });
    const read = readMessage(requests[0] ?? Buffer.alloc(0));
    expect(read).toMatchObject({
      opcode: OPCODES.UPDATE,
      questions: [{ name: 'office.example', type: TYPES.SOA }],
      answers: [
        { type: TYPES.MX, class: CLASSES.IN, ttlSeconds: 0, data: MX },
        { type: TYPES.CNAME, class: CLASSES.NONE, ttlSeconds: 0, data: Buffer.alloc(0) },
      ],
      authorities: [
        { class: CLASSES.NONE, ttlSeconds: 0, data: MX },
        { class: CLASSES.IN, ttlSeconds: 300, data: MX },
      ],
      additionals: [{ type: TYPES.TSIG, name: 'office' }],
    });
  });

  it.each([
    [1, 'FORMERR'],
    [2, 'SERVFAIL'],
    [3, 'NXDOMAIN'],
    [4, 'NOTIMP'],
    [5, 'REFUSED'],
    [6, 'YXDOMAIN'],
    [7, 'YXRRSET'],
    [8, 'NXRRSET'],
    [9, 'NOTAUTH'],
    [10, 'NOTZONE'],
    [13, 'other'],
  ])('that ends in RCODE %i is refused with %s', async (rcode, name) => {
    const client = await clientOf((request) => answerTo(request, { rcode }));
    expect(await client.update(UPDATE)).toEqual({
      ok: false,
      error: { kind: 'rcode', rcode: name, number: rcode },
    });
  });
});

describe('a reply counts only', () => {
  const troubleWith = async (reply: Reply) => {
    const answer = await (await clientOf(reply)).update(UPDATE);
    return answer.ok ? 'none' : answer.error.kind;
  };

  it.each<[string, Reply, string]>([
    ['signed', (request) => bareAnswer(request, 0), 'unsigned'],
    ['signed by our key', (request) => answerTo(request, { key: { ...KEY, name: 'other' } }), 'forged'],
    [
      'signed with our secret',
      (request) => answerTo(request, { key: { ...KEY, secret: Buffer.alloc(32) } }),
      'forged',
    ],
    ['signed now', (request) => answerTo(request, { atSeconds: NOW_SECONDS - 301 }), 'forged'],
    ['whole', () => Buffer.from('no message'), 'malformed'],
    ['to what we asked', (request) => answerTo(Buffer.concat([uint16(1), request.subarray(2)])), 'malformed'],
    ['as it was signed', (request) => flipped(answerTo(request)), 'forged'],
  ])('%s', async (_what, reply, kind) => {
    expect(await troubleWith(reply)).toBe(kind);
  });

  it('in time, over a connection that is open', async () => {
    const clock = new ManualClock(NOW);
    const asked = Promise.withResolvers<void>();
    const client = await clientOf(() => {
      asked.resolve();
      return null;
    }, clock);
    const answer = client.update(UPDATE);
    await asked.promise;
    clock.advance(EXCHANGE_TIMEOUT_MS);
    expect(await answer).toEqual({ ok: false, error: { kind: 'silent' } });
    const nobody = new UpdateClient({
      ...{ server: { address: '127.0.0.1', port: 1 }, key: KEY, clock },
      randomBytes: (count) => Buffer.alloc(count),
    });
    expect(await nobody.update(UPDATE)).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
  });
});

/** Says AA no more: what a man in the middle might change. */
function flipped(reply: Buffer): Buffer {
  reply.writeUInt16BE(reply.readUInt16BE(2) ^ 0x0400, 2);
  return reply;
}

it('a name that does not exist has no records', async () => {
  const client = await clientOf((request) => answerTo(request, { rcode: 3 }));
  expect(await client.query('nothing.office.example', 'MX')).toMatchObject({
    ok: true,
    value: { answers: [] },
  });
});

test('a signature is verified over what was asked (RFC 8945 §5.3)', () => {
  const request = signMessage(bareAnswer(Buffer.alloc(12), 0), KEY, { nowSeconds: NOW_SECONDS });
  const reply = signMessage(bareAnswer(Buffer.alloc(12), 0), KEY, {
    nowSeconds: NOW_SECONDS,
    requestMac: request.mac,
  });
  const verdict = (requestMac: Buffer) =>
    verifyReply(reply.octets, { key: KEY, requestMac, nowSeconds: NOW_SECONDS });
  expect(verdict(request.mac)).toEqual({ problem: null, error: null });
  expect(verdict(Buffer.alloc(32))).toEqual({ problem: 'wrongSignature', error: null });
});

describe('data of records', () => {
  it.each<RecordFields>([
    { type: 'A', value: '192.0.2.25', priority: null, weight: null, port: null },
    { type: 'AAAA', value: '2001:db8::25', priority: null, weight: null, port: null },
    { type: 'MX', value: 'mail.office.example', priority: 10, weight: null, port: null },
    { type: 'SRV', value: '', priority: 0, weight: 1, port: 993 },
    { type: 'CNAME', value: 'mail.office.example', priority: null, weight: null, port: null },
    { type: 'TXT', value: 'x'.repeat(600), priority: null, weight: null, port: null },
    { type: 'TXT', value: '', priority: null, weight: null, port: null },
    { type: 'TLSA', value: `3 1 1 ${'ab'.repeat(32)}`, priority: null, weight: null, port: null },
  ])('of $type comes back', (fields) => {
    expect(decodeData(TYPES[fields.type], encodeData(fields))).toEqual(fields);
  });

  it('is whole though the server compressed its names', () => {
    const head = encodeMessage({ id: 1, opcode: 0, question: { name: 'office.example', type: TYPES.MX } });
    const data = Buffer.concat([uint16(10), Buffer.from([4]), Buffer.from('mail'), uint16(0xc00c)]);
    const message = Buffer.concat([head, encodeRecord({ ...RECORD, data })]);
    message.writeUInt16BE(1, 6);
    expect(readMessage(message)?.answers[0]?.data).toEqual(MX);
  });

  it('that has no end in sight is refused', () => {
    const circle = Buffer.concat([Buffer.from([0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]), uint16(0xc00c, 1, 1)]);
    expect(readMessage(circle)).toBeNull();
    expect(() => encodeName(`${'a'.repeat(64)}.example`)).toThrow();
    expect(() => encodeName('abcdefg.'.repeat(40))).toThrow();
  });
});

test('whatever comes is a message or none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
      const read = readMessage(Buffer.from(octets));
      for (const { type, data } of read?.answers ?? []) decodeData(type, data);
      verifyReply(Buffer.from(octets), { key: KEY, requestMac: Buffer.alloc(0), nowSeconds: 0 });
    }),
  );
});
