/** RFC 8460 §3: others may tell us where TLS to our hosts fails. */
import type { TextRecord } from '../../../protocol/dns/record-resolver.ts';
import { tell } from '../../finding-words.ts';
import type { HealthCheck } from '../../port.ts';
import { fine, publish, unanswered, wantedFor, warn, fail } from '../finding.ts';
import { textRecord } from '../found-records.ts';
import { withSpread } from '../name-servers.ts';

const RECORD =
  /^v=TLSRPTv1\s*;\s*rua=(?:mailto:[^,;\s]+|https:[^,;\s]+)(?:\s*,\s*(?:mailto:|https:)[^,;\s]+)*\s*;?\s*$/u;

export const tlsReports: HealthCheck = {
  id: 'tlsReports',
  card: 'trust',
  about: 'domain',
  async run(tools, domain) {
    const name = `_smtp._tls.${domain}`;
    const answer = await tools.dns.ask(name, 'TXT');
    if (answer.kind === 'temporaryFailure') return [unanswered(name, answer)];
    const texts = answer.kind === 'found' ? answer.records.map(({ text }) => text) : [];
    const found = texts.filter((text) => /tlsrpt/iu.test(text));
    const instead = found.map((text) => textRecord(name, text));
    const wanted = wantedFor(tools, domain, 'tlsReports');
    const fixes = wanted.map((record) => publish(domain, record, instead));
    const sides = { expected: wanted.flatMap(({ value }) => value ?? []), found, fixes };
    const isRight = (its: readonly TextRecord[]): boolean => its.some(({ text }) => RECORD.test(text));
    const [text] = found;
    const finding =
      text === undefined
        ? warn(tell('tlsReportsAbsent', { domain }), sides)
        : found.length > 1 || !RECORD.test(text)
          ? fail(tell('tlsReportsBroken', { domain }), sides)
          : fine(tell('tlsReportsThere', { domain }), { found });
    return [await withSpread(tools, finding, { name, type: 'TXT', isRight })];
  },
};
