import { describe, expect, it } from 'vitest';
import type { RecipientOutcome } from '../../../src-main/contract/messages.ts';
import { explainOutcome, explainReply, replyText } from './reply-help.ts';

describe('a reply of ours', () => {
  it.each([
    ['550 5.7.1 Relaying denied: a@b is not in a domain of this server', /without signing in/],
    ['550 5.7.1 Not from that machine (rule "barred")', /A relay rule of this server/],
    ['550 5.1.1 There is no mailbox here for x', /add an account/],
    ['535 5.7.8 The name or the password is not right', /Wrong name or password/],
    ['-ERR [AUTH] wrong', /Wrong name or password/],
    ['a1 NO [AUTHENTICATIONFAILED] no', /Wrong name or password/],
    ['530 5.7.0 Must issue STARTTLS first', /without encryption/],
    ['452 4.2.2 Mailbox is full', /over its limit/],
    ['451 4.3.0 Try again later', /passes/],
  ])('explains %j', (reply, sentence) => expect(explainReply(reply)).toMatch(sentence));
});

function outcome(status: string, diagnostic: string, remoteMta?: string): RecipientOutcome {
  const mta = remoteMta === undefined ? {} : { remoteMta };
  return { kind: 'deferred', recipient: 'anna@example.com', status, diagnostic, ...mta, at: 0 };
}

describe('a reply of theirs', () => {
  it.each([
    ['4.7.0', '421 4.7.0 Try again later, closing connection', /careful with a sender/],
    ['4.7.0', '450 4.7.0 Greylisted, see http://postgrey.example', /Greylisting/],
    ['4.7.1', '451 4.7.1 Please try again in five minutes', /Greylisting/],
    ['4.2.2', '452 4.2.2 Over quota', /Only the recipient can make room/],
    ['5.2.2', '552 5.2.2 Mailbox full', /Only the recipient can make room/],
    ['5.7.1', '550 5.7.1 SPF check failed', /SPF record/],
    ['5.7.26', '550-5.7.26 Unauthenticated email is not accepted', /SPF record/],
    ['5.7.1', '554 5.7.1 Service unavailable; client host blocked using zen.spamhaus.org', /names the list/],
    ['5.7.1', '550 5.7.1 Relaying denied', /not its own/],
    ['5.7.1', '550 5.7.1 Message rejected', /by its own rules/],
    ['5.1.1', '550 5.1.1 User unknown', /no such mailbox there/],
    ['5.0.0', '550 No such user here', /no such mailbox there/],
    ['5.1.10', '556 5.1.10 Domain does not accept mail (null MX)', /takes no mail/],
    ['5.3.4', '552 5.3.4 Message too big', /larger than the other server takes/],
    ['4.3.0', '451 4.3.0 Internal error', /trouble of its own/],
    ['4.0.0', '451 Come back', /Trouble that passes/],
    ['5.0.0', '554 No', /refuses for good/],
  ])('%s %j is explained', (status, diagnostic, sentence) => {
    expect(explainOutcome(outcome(status, diagnostic, 'mx.example.com'))).toMatch(sentence);
    expect(explainReply(diagnostic, 'theirs')).not.toBeNull();
  });
});

describe('an attempt that nobody answered', () => {
  it.each([
    ['4.4.1', 'No answer from mx1 on port 25: timed out', /provider blocks port 25/],
    ['4.4.3', 'The name servers did not answer', /DNS does not say/],
    ['5.4.7', 'Given up after 5 days: no answer', /tried for days/],
    ['4.7.5', 'The certificate of mx1 is not valid', /Encryption with the other server failed/],
    ['4.2.2', 'Mailbox is over its quota', /Raise the limit/],
    ['4.3.0', 'Something went wrong in this server', /in this server did not work/],
  ])("%s %j is explained as ours or the network's", (status, diagnostic, sentence) => {
    expect(explainOutcome(outcome(status, diagnostic))).toMatch(sentence);
  });
});

it('says a status once', () => {
  expect(replyText({ status: '4.7.0', diagnostic: '421 4.7.0 Later' })).toBe('421 4.7.0 Later');
  expect(replyText({ status: '4.3.0', diagnostic: 'Later' })).toBe('4.3.0 Later');
});
