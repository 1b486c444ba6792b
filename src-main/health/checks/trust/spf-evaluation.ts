/** RFC 7208 §4: our domains' SPF, evaluated as a receiver does it, for each address that we send from. */
import { checkHost, type SpfQuestion } from '../../../protocol/authentication/spf/check-host.ts';
import type { SpfFinding } from '../../../protocol/authentication/findings.ts';
import { isSpfRecord, parseSpfRecord } from '../../../protocol/authentication/spf/record.ts';
import { tell } from '../../finding-words.ts';
import type { CheckTools } from '../../tools.ts';
import { unanswered, unsure } from '../finding.ts';

export interface Evaluated {
  readonly address: string;
  readonly spf: SpfFinding;
}

export async function evaluateAll(tools: CheckTools, domain: string, identity: 'mailfrom' | 'helo') {
  // A smart host's addresses are its own affair; its include is checked by who receives.
  if (tools.facts.leaving.mode === 'off') return null;
  const { addresses, doubt } = await tools.ownAddresses();
  if (addresses.length === 0) {
    const { hostname: host } = tools.facts;
    const finding =
      doubt === null ? unsure(tell('noOwnAddress', { host })) : unanswered(host, { reason: doubt });
    return { kind: 'unsure', finding } as const;
  }
  const results = await Promise.all(
    addresses.map(async (address): Promise<Evaluated> => {
      const sender = `postmaster@${domain}`;
      return { address, spf: await evaluate(tools, { identity, domain, sender, clientAddress: address }) };
    }),
  );
  return { kind: 'evaluated', results } as const;
}

export function evaluate(
  { resolver, facts, now }: CheckTools,
  question: Pick<SpfQuestion, 'identity' | 'domain' | 'sender' | 'clientAddress'>,
): Promise<SpfFinding> {
  const { hostname } = facts;
  return checkHost({ ...question, heloName: hostname, receivingHost: hostname, now }, resolver);
}

/** Whether there is one record that can be read; what is wrong with records themselves is told by one check alone. */
export async function isWorthEvaluating({ resolver }: CheckTools, domain: string): Promise<boolean> {
  const answer = await resolver.txt(domain);
  if (answer.kind === 'temporaryFailure') return true;
  const [record, ...others] = answer.kind === 'found' ? answer.records.filter(isSpfRecord) : [];
  return record !== undefined && others.length === 0 && parseSpfRecord(record).ok;
}
