import { duplexPair } from 'node:stream';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../base/clock.ts';
import type { Connect } from '../protocol/connection/outgoing-connection.ts';
import { testForOpenRelay, type TrickAnswer } from './open-relay-test.ts';
import { makeRelayTricks } from './relay-tricks.ts';

const MATERIAL = { ownDomain: 'server1.com', hostname: 'mail.server1.com', ownLiteral: '[127.0.0.1]' };

/** A listener that answers each command with a function; null closes. */
class Listener {
  readonly commands: string[] = [];
  sessions = 0;
  readonly #answer: (command: string) => string | null;

  constructor(answer: (command: string) => string | null) {
    this.#answer = answer;
  }

  readonly connect: Connect = ({ address, port }) => {
    this.sessions++;
    const [client, server] = duplexPair();
    server.write('220 ready\r\n');
    createInterface({ input: server }).on('line', (command) => {
      this.commands.push(command);
      if (command === 'QUIT') return void server.end('221 Bye\r\n');
      const reply = this.#answer(command);
      if (reply === null) server.destroy();
      else server.write(`${reply}\r\n`);
    });
    return Promise.resolve({
      socket: client,
      tls: undefined,
      tlsProblem: undefined,
      remoteAddress: address,
      remotePort: port,
      localAddress: address,
      localPort: 1,
      startTls: () => Promise.reject(new Error('no TLS here')),
    });
  };
}

async function runAgainst(listener: Listener): Promise<readonly TrickAnswer[]> {
  const answers: TrickAnswer[] = [];
  const options = {
    connect: listener.connect,
    clock: new ManualClock(),
    listener: { address: '127.0.0.1', port: 25 },
    material: MATERIAL,
  };
  for await (const answer of testForOpenRelay(options)) answers.push(answer);
  return answers;
}

const refusing = (command: string) => (command.startsWith('RCPT') ? '550 5.7.1 Relaying denied' : '250 Ok');

describe('the open-relay test', () => {
  it('has at least twenty tricks, each with a name and addresses of its own', () => {
    const tricks = makeRelayTricks(MATERIAL);
    expect(tricks.length).toBeGreaterThanOrEqual(20);
    expect(new Set(tricks.map(({ trick }) => trick)).size).toBe(tricks.length);
    expect(new Set(tricks.map(({ sender, recipient }) => `${sender} ${recipient}`)).size).toBe(tricks.length);
  });

  it('finds nothing at a listener that refuses, and shows each dialogue', async () => {
    const answers = await runAgainst(new Listener(refusing));
    expect(answers.map(({ answer }) => answer)).toEqual(makeRelayTricks(MATERIAL).map(() => 'refused'));
    expect(answers[1]?.lines).toEqual([
      { from: 'client', text: 'MAIL FROM:<stranger@relay-test.example>' },
      { from: 'server', text: '250 Ok' },
      { from: 'client', text: 'RCPT TO:<SomeBody@ReLaY-TeSt.eXaMpLe>' },
      { from: 'server', text: '550 5.7.1 Relaying denied' },
    ]);
  });

  it('goes red at a listener that takes everything, and still sends no mail', async () => {
    const listener = new Listener(() => '250 Ok');
    const answers = await runAgainst(listener);
    expect(answers.every(({ answer }) => answer === 'accepted')).toBe(true);
    expect(listener.commands.filter((command) => /^(?:DATA|BDAT)/iu.test(command))).toEqual([]);
  });

  it('tells the one trick that works', async () => {
    const listener = new Listener((command) => (command.includes('%') ? '250 Ok' : refusing(command)));
    const accepted = (await runAgainst(listener)).filter(({ answer }) => answer === 'accepted');
    expect(accepted.length).toBeGreaterThan(0);
    expect(accepted.every(({ recipient }) => recipient.includes('%'))).toBe(true);
  });

  it('takes a refused sender for a refusal, and begins each trick anew', async () => {
    const listener = new Listener((command) => (command.startsWith('MAIL') ? '553 5.1.8 No' : '250 Ok'));
    const answers = await runAgainst(listener);
    expect(answers.every(({ answer, reply }) => answer === 'refused' && reply === '553 5.1.8 No')).toBe(true);
    expect(listener.commands.filter((command) => command === 'RSET')).toHaveLength(answers.length);
  });

  it('goes on in a new session where the listener hangs up, and says which trick had no answer', async () => {
    const listener = new Listener((command) => (command.startsWith('RCPT TO:<@') ? null : refusing(command)));
    const answers = await runAgainst(listener);
    expect(answers.filter(({ answer }) => answer === 'unknown').map(({ trick }) => trick)).toEqual([
      'sourceRoute',
      'sourceRouteHostname',
      'sourceRouteLiteral',
      'sourceRouteLong',
      'sourceRoutePercent',
    ]);
    expect(answers.filter(({ answer }) => answer === 'accepted')).toEqual([]);
    expect(listener.sessions).toBeGreaterThan(8);
  });
});
