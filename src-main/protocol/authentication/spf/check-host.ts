/**
 * check_host(): whether a client may use a domain in MAIL FROM or HELO.
 *
 * RFC 7208 §4, §5, §6. Flow: screening, health → here → DNS. The steps it takes are part of the answer: they are what an
 * administrator needs who wants to know why.
 * Invariants: at most 10 terms that ask DNS and 2 void answers, whatever records include each other; a failing name server is
 * temperror, never "no record".
 */
import { isInNetwork, parseIpAddress } from '../../../format/ip-network.ts';
import type { DnsResolver } from '../../dns/resolver.ts';
import type { SpfFinding, SpfResult, SpfStep } from '../findings.ts';
import { MAX_DNS_LABEL_OCTETS, MAX_DNS_NAME_OCTETS, MAX_SPF_STEPS } from '../limits.ts';
import { explain } from './explanation.ts';
import { fitDomain, expandMacroString, type MacroString } from './macro-string.ts';
import { macroValues, type SpfQuestion } from './macro-values.ts';
import { SpfDns, SpfProblem } from './spf-dns.ts';
import { isSpfRecord, parseSpfRecord } from './record.ts';
import type { SpfDirective, SpfMechanism, SpfQualifier, SpfRecord } from './record.ts';

export type { SpfQuestion } from './macro-values.ts';

const RESULT_OF: Readonly<Record<SpfQualifier, SpfResult>> = {
  '+': 'pass',
  '-': 'fail',
  '~': 'softfail',
  '?': 'neutral',
};

/** Never rejects: what goes wrong is temperror or permerror. */
export async function checkHost(question: SpfQuestion, resolver: DnsResolver): Promise<SpfFinding> {
  const check = new HostCheck(question, resolver);
  const outcome = await check.run();
  const { identity, sender } = question;
  return {
    identity,
    sender,
    domain: question.domain,
    ...outcome,
    steps: check.steps,
    lookUps: check.lookUps,
  };
}

interface Outcome {
  readonly result: SpfResult;
  readonly reason: string;
  readonly explanation?: string;
}

/** One record as it is being gone through. */
interface Frame {
  readonly domain: string;
  readonly depth: number;
}

class HostCheck {
  readonly steps: SpfStep[] = [];
  readonly #question: SpfQuestion;
  readonly #dns: SpfDns;

  constructor(question: SpfQuestion, resolver: DnsResolver) {
    this.#question = question;
    this.#dns = new SpfDns(resolver);
  }

  get lookUps(): number {
    return this.#dns.lookUps;
  }

