/** DNS lists as checks: of the client's address (DNSBL, DNSWL), and of the domains that a text links to. */
import { tell } from '../../../base/finding-texts.ts';
import { isPrivateAddress } from '../address-kinds.ts';
import { isNumericHost, registeredDomain } from '../content/links.ts';
import type { DnsListDesk } from '../dns-lists/dns-list-desk.ts';
import type { CheckFinding, MessageCheck, MessageFacts } from '../facts.ts';
import { DNS_BUDGET_MS, MAX_LINK_DOMAINS } from '../limits.ts';
import type { DnsListSetting, ListMeaning } from '../settings.ts';
import type { OutcomeOf } from '../findings.ts';

type ListOutcome = OutcomeOf<'dnsList' | 'linkList'>;

export interface DnsListOptions {
  readonly desk: DnsListDesk;
  readonly lists: () => readonly DnsListSetting[];
}

export function createClientListCheck(options: DnsListOptions): MessageCheck {
  return {
    name: 'dnsList',
    timeoutMs: DNS_BUDGET_MS,
    applies: ({ origin, isFromDevice, client }) =>
      origin === 'reception' && !isFromDevice && !isPrivateAddress(client.address),
    run: async ({ client }) => {
      const lists = enabled(options, 'client');
      const findings = await Promise.all(lists.map((list) => askAbout(options.desk, list, client.address)));
      return findings.flat();
    },
  };
}

export function createLinkListCheck(options: DnsListOptions): MessageCheck {
  return {
    name: 'linkList',
    timeoutMs: DNS_BUDGET_MS,
    applies: ({ origin, isFromDevice }) =>
      origin === 'reception' && !isFromDevice && enabled(options, 'domain').length > 0,
    run: async (facts) => {
      const domains = await linkedDomains(facts);
      const questions = enabled(options, 'domain').flatMap((list) =>
        domains.map((domain) => askAbout(options.desk, list, domain)),
      );
      return onlyWorst((await Promise.all(questions)).flat());
    },
  };
}

function enabled({ lists }: DnsListOptions, kind: DnsListSetting['kind']): readonly DnsListSetting[] {
  return lists().filter((list) => list.isEnabled && list.kind === kind);
}

async function linkedDomains(facts: MessageFacts): Promise<readonly string[]> {
  const { links } = await facts.text();
  const names = links.map(({ host }) => host).filter((host) => host.includes('.') && !isNumericHost(host));
  return [...new Set(names.map(registeredDomain))].slice(0, MAX_LINK_DOMAINS);
}

async function askAbout(
  desk: DnsListDesk,
  list: DnsListSetting,
  key: string,
): Promise<readonly CheckFinding[]> {
  const check = `${list.kind === 'client' ? 'dnsList' : 'linkList'}.${list.zone}`;
  const answer = await desk.ask(list, key);
  if (answer.kind === 'notListed') return [];
  if (answer.kind === 'undetermined') {
    return [{ check, outcome: 'couldNotDetermine' satisfies ListOutcome, weight: 0, detail: answer.reason }];
  }
  const { answers, meanings } = answer;
  if (meanings.length === 0) {
    return [
      {
        check,
        outcome: 'unknownAnswer' satisfies ListOutcome,
        weight: 0,
        detail: tell('listedUnknown', { key, answers: answers.join(', ') }),
      },
    ];
  }
  return meanings.map((meaning) => ({
    check,
    outcome: 'listed' satisfies ListOutcome,
    weight: meaning.weight,
    detail: tell('listed', { key, meaning: meaning.meaning }),
  }));
}

/** Ten links to one junk shop are one finding; a list that gives no answer says so once. */
function onlyWorst(findings: readonly CheckFinding[]): readonly CheckFinding[] {
  const worst = new Map<string, CheckFinding>();
  for (const finding of findings) {
    const known = worst.get(finding.check);
    if (known === undefined || (finding.weight ?? 0) > (known.weight ?? 0)) worst.set(finding.check, finding);
  }
  return [...worst.values()];
}

/** The list and its word for a client that is refused at RCPT; null: none refuses it. */
export async function findRefusingList(
  options: DnsListOptions,
  address: string,
): Promise<{ readonly zone: string; readonly meaning: ListMeaning } | null> {
  if (isPrivateAddress(address)) return null;
  const lists = enabled(options, 'client').filter(({ meanings }) =>
    meanings.some(({ refuses, weight }) => refuses === true || weight < 0),
  );
  const answers = await Promise.all(
    lists.map(async (list) => ({ list, answer: await options.desk.ask(list, address) })),
  );
  const said = answers.flatMap(({ list, answer }) =>
    answer.kind === 'listed' ? answer.meanings.map((meaning) => ({ zone: list.zone, meaning })) : [],
  );
  // One list that knows it to be good is enough not to refuse it outright; the points still count.
  if (said.some(({ meaning }) => meaning.weight < 0)) return null;
  return said.find(({ meaning }) => meaning.refuses === true) ?? null;
}
