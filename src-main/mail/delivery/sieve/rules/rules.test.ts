import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actionsOf, problemsOf } from '../sieve-fixture.ts';
import type { AccountRules, AutoReply, MailRule, RuleAction, RuleCondition } from './rule.ts';
import { rulesToSieve } from './rules-to-sieve.ts';
import { sieveToRules } from './sieve-to-rules.ts';

const rule = (change: Partial<MailRule> = {}): MailRule => ({
  kind: 'rule',
  name: 'Offers',
  isEnabled: true,
  matches: 'any',
  conditions: [{ kind: 'subject', isNot: false, comparison: 'contains', texts: ['offer'] }],
  actions: [{ kind: 'file', mailbox: 'Offers' }],
  stops: true,
  ...change,
});

const REPLY: AutoReply = {
  isEnabled: true,
  subject: 'Away',
  text: 'Back on Monday.',
  from: '2026-12-20',
  until: '2027-01-05',
  days: 3,
  addresses: ['info@example.com'],
};

const lines = (text: string) => text.replaceAll('\r\n', '\n');

describe('rules as Sieve', () => {
  it('are a script that people can read', () => {
    const text = rulesToSieve({ autoReply: REPLY, items: [rule()] });
    expect(lines(text)).toBe(`require ["date", "fileinto", "mailbox", "relational", "vacation"];

# automatic reply
if allof (currentdate :value "ge" "date" "2026-12-20", currentdate :value "le" "date" "2027-01-05") {
  vacation :days 3 :subject "Away" :addresses ["info@example.com"] "Back on Monday.";
}

# rule: Offers
if anyof (header :contains "subject" ["offer"]) {
  fileinto :create "Offers";
  stop;
}
`);
    expect(problemsOf(text)).toEqual([]);
  });

  it('do what they say', async () => {
    const conditions: readonly RuleCondition[] = [
      { kind: 'from', isNot: false, comparison: 'is', texts: ['tom@example.org'] },
      { kind: 'size', isNot: true, overOctets: 1024 },
      { kind: 'attachment', isNot: true },
      { kind: 'list', isNot: true, texts: [] },
      { kind: 'junk', isNot: true },
    ];
    const actions: readonly RuleAction[] = [
      { kind: 'markRead' },
      { kind: 'flag' },
      { kind: 'file', mailbox: 'Tom' },
      { kind: 'forward', address: 'a@b.example', keepsCopy: true },
    ];
    const text = rulesToSieve({ autoReply: null, items: [rule({ matches: 'all', conditions, actions })] });
    const mail = 'From: Tom <tom@example.org>\nSubject: hi\n\nshort\n';
    expect(await actionsOf(mail, text)).toEqual([
      'fileinto Tom \\Seen \\Flagged (created)',
      'redirect a@b.example',
    ]);
    expect(await actionsOf(`List-Id: <x>\n${mail}`, text)).toEqual(['keep']);
    expect(await actionsOf(mail, text, { spamPercent: 70 })).toEqual(['keep']);
  });

  it('that are switched off are kept and do nothing', async () => {
    const text = rulesToSieve({
      autoReply: { ...REPLY, isEnabled: false },
      items: [rule({ isEnabled: false })],
    });
    expect(await actionsOf('Subject: offer\n\n', text)).toEqual(['keep']);
    expect(sieveToRules(text).items).toEqual([rule({ isEnabled: false })]);
  });
});