  async run(): Promise<Outcome> {
    if (parseIpAddress(this.#question.clientAddress) === null)
      return { result: 'none', reason: 'the client has no IP address' };
    const frame = { domain: this.#question.domain, depth: 0 };
    try {
      return await this.#checkDomain(frame);
    } catch (error) {
      if (!(error instanceof SpfProblem)) throw error;
      return { result: error.result, reason: error.message };
    }
  }

  /** RFC 7208 §4.3, §4.4 */
  async #checkDomain(frame: Frame): Promise<Outcome> {
    if (!isDomainToAsk(frame.domain)) {
      return this.#conclude(frame, 'none', `"${frame.domain}" is no domain name that could have a record`);
    }
    const texts = (await this.#dns.texts(frame.domain)).filter(isSpfRecord);
    const [text] = texts;
    if (text === undefined)
      return this.#conclude(frame, 'none', `${frame.domain} does not publish an SPF record`);
    // RFC 7208 §4.5
    if (texts.length > 1)
      return this.#conclude(frame, 'permerror', `${frame.domain} publishes more than one SPF record`);
    this.#note(frame, text, { outcome: 'the record is read' });
    const record = parseSpfRecord(text);
    if (!record.ok)
      return this.#conclude(
        frame,
        'permerror',
        `the SPF record of ${frame.domain} is wrong: ${record.error}`,
      );
    return this.#evaluate(frame, record.value);
  }

  /** RFC 7208 §4.6.2, §4.7 */
  async #evaluate(frame: Frame, record: SpfRecord): Promise<Outcome> {
    for (const directive of record.directives) {
      const isMatch = await this.#match(frame, directive);
      this.#note(frame, directive.term, { outcome: isMatch ? 'it matches' : 'no match', isMatch });
      if (isMatch) return this.#decide(frame, directive, record);
    }
    if (record.redirect !== undefined) return this.#redirect(frame, record.redirect);
    const reason = `no mechanism of ${frame.domain}'s record matches ${this.#question.clientAddress}`;
    return { result: 'neutral', reason };
  }

  async #decide(frame: Frame, directive: SpfDirective, record: SpfRecord): Promise<Outcome> {
    const result = RESULT_OF[directive.qualifier];
    const { clientAddress } = this.#question;
    const reason = `"${directive.term}" of ${frame.domain} decides about ${clientAddress}`;
    if (result !== 'fail' || record.explanation === undefined || frame.depth > 0) return { result, reason };
    const values = macroValues(this.#question, frame.domain, this.#dns);
    const explanation = await explain(record.explanation, values, this.#dns);
    return explanation === null ? { result, reason } : { result, reason, explanation };
  }

  /** RFC 7208 §6.1 */
  async #redirect(frame: Frame, target: MacroString): Promise<Outcome> {
    this.#dns.countLookUp();
    const domain = await this.#expand(frame, target);
    this.#note(frame, `redirect=${domain}`, { outcome: `${domain} decides in its place` });
    const outcome = await this.#checkDomain({ domain, depth: frame.depth });
    if (outcome.result !== 'none') return outcome;
    return { result: 'permerror', reason: `redirect= leads to ${domain}: ${outcome.reason}` };
  }

  async #match(frame: Frame, { mechanism }: SpfDirective): Promise<boolean> {
    const { clientAddress } = this.#question;
    switch (mechanism.kind) {
      case 'all':
        return true;
      case 'ip4':
      case 'ip6':
        return isInNetwork(clientAddress, mechanism.network);
      case 'include':
        return this.#include(frame, mechanism.domain);
      case 'exists': {
        this.#dns.countLookUp();
        // RFC 7208 §5.7: A, whatever the client's family.
        return (await this.#dns.addresses(await this.#expand(frame, mechanism.domain), 'a')).length > 0;
      }
      case 'a':
      case 'mx':
        return this.#matchHosts(frame, mechanism);
      case 'ptr': {
        this.#dns.countLookUp();
        const domain = await this.#targetOf(frame, mechanism.domain);
        const names = await this.#dns.validatedNames(clientAddress);
        return names.some((name) => name === domain || name.endsWith(`.${domain}`));
      }
    }
  }

  /** RFC 7208 §5.3, §5.4 */
  async #matchHosts(frame: Frame, mechanism: Extract<SpfMechanism, { kind: 'a' | 'mx' }>): Promise<boolean> {
    this.#dns.countLookUp();
    const { clientAddress } = this.#question;
    const domain = await this.#targetOf(frame, mechanism.domain);
    const client = parseIpAddress(clientAddress);
    const family = client?.length === 4 ? 'a' : 'aaaa';
    const length = family === 'a' ? mechanism.ip4Length : mechanism.ip6Length;
    const hosts = mechanism.kind === 'a' ? [domain] : await this.#dns.mailHosts(domain);
    for (const host of hosts) {
      const addresses = await this.#dns.addresses(host, family);
      if (client !== null && addresses.some((address) => sharesPrefix(client, address, length))) return true;
    }
    return false;
  }

  /** RFC 7208 §5.2 */
  async #include(frame: Frame, target: MacroString): Promise<boolean> {
    this.#dns.countLookUp();
    const domain = await this.#expand(frame, target);
    this.#note(frame, `include:${domain}`, { outcome: `${domain} is asked` });
    const { result, reason } = await this.#checkDomain({ domain, depth: frame.depth + 1 });
    if (result === 'temperror') throw new SpfProblem('temperror', reason);
    if (result === 'permerror') throw new SpfProblem('permerror', reason);
    if (result === 'none')
      throw new SpfProblem('permerror', `${frame.domain} includes ${domain}, and ${reason}`);
    return result === 'pass';
  }

  async #targetOf(frame: Frame, domain: MacroString | undefined): Promise<string> {
    return domain === undefined ? frame.domain.toLowerCase() : this.#expand(frame, domain);
  }

  async #expand(frame: Frame, domain: MacroString): Promise<string> {
    const values = macroValues(this.#question, frame.domain, this.#dns);
    return fitDomain(await expandMacroString(domain, values)).toLowerCase();
  }

  #note({ domain, depth }: Frame, term: string, what: Pick<SpfStep, 'outcome' | 'isMatch'>): void {
    if (this.steps.length < MAX_SPF_STEPS) this.steps.push({ domain, depth, term, ...what });
  }

  #conclude(frame: Frame, result: SpfResult, reason: string): Outcome {
    this.#note(frame, '', { outcome: reason });
    return { result, reason };
  }
}

/** RFC 7208 §4.3 */
function isDomainToAsk(domain: string): boolean {
  const labels = domain.replace(/\.$/, '').split('.');
  return (
    labels.length > 1 &&
    domain.length <= MAX_DNS_NAME_OCTETS &&
    labels.every((label) => label !== '' && label.length <= MAX_DNS_LABEL_OCTETS) &&
    !domain.startsWith('[')
  );
}

function sharesPrefix(client: Uint8Array, address: string, prefixLength: number): boolean {
  const octets = parseIpAddress(address);
  if (octets?.length !== client.length) return false;
  const whole = prefixLength >> 3;
  for (let index = 0; index < whole; index++) if (octets[index] !== client[index]) return false;
  const bits = prefixLength & 7;
  return bits === 0 || ((octets[whole] ?? 0) ^ (client[whole] ?? 0)) >> (8 - bits) === 0;
}
