/** RFC 6186, RFC 8314 §5.1: what DNS tells mail programs of our listeners is true of those that listen. */
import { tell } from '../../finding-words.ts';
import type { HealthCheck } from '../../port.ts';
import type { ZoneRecord } from '../../records/zone-record.ts';
import { fail, fine, publish, unanswered, warn } from '../finding.ts';
import { srvRecord } from '../found-records.ts';

const PURPOSES = ['clientSubmission', 'clientImap', 'clientPop3', 'clientSieve'];

export const srvRecords: HealthCheck = {
  id: 'srvRecords',
  card: 'clients',
  about: 'domain',
  async run({ dns, facts }, domain) {
    const wanted = facts.wanted
      .filter((each) => each.domain === domain && PURPOSES.includes(each.purpose))
      .map(({ record }) => record);
    if (wanted.length === 0) return [];
    const answers = await Promise.all(
      wanted.map(async (record) => ({ record, answer: await dns.ask(record.name, 'SRV') })),
    );
    const silent = answers.find(({ answer }) => answer.kind === 'temporaryFailure');
    if (silent?.answer.kind === 'temporaryFailure') return [unanswered(silent.record.name, silent.answer)];
    const judged = answers.map(({ record, answer }) => {
      const records =
        answer.kind === 'found' ? answer.records.map((each) => srvRecord(record.name, each)) : [];
      return { record, records, isRight: records.some((each) => isSame(each, record)) };
    });
    const found = judged.flatMap(({ records }) => records.map(lineOf));
    const wrong = judged.filter(({ records, isRight }) => records.length > 0 && !isRight);
    const missing = judged.filter(({ records }) => records.length === 0);
    const fixes = [...wrong, ...missing].map(({ record, records }) => publish(domain, record, records));
    const sides = { expected: wanted.map(lineOf), found, fixes };
    if (wrong.length > 0) return [fail(tell('srvWrong', { domain, names: namesOf(wrong) }), sides)];
    if (missing.length === wanted.length) return [warn(tell('srvAbsent', { domain }), sides)];
    if (missing.length > 0) return [warn(tell('srvMissing', { domain, names: namesOf(missing) }), sides)];
    return [fine(tell('srvRight', { domain, count: wanted.length }), { found })];
  },
};

function isSame(one: ZoneRecord, other: ZoneRecord): boolean {
  return one.port === other.port && one.value?.toLowerCase() === other.value?.toLowerCase();
}

function lineOf({ name, priority, weight, port, value }: ZoneRecord): string {
  return `${name} ${priority} ${weight} ${port} ${value ?? '.'}`;
}

function namesOf(rows: readonly { readonly record: ZoneRecord }[]): string {
  return rows.map(({ record }) => record.name.split('.')[0] ?? '').join(', ');
}
