/**
 * AccountScreening: what a message is to one account: whom it writes to is no junk, what came of the sender's domain before, what the
 * account itself has called junk.
 *
 * Flow: delivery courier → here → verdict for that copy. Invariants: only what points decided is moved here, except that what the
 * account has blocked goes to Junk whatever spoke for it; what was found malicious, refused or kept apart by a rule stays so; a
 * sender counts as itself only where that is proved.
 */
import { tell } from '../../base/finding-texts.ts';
import type { ContentReader } from '../content/port.ts';
import { octetsOfStored } from '../content/octets-of.ts';
import type { MessageOctets } from '../content/message-octets.ts';
import type { AccountJudge } from '../delivery/port.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Verdict } from '../verdict.ts';
import { provenAuthor } from './author.ts';
import type { BayesFilter } from './bayes/bayes-filter.ts';
import { readMessageText } from './content/message-text.ts';
import { BY_SCORE, decide, nameOf } from './decide.ts';
import type { CheckFinding } from './facts.ts';
import { CHECK_TIMEOUT_MS } from './limits.ts';
import { within } from './run-checks.ts';
import type { ScreeningSettings } from './settings.ts';
import { judgeSenderByLists } from './sender-lists/judge-sender.ts';
import type { SenderListStore } from './sender-lists/port.ts';
import type { ReputationStore, SenderHistory } from './store-port.ts';
import type { OutcomeOf } from './findings.ts';

export interface AccountScreeningOptions {
  readonly content: ContentReader;
  readonly bayes: BayesFilter;
  readonly reputation: ReputationStore;
  readonly senderLists: SenderListStore;
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
    judge: async ({ verdict, contentId, reversePath }, account) => {
      if (verdict === undefined || !options.settings().isEnabled) return verdict;
      try {
        const judged = judgeFor(options, account.id, { verdict, contentId, reversePath });
        return (await within(judged, CHECK_TIMEOUT_MS, options.clock)) ?? verdict;
      } catch (error) {
        options.logger.error('an account could not judge a message', { account: account.address, error });
        return verdict;
      }
    },
  };
}

interface JudgedMessage {
  readonly verdict: Verdict;
  readonly contentId: number;
  readonly reversePath: string;
}

/** Points decided, and neither refused. */
function mayBeMoved({ action, decidedBy }: Verdict): boolean {
  return decidedBy === BY_SCORE && (action === 'accept' || action === 'junk' || action === 'quarantine');
}

/** The account's list has the last word on what it may move at all. */
async function judgeFor(
  options: AccountScreeningOptions,
  accountId: number,
  message: JudgedMessage,
): Promise<Verdict> {
  const octets = await octetsOfStored(options.content, message.contentId);
  const { verdict, reversePath } = message;
  const listed = await judgeSenderByLists(options.senderLists, accountId, {
    ...{ octets, reversePath, provenDomain: verdict.provenDomain },
  });
  const weighed = mayBeMoved(verdict) ? await weighAgain(options, accountId, { verdict, octets }) : verdict;
  return listed === null ? weighed : applyList(weighed, listed);
}

function applyList(verdict: Verdict, { decides, weight = 0, ...listed }: CheckFinding): Verdict {
  const { check, outcome, detail } = listed;
  const findings = [...verdict.findings, { check, outcome, detail, weight }];
  const isMoved = decides?.action === 'junk' ? verdict.action === 'accept' : mayBeMoved(verdict);
  if (decides === undefined || !isMoved) return { ...verdict, findings };
  return { ...verdict, findings, action: decides.action, decidedBy: nameOf({ check, outcome }) };
}

async function weighAgain(
  { bayes, reputation, settings }: AccountScreeningOptions,
  accountId: number,
  { verdict, octets }: { verdict: Verdict; octets: MessageOctets },
): Promise<Verdict> {
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
    const detail = tell('correspondent', { address: author.address });
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
    const detail = tell('knownForJunk', { count: junk, domain });
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
      detail: tell('knownForMail', { domain }),
    },
  ];
}
