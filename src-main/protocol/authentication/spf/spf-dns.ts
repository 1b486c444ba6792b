/**
 * SpfDns: what one check_host() asks of DNS, counted.
 *
 * RFC 7208 §4.6.4 (limits), §5 (errors), §5.5 (names of an address).
 * Invariants: beyond a limit, and where no server gives an answer that counts, an SpfProblem ends the check.
 */
import { parseIpAddress } from '../../../format/ip-network.ts';
import type { DnsResolver, LookUp } from '../../dns/resolver.ts';
import { MAX_SPF_HOSTS, MAX_SPF_LOOK_UPS, MAX_SPF_VOID_LOOK_UPS } from '../limits.ts';

/** Ends a check with its result. */
export class SpfProblem extends Error {
  readonly result: 'temperror' | 'permerror';

  constructor(result: 'temperror' | 'permerror', message: string) {
    super(message);
    this.result = result;
  }
}

export class SpfDns {
  readonly #resolver: DnsResolver;
  #lookUps = 0;
  #voids = 0;

  constructor(resolver: DnsResolver) {
    this.#resolver = resolver;
  }

  get lookUps(): number {
    return this.#lookUps;
  }

  /** A term that asks DNS is met. */
  countLookUp(): void {
    if (++this.#lookUps > MAX_SPF_LOOK_UPS)
      throw new SpfProblem('permerror', `the record needs more than ${MAX_SPF_LOOK_UPS} look-ups`);
  }

  /** TXT records; none where there is no such name. */
  async texts(domain: string): Promise<readonly string[]> {
    return recordsOf(domain, await this.#resolver.txt(domain));
  }

  async addresses(name: string, family: 'a' | 'aaaa'): Promise<readonly string[]> {
    return this.#counted(name, await this.#resolver[family](name));
  }

  /** Names of MX hosts, the best first. */
  async mailHosts(domain: string): Promise<readonly string[]> {
    const records = this.#counted(domain, await this.#resolver.mx(domain));
    if (records.length > MAX_SPF_HOSTS)
      throw new SpfProblem('permerror', `${domain} has more than ${MAX_SPF_HOSTS} MX records`);
    return records
      .toSorted((one, other) => one.preference - other.preference)
      .map(({ exchange }) => exchange)
      .filter((exchange) => exchange !== '');
  }

  /** Names of the client's address that lead back to it (RFC 7208 §5.5). What fails is read over. */
  async validatedNames(clientAddress: string): Promise<readonly string[]> {
    const answer = await this.#resolver.ptr(clientAddress);
    if (answer.kind !== 'found') {
      if (answer.kind !== 'temporaryFailure') this.#countVoid();
      return [];
    }
    const family = parseIpAddress(clientAddress)?.length === 4 ? 'a' : 'aaaa';
    const names: string[] = [];
    for (const name of answer.records.slice(0, MAX_SPF_HOSTS)) {
      const addresses = await this.#resolver[family](name);
      if (addresses.kind !== 'found') continue;
      if (addresses.records.some((address) => isSameAddress(address, clientAddress))) names.push(name);
    }
    return names;
  }

  #counted<T>(name: string, answer: LookUp<T>): readonly T[] {
    const records = recordsOf(name, answer);
    if (records.length === 0) this.#countVoid();
    return records;
  }

  #countVoid(): void {
    if (++this.#voids > MAX_SPF_VOID_LOOK_UPS)
      throw new SpfProblem(
        'permerror',
        `more than ${MAX_SPF_VOID_LOOK_UPS} of the names that the record leads to do not exist`,
      );
  }
}

function recordsOf<T>(name: string, answer: LookUp<T>): readonly T[] {
  if (answer.kind === 'temporaryFailure')
    throw new SpfProblem('temperror', `${name} could not be looked up: ${answer.reason}`);
  return answer.kind === 'found' ? answer.records : [];
}

function isSameAddress(one: string, other: string): boolean {
  return String(parseIpAddress(one)) === String(parseIpAddress(other));
}
