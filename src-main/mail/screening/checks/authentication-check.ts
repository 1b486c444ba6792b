/**
 * SPF, DKIM, DMARC and ARC as a check: what the authenticator finds counts by the table, and what the author's domain asks for is
 * done where the settings obey it.
 *
 * RFC 9989 (DMARC), RFC 7208 (SPF). Flow: MessageAuthenticator → here → findings; its Authentication-Results field goes above the message.
 */
import { tell } from '../../../base/finding-texts.ts';
import { smtpReply } from '../../../protocol/smtp/server/reply.ts';
import { isPrivateAddress } from '../address-kinds.ts';
import type { AuthenticationOutcome, DmarcFinding, MessageAuthenticator } from '../authentication/port.ts';
import { RANK, type CheckFinding, type MessageCheck, type MessageFacts } from '../facts.ts';
import { CHECK_TIMEOUT_MS } from '../limits.ts';
import type { OutcomeOf } from '../findings.ts';

export interface AuthenticationCheckOptions {
  readonly authenticator: MessageAuthenticator;
  readonly obeysDmarc: () => boolean;
  readonly isOurDomain: (domain: string) => Promise<boolean>;
  /** Hears what was found, for the reports that domains ask for. */
  readonly onFound?: (facts: MessageFacts, outcome: AuthenticationOutcome) => void;
}

export function createAuthenticationCheck(options: AuthenticationCheckOptions): MessageCheck {
  const { authenticator, onFound } = options;
  return {
    name: 'authentication',
    timeoutMs: CHECK_TIMEOUT_MS,
    applies: ({ origin, isFromDevice }) => origin === 'reception' && !isFromDevice,
    run: async (facts) => {
      const { client, reversePath, octets } = facts;
      const question = { remoteAddress: client.address, remoteName: client.hello, reversePath };
      const outcome = await authenticator.authenticate(question, octets);
      // Reports are about servers that the world knows.
      if (!isPrivateAddress(client.address)) onFound?.(facts, outcome);
      return toFindings(outcome, await isBoundByDmarc(options, facts, outcome));
    },
  };
}

/** Scripts and devices of the office write in our name, from addresses that no record of ours can name. */
async function isBoundByDmarc(
  { obeysDmarc, isOurDomain }: AuthenticationCheckOptions,
  { client }: MessageFacts,
  { dmarc }: AuthenticationOutcome,
): Promise<boolean> {
  if (!obeysDmarc()) return false;
  return !isPrivateAddress(client.address) || !(await isOurDomain(dmarc.domain));
}

/** The reason is the technical one, as in Authentication-Results: it stays in English. */
const SPF_CODES = {
  none: 'spfNone',
  neutral: 'spfNeutral',
  pass: 'spfPass',
  fail: 'spfFail',
  softfail: 'spfSoftfail',
  temperror: 'spfTemperror',
  permerror: 'spfPermerror',
} as const;
const DKIM_CODES = {
  pass: 'dkimPass',
  fail: 'dkimFail',
  policy: 'dkimPolicy',
  neutral: 'dkimNeutral',
  temperror: 'dkimTemperror',
  permerror: 'dkimPermerror',
} as const;
const DMARC_CODES = {
  none: 'dmarcNone',
  pass: 'dmarcPass',
  fail: 'dmarcFail',
  temperror: 'dmarcTemperror',
  permerror: 'dmarcPermerror',
} as const;
const ARC_CODES = { pass: 'arcPass', fail: 'arcFail', temperror: 'arcTemperror' } as const;

export function toFindings(outcome: AuthenticationOutcome, obeysDmarc: boolean): readonly CheckFinding[] {
  const { spf, dkim, dmarc, arc, field } = outcome;
  const { mailFrom } = spf;
  return [
    {
      check: 'spf',
      outcome: mailFrom.result satisfies OutcomeOf<'spf'>,
      detail: tell(SPF_CODES[mailFrom.result], { domain: mailFrom.domain, reason: mailFrom.reason }),
      fields: field,
    },
    ...dkim.map(({ result, domain, reason }) => ({
      check: 'dkim',
      outcome: result satisfies OutcomeOf<'dkim'>,
      detail: domain === '' ? reason : tell(DKIM_CODES[result], { domain, reason }),
    })),
    { ...judgeDmarc(dmarc, obeysDmarc), ...provenBy(outcome) },
    ...(arc.result === 'none'
      ? []
      : [
          {
            check: 'arc',
            outcome: arc.result satisfies OutcomeOf<'arc'>,
            detail: tell(ARC_CODES[arc.result], { reason: arc.reason }),
          },
        ]),
  ];
}

/**
 * Where no record of DMARC says how, SPF and DKIM prove the author's domain by its own name or one above; a record that fails
 * proves nothing.
 */
function provenBy({ dmarc, spf, dkim }: AuthenticationOutcome): Pick<CheckFinding, 'provenDomain'> {
  const { domain, result } = dmarc;
  const { mailFrom } = spf;
  const proving = [
    ...(mailFrom.result === 'pass' ? [mailFrom.domain] : []),
    ...dkim.filter((signature) => signature.result === 'pass').map((signature) => signature.domain),
  ];
  const fits = (name: string) => name !== '' && (domain === name || domain.endsWith(`.${name}`));
  const isProven = result === 'pass' || (result === 'none' && proving.some(fits));
  return isProven && domain !== '' ? { provenDomain: domain } : {};
}

function judgeDmarc(dmarc: DmarcFinding, obeysDmarc: boolean): CheckFinding {
  const { result, reason, domain, disposition } = dmarc;
  const detail = domain === '' ? reason : tell(DMARC_CODES[result], { domain, reason });
  const finding = { check: 'dmarc', outcome: result satisfies OutcomeOf<'dmarc'>, detail };
  if (!obeysDmarc || disposition === 'none') return finding;
  if (disposition === 'quarantine') {
    return { ...finding, decides: { action: 'junk', rank: RANK.authentication } };
  }
  const reply = smtpReply(
    550,
    '5.7.1',
    `${domain} asks to refuse mail that cannot be shown to be its own (DMARC)`,
  );
  return { ...finding, decides: { action: 'reject', rank: RANK.authentication, reply } };
}
