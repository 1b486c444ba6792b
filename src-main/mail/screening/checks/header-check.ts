/** What is odd about a header section: RFC 5322 §3.6 asks for Date and From; the rest is how junk deceives. */
import { tell, type FindingDetail } from '../../../base/finding-texts.ts';
import type { IndexedAddress } from '../../../format/message-index.ts';
import type { CheckFinding, MessageCheck, MessageFacts } from '../facts.ts';
import { decodeEncodedWords } from '../../../format/encoded-word.ts';
import { CHECK_TIMEOUT_MS } from '../limits.ts';
import { isNumericHost, registeredDomain } from '../content/links.ts';
import type { OutcomeOf } from '../findings.ts';

export interface HeaderCheckOptions {
  readonly isEnabled: () => boolean;
  readonly isOurDomain: (domain: string) => Promise<boolean>;
}

const DAY_MS = 24 * 60 * 60_000;
/** Clocks are wrong and mail waits; a week is neither. */
const FAR_OFF_MS = 7 * DAY_MS;

export function createHeaderCheck(options: HeaderCheckOptions): MessageCheck {
  return {
    name: 'header',
    timeoutMs: CHECK_TIMEOUT_MS,
    applies: ({ origin, isFromDevice }) => options.isEnabled() && origin === 'reception' && !isFromDevice,
    run: async (facts) => {
      const text = await facts.text();
      return [
        ...checkFields(facts),
        ...(await checkAuthor(facts, options)),
        ...(text.isOnlyPicture ? [header('onlyPicture', tell('onlyPicture', {}))] : []),
        ...(isShouting(facts.octets.index.subject) ? [header('shouting', tell('shouting', {}))] : []),
        ...checkLinks(text.links),
        ...(text.fields('list-id').length > 0
          ? [
              {
                check: 'bulk',
                outcome: 'isList' satisfies OutcomeOf<'bulk'>,
                detail: tell('isList', {}),
              },
            ]
          : []),
      ];
    },
  };
}

function header(outcome: OutcomeOf<'header'>, detail: FindingDetail): CheckFinding {
  return { check: 'header', outcome, detail };
}

function* checkFields({ octets: { index }, at }: MessageFacts): Generator<CheckFinding> {
  const { envelope, sentAt } = index;
  const authors = envelope.from.filter(({ host }) => host !== null);
  if (authors.length === 0) yield header('noAuthor', tell('noAuthor', {}));
  if (authors.length > 1) yield header('severalAuthors', tell('severalAuthors', { count: authors.length }));
  if (sentAt === null) yield header('noDate', tell('noDate', {}));
  else if (Math.abs(at - sentAt) > FAR_OFF_MS) yield header('dateFarOff', tell('dateFarOff', {}));
  if (envelope.messageId === null) yield header('noMessageId', tell('noMessageId', {}));
}

/** Names that show another address than the one behind them, and strangers who use the name of somebody here. */
async function checkAuthor(
  { octets: { index } }: MessageFacts,
  { isOurDomain }: HeaderCheckOptions,
): Promise<readonly CheckFinding[]> {
  const [author] = index.envelope.from;
  if (author === undefined || author.host === null || author.name === null) return [];
  const shown = /[^\s@"'<>()]{1,64}@([a-z0-9.-]{1,253}\.[a-z]{2,63})/iu.exec(decodeEncodedWords(author.name));
  const shownDomain = shown?.[1]?.toLowerCase();
  if (shown === null || shownDomain === undefined || isSameOffice(shownDomain, author)) return [];
  const detail = tell('nameIsOtherAddress', {
    shown: shown[0],
    address: `${author.mailbox}@${author.host}`,
  });
  const findings = [header('nameIsOtherAddress', detail)];
  if (await isOurDomain(shownDomain))
    findings.push(header('nameOfOurs', tell('nameOfOurs', { domain: shownDomain })));
  return findings;
}

function isSameOffice(domain: string, { host }: IndexedAddress): boolean {
  return registeredDomain(domain) === registeredDomain((host ?? '').toLowerCase());
}

function isShouting(subject: string): boolean {
  const letters = subject.replace(/[^\p{L}]/gu, '');
  return letters.length >= 12 && letters === letters.toUpperCase() && letters !== letters.toLowerCase();
}

function* checkLinks(links: readonly { host: string; shownHost: string | null }[]): Generator<CheckFinding> {
  const hidden = links.find(
    ({ host, shownHost }) => shownHost !== null && registeredDomain(shownHost) !== registeredDomain(host),
  );
  if (hidden !== undefined) {
    const detail = tell('hiddenTarget', { shown: hidden.shownHost ?? '', host: hidden.host });
    yield { check: 'links', outcome: 'hiddenTarget' satisfies OutcomeOf<'links'>, detail };
  }
  const numeric = links.find(({ host }) => isNumericHost(host));
  if (numeric !== undefined) {
    yield {
      check: 'links',
      outcome: 'numericHost' satisfies OutcomeOf<'links'>,
      detail: tell('numericHost', { host: numeric.host }),
    };
  }
}