const word = fc.string({ unit: fc.constantFrom(...'abc "\\é中.:*'), minLength: 1, maxLength: 8 });
const texts = fc.array(word, { minLength: 1, maxLength: 3 });
const isNot = fc.boolean();
const comparison = fc.constantFrom('contains' as const, 'is' as const, 'matches' as const);
const condition: fc.Arbitrary<RuleCondition> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('from' as const, 'to' as const, 'subject' as const),
    isNot,
    comparison,
    texts,
  }),
  fc.record({
    kind: fc.constant('header' as const),
    isNot,
    comparison,
    texts,
    name: fc.constantFrom('X-Tag', 'Sender'),
  }),
  fc.record({ kind: fc.constant('size' as const), isNot, overOctets: fc.integer({ min: 1, max: 2 ** 40 }) }),
  fc.record({ kind: fc.constant('list' as const), isNot, texts: fc.oneof(fc.constant([]), texts) }),
  fc.record({ kind: fc.constantFrom('attachment' as const, 'junk' as const), isNot }),
);
const action: fc.Arbitrary<RuleAction> = fc.oneof(
  fc.record({ kind: fc.constant('file' as const), mailbox: word }),
  fc.record({ kind: fc.constantFrom('flag' as const, 'markRead' as const, 'discard' as const) }),
  fc.record({
    kind: fc.constant('forward' as const),
    address: fc.constant('a@b.example'),
    keepsCopy: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('reject' as const), text: fc.oneof(word, fc.constant('.one\r\n..two\r\n')) }),
);
const anyRule: fc.Arbitrary<MailRule> = fc.record({
  kind: fc.constant('rule' as const),
  name: word.map((name) => name.trim()),
  isEnabled: fc.boolean(),
  matches: fc.constantFrom('any' as const, 'all' as const),
  conditions: fc.array(condition, { maxLength: 3 }),
  actions: fc.array(action, { maxLength: 3 }),
  stops: fc.boolean(),
});
const day = fc.option(fc.constantFrom('2026-12-20', '2027-01-05'));
const reply: fc.Arbitrary<AutoReply> = fc.record({
  isEnabled: fc.boolean(),
  subject: fc.option(word),
  text: fc.oneof(word, fc.constant('I am away.\r\n\r\n.Back soon.\r\n')),
  from: day,
  until: day,
  days: fc.integer({ min: 1, max: 365 }),
  addresses: fc.array(fc.constant('x@y.example'), { maxLength: 2 }),
});

describe('rules that are read from the script that they were written as', () => {
  it('are the same rules', () => {
    const rules = fc.record({ autoReply: fc.option(reply), items: fc.array(anyRule, { maxLength: 4 }) });
    fc.assert(
      fc.property(rules, (written) => {
        // Without conditions "any" and "all" are the same.
        const items = written.items.map((each) =>
          each.conditions.length === 0 ? { ...each, matches: 'all' as const } : each,
        );
        const text = rulesToSieve({ ...written, items });
        expect(sieveToRules(text)).toEqual({ ...written, items });
        expect(problemsOf(text)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a script that was changed by hand', () => {
  const HAND = 'if header :contains "x-tag" "a" {\r\n  keep; # by hand\r\n}\r\nelse { discard; }\r\n';

  it('keeps its rules, and shows what fits no rule as text in its place', () => {
    const before = rulesToSieve({ autoReply: REPLY, items: [rule({ name: 'one' }), rule({ name: 'two' })] });
    const changed = before.replace('# rule: two', `${HAND}\r\n# rule: two`);
    const rules = sieveToRules(changed);
    expect(rules.autoReply).toEqual(REPLY);
    expect(
      rules.items.map((item) => (item.kind === 'rule' ? item.name : item.text.replace(/^require.*\r\n/, ''))),
    ).toEqual(['one', HAND, 'two']);
    const again = rulesToSieve(rules);
    expect(problemsOf(again)).toEqual([]);
    expect(again).toContain(HAND);
    expect(sieveToRules(again).items.map(({ kind }) => kind)).toEqual(['rule', 'text', 'rule']);
  });

  it('keeps what its own parts require', () => {
    const text = 'require ["fileinto", "body"];\r\nif body :contains "x" { fileinto "X"; }\r\n';
    const rules: AccountRules = sieveToRules(text);
    const again = rulesToSieve({ ...rules, items: [...rules.items, rule()] });
    expect(problemsOf(again)).toEqual([]);
    expect(again.match(/require/g)).toHaveLength(1);
  });

  it('a rule with one more argument than rules have is text', () => {
    const text = rulesToSieve({ autoReply: null, items: [rule()] }).replace(
      'fileinto :create',
      'fileinto :copy :create',
    );
    expect(sieveToRules(text).items).toMatchObject([{ kind: 'text' }]);
  });

  it('that is no Sieve is one text', () => {
    expect(sieveToRules('if {')).toEqual({ autoReply: null, items: [{ kind: 'text', text: 'if {' }] });
  });

  it('whatever it is, nothing that it does is lost by reading and writing it', async () => {
    const piece = fc.constantFrom(
      HAND,
      '# a comment\r\n',
      'if header "x-tag" "b" { fileinto "B"; stop; }\r\n',
      rulesToSieve({ autoReply: null, items: [rule()] }).replace(/^require.*\r\n\r\n/, ''),
      'keep;\r\n',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 5 }),
        fc.constantFrom('a', 'b', 'c'),
        async (pieces, value) => {
          const text = `require ["fileinto", "mailbox"];\r\n${pieces.join('')}`;
          const mail = `X-Tag: ${value}\nSubject: offer\n\n`;
          expect(await actionsOf(mail, rulesToSieve(sieveToRules(text)))).toEqual(
            await actionsOf(mail, text),
          );
        },
      ),
      { numRuns: 100 },
    );
  });
});
