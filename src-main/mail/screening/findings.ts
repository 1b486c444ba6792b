/**
 * Findings: what each check can find, by its technical name. The checks are held to it by their types, the page to a name for each.
 *
 * Invariants: a check that was made in vain finds `couldNotDetermine`. Rules, DNS lists and engines carry names of the administrator:
 * `rule` has the rule's id as its outcome, lists are `dnsList.<zone>` and `linkList.<zone>`, an engine is called as it was named.
 */
export const FINDINGS = {
  hello: [
    'isOurName',
    'isOtherAddress',
    'isBareAddress',
    'notFullyQualified',
    'doesNotExist',
    'couldNotDetermine',
  ],
  reverseName: ['none', 'notConfirmed', 'looksDynamic', 'couldNotDetermine'],
  header: [
    'noAuthor',
    'severalAuthors',
    'noDate',
    'dateFarOff',
    'noMessageId',
    'nameIsOtherAddress',
    'nameOfOurs',
    'shouting',
    'onlyPicture',
    'couldNotDetermine',
  ],
  links: ['hiddenTarget', 'numericHost'],
  bulk: ['isList'],
  authentication: ['couldNotDetermine'],
  spf: ['none', 'neutral', 'pass', 'fail', 'softfail', 'temperror', 'permerror'],
  dkim: ['none', 'pass', 'fail', 'policy', 'neutral', 'temperror', 'permerror'],
  dmarc: ['none', 'pass', 'fail', 'temperror', 'permerror'],
  arc: ['pass', 'fail', 'temperror', 'permerror'],
  attachment: ['forbiddenType', 'forbiddenInside', 'isProgram', 'encrypted', 'couldNotDetermine'],
  bayes: ['junk', 'mail', 'unsure', 'couldNotDetermine'],
  sender: ['correspondent', 'knownForJunk', 'knownForMail'],
  ownList: ['allowed', 'blocked', 'notProved'],
  officeList: ['allowed', 'blocked', 'notProved', 'couldNotDetermine'],
  rule: ['applies', 'couldNotDetermine'],
  dnsList: ['listed', 'unknownAnswer', 'couldNotDetermine'],
  linkList: ['listed', 'unknownAnswer', 'couldNotDetermine'],
  engine: [
    'scored',
    'clean',
    'malicious',
    'tooLarge',
    'unavailable',
    'accept',
    'discard',
    'reject',
    'temporaryFailure',
    'reply',
    'quarantine',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type OutcomeOf<Check extends keyof typeof FINDINGS> = (typeof FINDINGS)[Check][number];
