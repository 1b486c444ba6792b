/** Limits: what the console may ask for, known to the host and to the page's forms. No schema library in here. */
export const LIMITS = {
  /** One answer stays below about half a megabyte. */
  pageSize: 500,
  searchTextLength: 200,
  /** A bounce that is pasted, with what came back of the message. */
  pastedLength: 65_536,
  idLength: 64,
  /** Longer than anything a person types, short enough that hashing it costs nothing. */
  passwordLength: 256,
  administratorNameLength: 64,
  /** A recovery code with its dashes. */
  codeLength: 40,
  /** WebAuthn Level 3 §4: 1023 octets, as base64url. */
  passkeyIdLength: 1_364,
  /** The token of the first start. */
  setupTokenLength: 64,
  /** RFC 5321 §4.5.3.1.1 */
  localPartLength: 64,
  /** RFC 5321 §4.5.3.1.2 */
  domainLength: 255,
  /** RFC 5321 §4.5.3.1.3, without the angle brackets. */
  addressLength: 254,
  personNameLength: 200,
  aliasTargets: 500,
  /** A person forwards to a few. */
  forwardingTargets: 50,
  furtherAddresses: 100,
  /** Of either list; more is a mistake of whoever pasted them. */
  listedSenders: 20_000,
  /** A path of Linux. */
  pathLength: 4096,
  commandWords: 100,
  /** A few thousand accounts. */
  csvLength: 1_000_000,
  /** A reply of several lines, joined. */
  replyLength: 4096,
  /** A route with a name and several hosts. */
  nextHopLength: 2048,
  nameLength: 100,
  mailboxNameLength: 200,
  /** Mailboxes of one account whose rights one order changes. */
  sharedMailboxes: 10_000,
  fileNameLength: 255,
  /** Ten years: longer is for ever. */
  keepDays: 3650,
  /** A terabyte: more is a slip of the finger. */
  transcriptMiB: 1_048_576,
  /** Fewer would not hold one mail transaction. */
  fewestLines: 100,
  /** So much one session may take of the memory. */
  mostLines: 100_000,
  /** 1 MiB of a message says what it is. */
  recordedContentKiB: 1_024,
  recordedSessionsPerSecond: 100_000,
  /** RFC 2449 §6.5 knows no bound; more than an hour is a locked door. */
  loginDelaySeconds: 3600,
  /** An IPv6 network. */
  networkLength: 64,
  /** What an administrator tells a sender. */
  reasonLength: 500,
  editedRecipients: 500,
  /** More is a matter for a filter. */
  tickedRows: 5000,
  /** 1 PiB: more is a slip of the finger. */
  quotaBytes: 2 ** 50,
  quotaMessages: 1_000_000_000,
  ruleNameLength: 80,
  ruleNoteLength: 500,
  /** It goes into one reply line with the rule's name (RFC 5321 §4.5.3.1.5). */
  refusalTextLength: 200,
  /** Networks, accounts or domains of one rule. */
  rulePatterns: 100,
  /** Rules and hand-written parts of one account. */
  mailRules: 200,
  ruleConditions: 50,
  ruleActions: 20,
  sieveTextLength: 500,
  autoReplyLength: 20_000,
  scriptNameLength: 256,
  /** Characters; the host counts octets besides. */
  sieveScriptLength: 1024 * 1024,
  /** As long as browsers take. */
  urlLength: 2000,
  relayRules: 200,
  routes: 200,
  routeHosts: 20,
  /** A certificate with those that it is signed with, or a key; RSA 4096 has some 8 KiB in all. */
  pemLength: 100_000,
  /** Let's Encrypt takes 100. */
  certificateNames: 99,
  keyIdLength: 1_000,
  /** A server has one or two of each kind. */
  publicAddresses: 16,
  /** A zone of some thousand records. */
  zoneFileLength: 1024 * 1024,
} as const;

/** Characters that begin a detail in an address; none where the office wants no details. */
export const DETAIL_SEPARATORS_SHAPE = /^[+\-_.=#]{0,4}$/u;
