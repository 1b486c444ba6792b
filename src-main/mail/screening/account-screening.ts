/**
 * AccountScreening: what a message is to one account: whom it writes to is no junk, what came of the sender's domain before, what the
 * account itself has called junk.
 *
 * Flow: delivery courier → here → verdict for that copy. Invariants: only what `accept` and `junk` part is moved here: what was found
 * malicious, refused or kept apart by a rule stays so; a sender counts as itself only where DMARC proves it.
 */
import type { ContentReader } from '../content/port.ts';
import { octetsOfStored } from '../content/octets-of.ts';
import type { MessageOctets } from '../content/message-octets.ts';
import type { AccountJudge } from '../delivery/port.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Verdict } from '../verdict.ts';
import type { BayesFilter } from './bayes/bayes-filter.ts';
import { readMessageText } from './content/message-text.ts';
import { registeredDomain } from './content/links.ts';
import { BY_SCORE, decide } from './decide.ts';
import type { CheckFinding } from './facts.ts';
import { CHECK_TIMEOUT_MS } from './limits.ts';
import { within } from './run-checks.ts';
import type { ScreeningSettings } from './settings.ts';
import type { ReputationStore, SenderHistory } from './store-port.ts';
import type { OutcomeOf } from './findings.ts';

export interface AccountScreeningOptions {
  readonly content: ContentReader;
  readonly bayes: BayesFilter;
  readonly reputation: ReputationStore;
  readonly settings: () => ScreeningSettings;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Who is written to is no junk, and a forged friend is not that friend. */
const CORRESPONDENT_WEIGHT = -6;
/** So many messages make a habit. */
const HABIT = 3;
const GOOD_HISTORY_WEIGHT = -1;
const BAD_HISTORY_WEIGHT = 2.5;

export function createAccountScreening(options: AccountScreeningOptions): AccountJudge {
  return {
    judge: async ({ verdict, contentId }, account) => {
      if (verdict === undefined || !mayBeMoved(verdict) || !options.settings().isEnabled) return verdict;
      try {
        const judged = judgeFor(options, account.id, { verdict, contentId });
        return (await within(judged, CHECK_TIMEOUT_MS, options.clock)) ?? verdict;
      } catch (error) {
        options.logger.error('an account could not judge a message', { account: account.address, error });
        return verdict;
      }
    },
  };
}

/** Points decided, and neither refused. */
function mayBeMoved({ action, decidedBy }: Verdict): boolean {
  return decidedBy === BY_SCORE && (action === 'accept' || action === 'junk' || action === 'quarantine');
}

async function judgeFor(
  { content, bayes, reputation, settings }: AccountScreeningOptions,
  accountId: number,
  { verdict, contentId }: { verdict: Verdict; contentId: number },
): Promise<Verdict> {
  const octets = await octetsOfStored(content, contentId);
  const own = bayes.isEnabled ? await bayes.judge(accountId, octets, await readMessageText(octets)) : null;
  const known = await judgeSender(reputation, accountId, { verdict, octets });
  if (own === null && known.length === 0) return verdict;
  // An account's own experience takes the place of the office's.
  const common = verdict.findings.filter(({ check }) => own === null || check !== 'bayes');
  const findings: CheckFinding[] = [...common, ...(own === null ? [] : [own]), ...known];
  const { reply: _reply, ...judged } = decide(findings, { settings: settings(), countsScore: true });
  // It has been taken: what would be refused by points now is kept apart.
  return judged.action === 'reject' ? { ...judged, action: 'quarantine' } : judged;
}

async function judgeSender(
  reputation: ReputationStore,
  accountId: number,
  { verdict, octets }: { verdict: Verdict; octets: MessageOctets },
): Promise<readonly CheckFinding[]> {
  const author = provenAuthor(verdict, octets);
  if (author === null) return [];
  const check = 'sender';
  if (await reputation.isCorrespondent(accountId, author.address)) {
    const detail = `this account writes to ${author.address}`;
    return [
      { check, outcome: 'correspondent' satisfies OutcomeOf<'sender'>, weight: CORRESPONDENT_WEIGHT, detail },
    ];
  }
  const history = await reputation.historyOf(accountId, author.domain);
  return history === null ? [] : judgeHistory(history, author.domain);
}

function judgeHistory({ mail, junk }: SenderHistory, domain: string): readonly CheckFinding[] {
  const check = 'sender';
  if (junk >= HABIT && junk > 2 * mail) {
    const detail = `${junk} messages of ${domain} were called junk here`;
    return [
      { check, outcome: 'knownForJunk' satisfies OutcomeOf<'sender'>, weight: BAD_HISTORY_WEIGHT, detail },
    ];
  }
  if (mail < HABIT || junk > 0) return [];
  return [
    {
      check,
      outcome: 'knownForMail' satisfies OutcomeOf<'sender'>,
      weight: GOOD_HISTORY_WEIGHT,
      detail: `mail of ${domain} was kept here before`,
    },
  ];
}

/** The author, where DMARC proves its domain; null otherwise. */
export function provenAuthor(verdict: Verdict, { index }: MessageOctets) {
  if (!verdict.findings.some(({ check, outcome }) => check === 'dmarc' && outcome === 'pass')) return null;
  return authorOf(index);
}

export function authorOf({ envelope }: MessageOctets['index']) {
  const [author] = envelope.from;
  if (author === undefined || author.host === null) return null;
  const host = author.host.toLowerCase();
  return { address: `${(author.mailbox ?? '').toLowerCase()}@${host}`, domain: registeredDomain(host) };
}
