import type { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { FakeEngine, piecesOf } from '../../../test/support/fake-engine.ts';
import { ManualClock } from '../../base/clock.ts';
import { askMilter } from './milter-client.ts';
import {
  encodeNumbers,
  encodePacket,
  encodeTexts,
  KEEPS_LEADING_SPACE,
  NOT_WANTED,
  type MilterPacket,
} from './packets.ts';

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
        { name: 'From', value: Buffer.from(' a@example,\r\n\tb@example', 'latin1') },
        { name: 'Subject', value: Buffer.from(' hall\xe5', 'latin1') },
      ],
      body: piecesOf('one\r\n', 'x'.repeat(70_000)),
    },
  );
}

test('a milter hears the whole message in the order of SMTP', async () => {
  const { heard, ask } = milter({});
  expect(await ask()).toEqual({
    ok: true,
    value: { verdict: { kind: 'accept' }, fields: [], unchanged: [] },
  });
  expect(spoken(heard)).toBe('ODCHDMRRDTLLNBBBDE');
  const connect = heard.find(({ command }) => command === 'C')?.data;
  expect(connect?.toString('latin1')).toBe('mx.example\x004\x12\x67192.0.2.7\0');
  const fields = heard.filter(({ command }) => command === 'L').map(({ data }) => data.toString('latin1'));
  expect(fields).toEqual(['From\0a@example,\n\tb@example\0', 'Subject\0hall\xe5\0']);
});

test('one that keeps the space after the colon hears it and gives it', async () => {
  const added = encodePacket('h', encodeTexts('X-Checked', ' yes'));
  const end = Buffer.concat([added, encodePacket('c')]);
  const { heard, ask } = milter({ E: end }, encodeNumbers(6, 0x01, KEEPS_LEADING_SPACE));
  expect(await ask()).toMatchObject({ ok: true, value: { fields: [{ name: 'X-Checked', value: 'yes' }] } });
  expect(heard.find(({ command }) => command === 'L')?.data.toString()).toBe(
    'From\0 a@example,\n\tb@example\0',
  );
});

test('what it does not want to hear is not said', async () => {
  const unwanted = NOT_WANTED.connect | NOT_WANTED.hello | NOT_WANTED.header | NOT_WANTED.body;
  const { heard, ask } = milter({}, encodeNumbers(6, 0, unwanted));
  await ask();
  expect(spoken(heard)).toBe('ODMRRDTNDE');
});

test('header fields that it adds and its quarantine are taken; what it would remove is told', async () => {
  const end = Buffer.concat([
    encodePacket('p'),
    encodePacket('h', encodeTexts('X-Checked', 'yes')),
    encodePacket('i', Buffer.concat([encodeNumbers(1), encodeTexts('X-First', 'no')])),
    encodePacket('m', Buffer.concat([encodeNumbers(1), encodeTexts('Authentication-Results', '')])),
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
      unchanged: ['Authentication-Results'],
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
