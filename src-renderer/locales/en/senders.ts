/** English: lists of senders, and what messages are by hand. */
export const senders = {
  senders: {
    title: 'Sender and junk',
    for: 'For',
    office: 'The whole office',
    block: 'Block this sender',
    allow: 'Always accept this sender',
    junk: 'This is junk',
    notJunk: 'This is not junk',
    taughtJunk: 'Learned as junk: {owner}',
    taughtMail: 'Learned as no junk: {owner}',
    done: {
      allow: '{sender} is always accepted: {owner}',
      block: '{sender} is blocked: {owner}',
    },
    allowList: 'Senders always accepted',
    allowHint:
      "One a line: ann{'@'}example.com, or example.com with all below it. They pass by points only where SPF, DKIM or DMARC prove them; never with malicious content.",
    blockList: 'Senders blocked',
    blockHint: 'One a line. Their mail goes into Junk.',
    officeBlockHint: 'One a line. Their mail is refused; client networks (192.0.2.0/24) may stand here too.',
    officeTitle: 'Senders of the office',
    officeHint: 'For everybody. Accounts have lists of their own under Accounts, Delivery.',
  },
};
