import type { Packet } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { addressesOf, findNameServers, lookUpRecords, type AskDns } from './look-up-records.ts';

/** Answers by `TYPE name`; whatever else is asked does not exist. */
function answering(answers: Readonly<Record<string, Packet | null>>): AskDns {
  return ({ name, type }) =>
    Promise.resolve(answers[`${type} ${name}`] ?? silence(answers, `${type} ${name}`));
}

function silence(answers: Readonly<Record<string, Packet | null>>, question: string): Packet | null {
  return question in answers ? null : { rcode: 'NXDOMAIN' };
}

const found = (type: string, name: string, data: unknown): Packet => ({
  rcode: 'NOERROR',
  answers: [{ type, name, ttl: 60, data }],
});

describe('a look-up', () => {
  it('gives what stands at the name, each type as it is', async () => {
    const ask = answering({
      'MX office.example': found('MX', 'Office.example', { preference: 10, exchange: 'MAIL.office.example' }),
      'TXT office.example': found('TXT', 'office.example', [Buffer.from('v=spf1 '), Buffer.from('mx')]),
      'SRV _imaps._tcp.office.example': found('SRV', '_imaps._tcp.office.example', {
        ...{ priority: 0, weight: 1, port: 993, target: 'mail.office.example' },
      }),
      'TLSA _25._tcp.mail.office.example': found('TLSA', '_25._tcp.mail.office.example', {
        ...{ usage: 3, selector: 1, matchingType: 1, certificate: Buffer.from('abcd', 'hex') },
      }),
    });
    const { records, unanswered } = await lookUpRecords(
      [
        { name: 'office.example', type: 'MX' },
        { name: 'office.example', type: 'TXT' },
        { name: '_imaps._tcp.office.example', type: 'SRV' },
        { name: '_25._tcp.mail.office.example', type: 'TLSA' },
        { name: 'nothing.office.example', type: 'A' },
      ],
      ask,
    );
    expect(unanswered).toEqual([]);
    expect(records.map(({ type, value, priority, port }) => [type, value, priority, port])).toEqual([
      ['MX', 'mail.office.example', 10, null],
      ['TXT', 'v=spf1 mx', null, null],
      ['SRV', 'mail.office.example', 0, 993],
      ['TLSA', '3 1 1 abcd', null, null],
    ]);
  });

  it('does not take what an alias leads to for its own', async () => {
    const answers = [
      { type: 'CNAME', name: 'autoconfig.office.example', ttl: 60, data: 'host.example' },
      { type: 'A', name: 'host.example', ttl: 60, data: '192.0.2.1' },
    ];
    const ask = answering({ 'A autoconfig.office.example': { rcode: 'NOERROR', answers } });
    const { records } = await lookUpRecords([{ name: 'autoconfig.office.example', type: 'A' }], ask);
    expect(records).toEqual([]);
  });

  it.each([null, { rcode: 'SERVFAIL' }, { rcode: 'REFUSED' }])(
    'that is answered by %j is unanswered',
    async (packet) => {
      const set = { name: 'office.example', type: 'MX' } as const;
      const ask = answering({ 'MX office.example': packet });
      expect(await lookUpRecords([set], ask)).toEqual({ records: [], unanswered: [set] });
    },
  );
});

describe('name servers', () => {
  it('are the domain’s own, or those of the zone above it', async () => {
    const ask = answering({ 'NS office.example': found('NS', 'office.example', 'NS1.Host.example.') });
    expect(await findNameServers('office.example', ask)).toEqual(['ns1.host.example']);
    expect(await findNameServers('a.b.office.example', ask)).toEqual(['ns1.host.example']);
    expect(await findNameServers('other.net', ask)).toEqual([]);
  });

  it('are not looked for further where nobody answers', async () => {
    const asked: string[] = [];
    const ask: AskDns = ({ name }) => {
      asked.push(name);
      return Promise.resolve(null);
    };
    expect(await findNameServers('a.b.office.example', ask)).toEqual([]);
    expect(asked).toEqual(['a.b.office.example']);
  });

  it('have addresses', async () => {
    const ask = answering({ 'A ns1.host.example': found('A', 'ns1.host.example', '192.0.2.53') });
    expect(await addressesOf('ns1.host.example', ask)).toEqual([
      { name: 'ns1.host.example', address: '192.0.2.53' },
    ]);
  });
});
