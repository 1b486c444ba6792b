import { describe, expect, test } from 'vitest';
import { CONTENT, content, HELLO, MAIL, rcpt, setUpRelay, toHosts } from '../../../test/support/relay-run.ts';
import type { NextHop } from '../routing/port.ts';

describe('relay', () => {
  test('sends to recipients with the same next hop in one transaction, and says what came of each', async () => {
    const hop = toHosts('192.0.2.1');
    const run = setUpRelay(
      `${HELLO}${MAIL}${rcpt()}${rcpt('550 5.1.1 Nobody')}${rcpt('450 4.2.1 Later')}${CONTENT}SILENCE`,
    );
    await run.relay(['a@x.example', hop], ['b@x.example', hop], ['c@x.example', hop]);
    expect(run.outcomes).toEqual([
      'a@x.example relayed 2.0.0 250 2.0.0 Taken',
      'b@x.example failed 5.1.1 550 5.1.1 Nobody',
      'c@x.example deferred 4.2.1 450 4.2.1 Later',
    ]);
    expect(run.reports).toHaveLength(1);
    expect(run.reports[0]?.events[0]).toMatchObject({
      type: 'attempted',
      traceId: 'trace',
      at: 1000,
      attempt: 1,
      sessionId: 'session-1',
      outcome: { remoteMta: '192.0.2.1' },
    });
    expect(run.server.contents).toEqual(['Subject: hi\r\n\r\nhello\r\n']);
    expect(run.server.surprises).toEqual([]);
  });

  test('has the outcomes of a transaction on disk before the next one begins', async () => {
    const transaction = (recipients: number) => `${MAIL}${rcpt().repeat(recipients)}${CONTENT}`;
    const run = setUpRelay(`${HELLO}${transaction(100)}${transaction(1)}SILENCE`);
    const order: string[] = [];
    run.record = async ({ outcomes }) => {
      order.push(`begin ${outcomes.length} after ${run.server.contents.length}`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`end ${outcomes.length} after ${run.server.contents.length}`);
    };
    const hop = toHosts('192.0.2.1');
    await run.relay(...Array.from({ length: 101 }, (_, index) => [`r${index}@x.example`, hop] as const));
    expect(order).toEqual(['begin 100 after 1', 'end 100 after 1', 'begin 1 after 2', 'end 1 after 2']);
    expect(run.server.surprises).toEqual([]);
  });

  test('insists on recording what the server has acknowledged', async () => {
    const run = setUpRelay(`${HELLO}${MAIL}${rcpt()}${CONTENT}SILENCE`);
    let failures = 2;
    run.record = (report) => {
      if (failures-- > 0) return Promise.reject(new Error('disk busy'));
      run.reports.push(report);
      return Promise.resolve();
    };
    const relayed = run.relay(['a@x.example', toHosts('192.0.2.1')]);
    for (let i = 0; i < 50; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      run.clock.advance(100);
    }
    await relayed;
    expect(run.outcomes).toEqual(['a@x.example relayed 2.0.0 250 2.0.0 Taken']);
    expect(run.server.targets).toHaveLength(1);
  });

  test('goes to the next host where the first is out of reach or breaks before the content', async () => {
    const run = setUpRelay('REFUSED', `${HELLO}${MAIL}CLOSE`, `${HELLO}${MAIL}${rcpt()}${CONTENT}SILENCE`);
    await run.relay(['a@x.example', toHosts('192.0.2.1', '192.0.2.2', '192.0.2.3')]);
    expect(run.server.targets.map(({ address }) => address)).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3']);
    expect(run.outcomes).toEqual(['a@x.example relayed 2.0.0 250 2.0.0 Taken']);
    expect(run.server.surprises).toEqual([]);
  });

  test('does not ask another host about recipients that one has decided on', async () => {
    const run = setUpRelay(`${HELLO}${MAIL}${rcpt('550 5.1.1 Nobody')}SILENCE`);
    await run.relay(['a@x.example', toHosts('192.0.2.1', '192.0.2.2')]);
    expect(run.outcomes).toEqual(['a@x.example failed 5.1.1 550 5.1.1 Nobody']);
    expect(run.server.targets).toHaveLength(1);
  });

  test('defers with the reasons of all hosts where none could be spoken to', async () => {
    const run = setUpRelay('REFUSED', 'S: 421 4.3.2 Busy');
    await run.relay(['a@x.example', toHosts('192.0.2.1', '192.0.2.2')]);
    expect(run.outcomes).toEqual([
      'a@x.example deferred 4.4.1 [192.0.2.1]:25: the host refused the connection; [192.0.2.2]:25: 421 4.3.2 Busy',
    ]);
    expect(run.reports[0]?.events[0]).toMatchObject({ sessionId: 'session-2' });
  });

  test('fails only where every host says that it never takes mail', async () => {
    const run = setUpRelay('S: 521 No mail', 'S: 521 No mail', 'S: 521 No mail', 'REFUSED');
    await run.relay(['a@x.example', toHosts('192.0.2.1', '192.0.2.2')]);
    await run.relay(['b@x.example', toHosts('192.0.2.1', '192.0.2.2')]);
    expect(run.outcomes).toMatchObject([
      expect.stringMatching(/^a@x\.example failed 5\.3\.2/u),
      expect.stringMatching(/^b@x\.example deferred 4\.4\.1/u),
    ]);
  });

  test('defers where the connection is lost after the content: the server may have the message', async () => {
    const run = setUpRelay(`${HELLO}${MAIL}${rcpt()}C: DATA\nS: 354 Go on\nCONTENT\nCLOSE`);
    await run.relay(['a@x.example', toHosts('192.0.2.1', '192.0.2.2')]);
    expect(run.outcomes).toMatchObject([expect.stringMatching(/^a@x\.example deferred 4\.4\.2/u)]);
    expect(run.server.targets).toHaveLength(1);
  });

  test('keeps next hops apart, and one in trouble does not hold up the other', async () => {
    const run = setUpRelay('REFUSED', `${HELLO}${MAIL}${rcpt()}${CONTENT}SILENCE`);
    await run.relay(
      ['a@x.example', toHosts('192.0.2.1')],
      ['b@y.example', { kind: 'mx', domain: 'y.example' }],
      ['c@z.example', toHosts('192.0.2.3')],
    );
    expect([...run.outcomes].sort()).toEqual([
      'a@x.example deferred 4.4.1 [192.0.2.1]:25: the host refused the connection',
      'b@y.example deferred 4.4.3 Who takes mail for y.example could not be found out: no answer',
      'c@z.example relayed 2.0.0 250 2.0.0 Taken',
    ]);
  });

  test('uses a session again for the next message, and a new one where the server has grown tired of it', async () => {
    const message = `${MAIL}${rcpt()}${CONTENT}`;
    const run = setUpRelay(
      `${HELLO}${message}${message}C: MAIL*\nS: 421 4.4.2 Too long idle`,
      `${HELLO}${message}SILENCE`,
    );
    const hop = toHosts('192.0.2.1');
    for (const address of ['a@x.example', 'b@x.example', 'c@x.example']) await run.relay([address, hop]);
    expect(run.outcomes.map((line) => line.split(' ')[1])).toEqual(['relayed', 'relayed', 'relayed']);
    expect(run.transcripts.sessions).toHaveLength(2);
    expect(run.server.surprises).toEqual([]);
  });

  test('tells which phase a delivery is in, at which host, and how much was sent', async () => {
    const run = setUpRelay(
      'REFUSED',
      `S: 220 mx.example\nC: EHLO *\nS: 250-mx.example\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 Go on\nTLS\nC: EHLO *\nS: 250 mx.example\n${MAIL}${rcpt()}${CONTENT}SILENCE`,
    );
    const hop = { ...toHosts('192.0.2.1', '192.0.2.2'), tls: 'opportunistic' } as NextHop;
    await run.relay(['a@x.example', hop]);
    expect(run.heard).toEqual([
      'findingHost for 0',
      'connecting 192.0.2.1 for 0',
      'connecting 192.0.2.2 for 0',
      'tls 192.0.2.2 for 0',
      'envelope 192.0.2.2 for 0',
      'content 192.0.2.2 for 0',
      'content 192.0.2.2 100 % for 0',
      'waitingForReply 192.0.2.2 for 0',
    ]);
  });

  test('opens few sessions at once to one next hop, and those in line share the news that it is out of reach', async () => {
    const run = setUpRelay(...Array<string>(20).fill('REFUSED'));
    const hop = toHosts('192.0.2.1');
    await Promise.all(Array.from({ length: 200 }, (_, index) => run.relay([`r${index}@x.example`, hop])));
    expect(run.outcomes).toHaveLength(200);
    expect(new Set(run.outcomes.map((line) => line.split(' ')[1]))).toEqual(new Set(['deferred']));
    expect(run.server.targets.length).toBeLessThanOrEqual(20);
    expect(run.server.surprises).toEqual([]);
  });

  test('a content that cannot be read ends the session and the attempt', async () => {
    const run = setUpRelay(`${HELLO}${MAIL}${rcpt()}C: DATA\nS: 354 Go on\nCONTENT`);
    const { readRange } = content;
    content.readRange = () => Promise.reject(new Error('disk error'));
    await expect(run.relay(['a@x.example', toHosts('192.0.2.1')])).rejects.toThrow('disk error');
    content.readRange = readRange;
    expect(run.outcomes).toEqual([]);
    expect(run.server.contents).toEqual([]);
  });
});
