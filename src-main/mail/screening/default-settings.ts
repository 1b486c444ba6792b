/** Screening until somebody changes it: what needs no account elsewhere is on; nothing is refused by score alone. */
import type { DnsListSetting, ScreeningSettings } from './settings.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What each finding counts, by `check.outcome`, until the administrator says otherwise. */
export const DEFAULT_WEIGHTS: Readonly<Record<string, number>> = {
  'hello.isOurName': 4,
  'hello.isOtherAddress': 2,
  'hello.isBareAddress': 1.5,
  'hello.notFullyQualified': 1,
  'hello.doesNotExist': 1,
  'reverseName.none': 1.5,
  'reverseName.notConfirmed': 0.5,
  'reverseName.looksDynamic': 1,
  'header.noAuthor': 1.5,
  'header.severalAuthors': 1,
  'header.noDate': 1,
  'header.dateFarOff': 1,
  'header.noMessageId': 0.5,
  'header.nameIsOtherAddress': 2.5,
  'header.nameOfOurs': 1.5,
  'header.shouting': 0.5,
  'header.onlyPicture': 1,
  'links.hiddenTarget': 2,
  'links.numericHost': 1.5,
  'spf.fail': 2.5,
  'spf.softfail': 1,
  'spf.permerror': 0.5,
  'dkim.fail': 0.5,
  'dmarc.pass': -1,
  'dmarc.fail': 2,
  'attachment.encrypted': 1,
  'bulk.isList': -0.5,
};

/** Those that are free for small offices and answer through any resolver that does not hide who asks. */
const DNS_LISTS: readonly DnsListSetting[] = [
  {
    zone: 'zen.spamhaus.org',
    kind: 'client',
    isEnabled: true,
    meanings: [
      { answers: '127.0.0.2', meaning: 'a source of junk (SBL)', weight: 4, refuses: true },
      { answers: '127.0.0.3', meaning: 'a source of newsletters that nobody asked for (CSS)', weight: 3 },
      { answers: '127.0.0.4-7', meaning: 'a hijacked or infected machine (XBL)', weight: 5, refuses: true },
      { answers: '127.0.0.9', meaning: 'in a stolen network (DROP)', weight: 6, refuses: true },
      { answers: '127.0.0.10-11', meaning: 'a line of a home, which sends no mail itself (PBL)', weight: 3 },
    ],
  },
  {
    zone: 'bl.spamcop.net',
    kind: 'client',
    isEnabled: true,
    meanings: [{ answers: '127.0.0.2', meaning: 'reported for junk', weight: 2 }],
  },
  {
    zone: 'list.dnswl.org',
    kind: 'client',
    isEnabled: true,
    meanings: [
      { answers: '127.0.*.1', meaning: 'a server that is known, with some trust', weight: -0.5 },
      { answers: '127.0.*.2', meaning: 'a server that is known to be good', weight: -1.5 },
      { answers: '127.0.*.3', meaning: 'a server that is known to be very good', weight: -3 },
    ],
  },
  {
    zone: 'dbl.spamhaus.org',
    kind: 'domain',
    isEnabled: true,
    meanings: [
      { answers: '127.0.1.2-99', meaning: 'a domain of junk', weight: 3.5 },
      { answers: '127.0.1.102-106', meaning: 'a good domain that was broken into', weight: 1.5 },
    ],
  },
];

/** Programs and scripts that run by a double click; what offices send each other is not among them. */
const EXTENSIONS = `ace apk app bat chm cmd com cpl dll exe hta iso img jar jse js lnk msc msi msp mst pif ps1 reg rgs scf scr
 sct shb sys vb vbe vbs vxd wsc wsf wsh xll`;

/** People know what junk is; what could harm the office is not for one of them to let in. */
const HANDLED_BY = {
  malicious: 'administrators',
  attachment: 'administrators',
  forged: 'account',
  rule: 'account',
  junk: 'account',
} as const;

export const DEFAULT_SCREENING: ScreeningSettings = {
  isEnabled: true,
  thresholds: { junk: 5, quarantine: 12, reject: null },
  weights: {},
  checksHello: true,
  checksHeader: true,
  obeysDmarc: true,
  dnsLists: DNS_LISTS,
  greylisting: {
    isEnabled: false,
    delayMs: 5 * MINUTE_MS,
    retryWindowMs: 2 * DAY_MS,
    rememberMs: 36 * DAY_MS,
    passesToTrust: 5,
    exempt: [],
  },
  rules: [],
  attachments: {
    isEnabled: true,
    extensions: EXTENSIONS.split(/\s+/u),
    byContent: true,
    action: 'quarantine',
  },
  engines: [],
  bayes: { isEnabled: true, weight: 5, minimumTrained: 20 },
  quarantine: { keepDays: 30, digestHour: 6, consoleUrl: null, handledBy: HANDLED_BY },
  brakes: { isEnabled: true, messagesPerHour: 200, newRecipientsPerHour: 100 },
};
