import type { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { FakeEngine, piecesOf } from '../../../test/support/fake-engine.ts';
import { ManualClock } from '../../base/clock.ts';
import { askMilter } from './milter-client.ts';
import { encodeNumbers, encodePacket, encodeTexts, NOT_WANTED, type MilterPacket } from './packets.ts';

/** A milter that answers each packet by what the table has for its command, and `c` for the rest. */
function milter(answers: Readonly<Record<string, Buffer>>, negotiation = encodeNumbers(6, 0, 0)) {
  const heard: MilterPacket[] = [];
  const engine = new FakeEngine((socket: Duplex) => {
    let input = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      input = Buffer.concat([input, chunk]);
      for (let packet = take(); packet !== null; packet = take()) answer(socket, packet);
    });
    const take = (): MilterPacket | null => {
      if (input.length < 4 || input.length < 4 + input.readUInt32BE()) return null;
      const end = 4 + input.readUInt32BE();
      const packet = { command: input.toString('latin1', 4, 5), data: input.subarray(5, end) };
      input = input.subarray(end);
      return packet;
    };
  });
  const answer = (socket: Duplex, packet: MilterPacket): void => {
    heard.push(packet);
    if (packet.command === 'O') socket.write(encodePacket('O', negotiation));
    else if (!'DQ'.includes(packet.command)) socket.write(answers[packet.command] ?? encodePacket('c'));
  };
  return { engine, heard, ask: () => ask(engine) };
}

/** The commands; whether QUIT still reaches a milter that has said its last word is a matter of luck. */
function spoken(heard: readonly MilterPacket[]): string {
  return heard
    .map(({ command }) => command)
    .join('')
    .replace('Q', '');
}

function ask(engine: FakeEngine) {
  const target = { kind: 'tcp', host: '127.0.0.1', port: 8891 } as const;
  return askMilter(
    { connect: engine.connect, clock: new ManualClock(), timeoutMs: 5000, target },
    {
      client: { address: '192.0.2.7', port: 4711, name: 'mx.example', hello: 'mx.example' },
      queueId: 'id1',
      hostname: 'mail.server1.com',
      reversePath: 'a@example',
      recipients: ['tom@server1.com', 'anna@server1.com'],
      header: [
        { name: 'From', value: 'a@example' },
        { name: 'Subject', value: 'hello' },
      ],
      body: piecesOf('one\r\n', 'x'.repeat(70_000)),
    },
  );
}

test('a milter hears the whole message in the order of SMTP', async () => {
  const { heard, ask } = milter({});
  expect(await ask()).toEqual({ ok: true, value: { verdict: { kind: 'accept' }, fields: [] } });
  expect(spoken(heard)).toBe('ODCHDMRRDTLLNBBBDE');
  const connect = heard.find(({ command }) => command === 'C')?.data;
  expect(connect?.toString('latin1')).toBe('mx.example\x004\x12\x67192.0.2.7\0');
  expect(heard.find(({ command }) => command === 'L')?.data.toString()).toBe('From\0a@example\0');
});

test('what it does not want to hear is not said', async () => {
  const unwanted = NOT_WANTED.connect | NOT_WANTED.hello | NOT_WANTED.header | NOT_WANTED.body;
  const { heard, ask } = milter({}, encodeNumbers(6, 0, unwanted));
  await ask();
  expect(spoken(heard)).toBe('ODMRRDTNDE');
});

test('header fields that it adds and its quarantine are taken', async () => {
  const end = Buffer.concat([
    encodePacket('p'),
    encodePacket('h', encodeTexts('X-Checked', 'yes')),
    encodePacket('i', Buffer.concat([encodeNumbers(1), encodeTexts('X-First', 'no')])),
    encodePacket('q', encodeTexts('looks odd')),
    encodePacket('c'),
  ]);
  const { ask } = milter({ E: end });
  expect(await ask()).toEqual({
    ok: true,
    value: {
      verdict: { kind: 'quarantine', reason: 'looks odd' },
      fields: [
        { name: 'X-Checked', value: 'yes' },
        { name: 'X-First', value: 'no' },
      ],
    },
  });
});

test.each([
  ['r', 'reject'],
  ['t', 'temporaryFailure'],
  ['d', 'discard'],
  ['a', 'accept'],
])('"%s" at RCPT ends it: %s', async (reply, kind) => {
  const { heard, ask } = milter({ R: encodePacket(reply) });
  expect(await ask()).toMatchObject({ ok: true, value: { verdict: { kind } } });
  expect(spoken(heard)).toBe('ODCHDMR');
});

test('a reply of its own is handed on', async () => {
  const { ask } = milter({ E: encodePacket('y', encodeTexts('550 5.7.1 Not this one')) });
  expect(await ask()).toMatchObject({
    ok: true,
    value: { verdict: { kind: 'reply', reply: '550 5.7.1 Not this one' } },
  });
});

test('it may skip the rest of the body', async () => {
  const { heard, ask } = milter({ B: encodePacket('s') });
  await ask();
  expect(heard.filter(({ command }) => command === 'B')).toHaveLength(1);
});

test.each([
  ['insists on changing bodies', encodeNumbers(6, 0x02, 0), {}],
  ['speaks a protocol of the future', encodeNumbers(7, 0, 0), {}],
  [
    'asks for what was not offered',
    encodeNumbers(6, 0, 0),
    { E: encodePacket('b', encodeTexts('new body')) },
  ],
  [
    'adds a field whose name is none',
    encodeNumbers(6, 0, 0),
    { E: encodePacket('h', encodeTexts('a:b', 'c')) },
  ],
])('a milter that %s is a problem', async (_name, negotiation, answers) => {
  expect((await milter(answers, negotiation).ask()).ok).toBe(false);
});
