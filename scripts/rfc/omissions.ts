/** What of the RFCs that Postroom speaks is left out on purpose, and why. */
export interface Omission {
  readonly rfc: number;
  /** The part that is left out, in the RFC's words. */
  readonly part: string;
  readonly reason: string;
}

export const OMISSIONS: readonly Omission[] = [
  {
    rfc: 2342,
    part: 'namespaces with extension parameters',
    reason: 'none are registered that a client needs',
  },
  {
    rfc: 3030,
    part: 'BINARYMIME',
    reason:
      'stored content is lines that end with CRLF; binary parts would have to be converted, which breaks signatures',
  },
  {
    rfc: 3501,
    part: '\\Recent and RECENT above 0',
    reason: 'IMAP4rev2 has dropped it (RFC 9051 Appendix E); no message is ever recent here',
  },
  {
    rfc: 4469,
    part: 'URLs with URLAUTH, and of other servers',
    reason: 'RFC 4467 is another extension, which we do not offer; such URLs are BADURL',
  },
  {
    rfc: 4954,
    part: 'the AUTH parameter of MAIL as an identity to be trusted',
    reason: 'it is read and not believed: relays of ours sign in by themselves',
  },
  {
    rfc: 5092,
    part: 'absolute URLs, EXPIRE and URLAUTH',
    reason: 'only CATENATE reads URLs, and RFC 4469 §3 keeps it to the own session',
  },
  {
    rfc: 5255,
    part: 'LANGUAGE and I18NLEVEL=2',
    reason: 'responses are for programs; one collation, i;unicode-casemap, serves searches and sorts',
  },
  {
    rfc: 5321,
    part: 'EXPN, and VRFY that tells',
    reason: '§7.3 lets a server keep its users to itself: VRFY answers 252, EXPN 502',
  },
  {
    rfc: 5435,
    part: 'notification methods other than mailto',
    reason: 'nothing else would reach somebody without an account at a third party',
  },
  {
    rfc: 5464,
    part: 'METADATA NOPRIVATE',
    reason: 'private annotations are supported on every mailbox, so nothing can fail for want of them',
  },
  {
    rfc: 5464,
    part: "setting the server's shared entries over IMAP",
    reason: '§3.3 lets a server restrict that: they are read by all accounts',
  },
  {
    rfc: 5465,
    part: 'AnnotationChange',
    reason: 'ANNOTATE (RFC 5257) is not offered; asking for it is BADEVENT',
  },
  {
    rfc: 5465,
    part: 'the UPDATE return option (§7)',
    reason: 'CONTEXT=SEARCH (RFC 5267) is not offered',
  },
  {
    rfc: 5465,
    part: '\\NoAccess when a right is lost after NOTIFY (§5.9, a SHOULD)',
    reason:
      'who asks for MailboxName hears that the mailbox is not there any more; NOTIFY SET itself tells \\NoAccess',
  },
  {
    rfc: 5465,
    part: 'INBOXES as fewer mailboxes than PERSONAL',
    reason: 'mail may be delivered into any mailbox, and then §6.3 makes them the same',
  },
  {
    rfc: 5804,
    part: 'the response codes REFERRAL, SASL and TRANSITION-NEEDED',
    reason:
      'there is one server, its last SASL challenge goes as a challenge, and every password has SCRAM keys',
  },
  {
    rfc: 6154,
    part: '\\All and \\Flagged as mailboxes',
    reason: 'they would be views over all mailboxes, which we do not have',
  },
  {
    rfc: 7162,
    part: 'NOMODSEQ and a MODSEQ of its own for each flag',
    reason: 'every mailbox keeps MODSEQs, one for a message; the RFC leaves both open',
  },
  {
    rfc: 7377,
    part: 'fuzzy matching (§2.3)',
    reason:
      'searches keep the substrings of RFC 9051 everywhere, so that answers do not depend on the command',
  },
  {
    rfc: 8474,
    part: 'THREADID',
    reason:
      'messages are not gathered in threads when they arrive; §5.2 has NIL for that, THREAD computes them',
  },
  {
    rfc: 9051,
    part: 'mailboxes on other servers (REMOTE, REFERRAL)',
    reason: 'there is one server; REMOTE is understood and changes nothing',
  },
  {
    rfc: 9208,
    part: 'SETQUOTA, and resources besides STORAGE',
    reason: 'limits are the administrator’s, who sets them in the console',
  },
];
