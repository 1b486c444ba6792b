import { describe, expect, it } from 'vitest';
import { MAX_STEPS } from './limits.ts';
import { actionsOf, isTrue, problemsOf, runOn, TEST_MESSAGE } from './sieve-fixture.ts';

const FROM_TIM = `From: tim@example.com
To: me@example.com
Subject: RE: Testing the flower
X-Caffeine: C8H10N4O2

Coffee.
`;

describe('control commands (RFC 5228 §3)', () => {
  it('keeps the message in INBOX where a script says nothing (§2.10.2)', async () => {
    expect(await actionsOf(TEST_MESSAGE, '')).toEqual(['keep']);
  });

  it('runs the first branch whose test is true and no other (§3.1)', async () => {
    const script = `require "fileinto";
      if header :contains "from" "coyote" { discard; }
      elsif header :contains ["subject"] ["$$$"] { discard; }
      else { fileinto "INBOX.else"; }`;
    expect(await actionsOf(TEST_MESSAGE, script)).toEqual(['discard']);
    expect(await actionsOf('From: a@b\nSubject: $$$\n\n', script)).toEqual(['discard']);
    expect(await actionsOf('From: a@b\nSubject: hi\n\n', script)).toEqual(['fileinto INBOX.else']);
  });

  it('does not look at the test of an elsif after a branch that ran', async () => {
    const script =
      'if true { keep; } elsif true { discard; } else { discard; } if false { discard; } else { stop; } discard;';
    expect(await actionsOf(TEST_MESSAGE, script)).toEqual(['keep']);
  });

  it('stop ends everything, the implicit keep stays (§3.3)', async () => {
    expect(await actionsOf(TEST_MESSAGE, 'if true { stop; } discard;')).toEqual(['keep']);
  });

  it.each([
    ['elsif true { keep; }', '1:1 "elsif" must follow the block of an "if" or "elsif"'],
    ['if true { keep; } keep; else { stop; }', '1:25 "else" must follow the block of an "if" or "elsif"'],
    [
      'if true { keep; } else { stop; } else { stop; }',
      '1:34 "else" must follow the block of an "if" or "elsif"',
    ],
    ['keep; require "fileinto";', '1:7 "require" must stand before all other commands'],
    ['if true { require "fileinto"; }', '1:11 "require" must stand before all other commands'],
    ['require "teleport";', '1:9 the extension "teleport" is not supported'],
    ['fileinto "a";', '1:1 "fileinto" needs require "fileinto"'],
    ['if { keep; }', '1:1 "if" needs a test'],
    ['if true, false { keep; }', '1:8 expected ";" after the command "if", found ","'],
    ['if (true, false) { keep; }', '1:1 "if" takes one test; join several with "allof" or "anyof"'],
    ['if true;', '1:1 "if" needs a block in "{" and "}"'],
    ['keep { stop; }', '1:1 "keep" takes no block'],
    ['keep true;', '1:1 "keep" takes no test'],
    ['jump;', '1:1 there is no command "jump"'],
    ['if jump { keep; }', '1:4 there is no test "jump"'],
    ['if keep { keep; }', '1:4 there is no test "keep"'],
  ])('refuses %j', (script, problem) => {
    expect(problemsOf(script)).toContain(problem);
  });

  it('tells all that is wrong at once', () => {
    expect(problemsOf('jump;\nkeep :wide;\nredirect "nobody";\nkeep;')).toEqual([
      '1:1 there is no command "jump"',
      '2:6 "keep" has no argument ":wide"',
      '3:10 "nobody" is no address',
    ]);
  });
});

describe('arguments (RFC 5228 §2.6)', () => {
  it.each([
    ['redirect;', '1:1 "redirect" needs an argument, 0 given'],
    ['redirect "a@example.com" "b@example.com";', '1:26 "redirect" takes no argument here'],
    ['redirect ["a@example.com"];', '1:10 "redirect" wants a string here'],
    ['redirect 10;', '1:10 "redirect" wants a string here'],
    ['if header "subject" { keep; }', '1:4 "header" needs 2 arguments, 1 given'],
    ['if header :is :is "a" "b" { keep; }', '1:15 ":is" is given twice'],
    [
      'if header :is :contains "a" "b" { keep; }',
      '1:15 ":is" and ":contains" exclude each other (match type)',
    ],
    ['if header "a" :is "b" { keep; }', '1:15 ":is" must stand before the other arguments of "header"'],
    [
      'if address :localpart :domain "from" "b" { keep; }',
      '1:23 ":localpart" and ":domain" exclude each other (address part)',
    ],
    ['if header :comparator "a" "b" "c" { keep; }', '1:23 there is no comparator "a"'],
    ['if header :comparator 5 "a" "b" { keep; }', '1:23 ":comparator" must be followed by a string'],
    ['if size 5 { keep; }', '1:9 "size" takes no argument here'],
    ['if size { keep; }', '1:4 "size" needs ":over" or ":under" with a number'],
    ['if size :over "5" { keep; }', '1:15 ":over" must be followed by a number'],
    ['if header "Subject:" "a" { keep; }', '1:11 "Subject:" is no name of a header field'],
    [
      'if address "subject" "a" { keep; }',
      '1:12 the header field "subject" holds no addresses; use the test "header"',
    ],
    [
      'require "envelope"; if envelope "via" "a" { keep; }',
      '1:33 the envelope has no part "via"; it has "from" and "to"',
    ],
    ['require "fileinto"; fileinto "";', '1:30 "" is no name of a mailbox'],
  ])('refuses %j', (script, problem) => {
    expect(problemsOf(script)).toEqual([problem]);
  });
});

describe('match types and comparators (RFC 5228 §2.7)', () => {
  it.each([
    ['header :is "subject" "re: testing THE flower"', true],
    ['header "subject" "testing"', false],
    ['header :contains "subject" "TESTING"', true],
    ['header :contains :comparator "i;octet" "subject" "TESTING"', false],
    ['header :contains "X-Caffeine" [""]', true],
    ['header :contains "X-Missing" [""]', false],
    ['header :is ["X-Missing", "to"] ["nobody", "me@example.com"]', true],
    ['header :matches "subject" "RE: *flow?r"', true],
    ['header :matches "subject" "*\\\\*"', false],
    ['header :matches "subject" ""', false],
    ['header :matches "X-Missing" "*"', false],
    ['not header :is "subject" "x"', true],
  ])('%s is %s', async (test, expected) => {
    expect(await isTrue(FROM_TIM, test)).toBe(expected);
  });

  it('compares letters beyond ASCII without case by i;unicode-casemap only', async () => {
    const message = 'Subject: =?utf-8?Q?=C3=84rger_mit_=C3=96l?=\n\n';
    const require = ['comparator-i;unicode-casemap'];
    expect(await isTrue(message, 'header :contains "subject" "ärger"')).toBe(false);
    const test = 'header :contains :comparator "i;unicode-casemap" "subject" "ärger mit öl"';
    expect(await isTrue(message, test, { require })).toBe(true);
    const pattern = 'header :matches :comparator "i;unicode-casemap" "subject" "?RGER*Ö?"';
    expect(await isTrue(message, pattern, { require })).toBe(true);
  });

  it('decodes encoded words of any charset before it compares (§2.7.2)', async () => {
    const message = 'Subject: =?gb2312?B?09q8/g==?= =?iso-8859-1?Q?_caf=E9?=\n\n';
    expect(await isTrue(message, 'header :contains "subject" "café"')).toBe(true);
  });

  it('unfolds a field and takes white space from its ends (§2.4.2.2)', async () => {
    const message = 'Subject:   first\n second\t\nX: y\n\n';
    expect(await isTrue(message, 'header :is "subject" "first second"')).toBe(true);
  });

  it('needs a require for a comparator that is not built in, and refuses one that has no substrings', () => {
    expect(problemsOf('if header :comparator "i;ascii-numeric" "a" "1" { keep; }')).toEqual([
      '1:23 the comparator "i;ascii-numeric" needs require "comparator-i;ascii-numeric"',
    ]);
    const script =
      'require "comparator-i;ascii-numeric"; if header :contains :comparator "i;ascii-numeric" "a" "1" { keep; }';
    expect(problemsOf(script)).toEqual([
      '1:71 ":contains" cannot be used with the comparator "i;ascii-numeric"',
    ]);
  });
});

describe('address and envelope (RFC 5228 §5.1, §5.4)', () => {
  it.each([
    ['address :is :all "from" "tim@example.com"', true],
    ['address :is "from" "TIM@EXAMPLE.COM"', true],
    ['address :localpart "from" "tim"', true],
    ['address :domain ["from", "to"] "example.com"', true],
    ['address :domain "from" "example"', false],
    ['address :all :contains ["to", "cc", "bcc"] "me"', true],
  ])('%s is %s', async (test, expected) => {
    expect(await isTrue(FROM_TIM, test)).toBe(expected);
  });

  it('sees each address of a list and of a group, never a display name', async () => {
    const message = 'To: "a@wrong.example" <a@one.example>, Team: b@two.example, c@three.example;\n\n';
    expect(await isTrue(message, 'address :domain "to" ["two.example"]')).toBe(true);
    expect(await isTrue(message, 'address :domain :contains "to" "wrong"')).toBe(false);
    const count = 'address :count "eq" "to" "3"';
    expect(await isTrue(message, count, { require: ['relational'] })).toBe(true);
  });

  it('looks at the envelope, in which the null reverse-path is an empty address', async () => {
    const require = ['envelope'];
    expect(await isTrue(FROM_TIM, 'envelope :all "from" "sender@example.org"', { require })).toBe(true);
    const environment = { envelope: { from: '', to: 'a@example.com' } };
    expect(await isTrue(FROM_TIM, 'envelope :domain "from" ""', { require, environment })).toBe(true);
  });
});

describe('exists, size, allof, anyof (RFC 5228 §5)', () => {
  it.each([
    ['exists "x-caffeine"', true],
    ['exists ["From", "Date"]', false],
    ['size :over 1M', false],
    ['size :under 1M', true],
    ['size :over 0', true],
    ['allof (true, false)', false],
    ['allof (true, not false)', true],
    ['anyof (false, false)', false],
    ['anyof (false, true)', true],
  ])('%s is %s', async (test, expected) => {
    expect(await isTrue(FROM_TIM, test)).toBe(expected);
  });

  it('counts the very octets: a message of exactly the size is neither over nor under (§5.9)', async () => {
    const octets = 'A: b\r\n\r\n'.length;
    expect(await isTrue('A: b\n\n', `size :over ${octets}`)).toBe(false);
    expect(await isTrue('A: b\n\n', `size :under ${octets}`)).toBe(false);
    expect(await isTrue('A: b\n\n', `size :over ${octets - 1}`)).toBe(true);
  });
});

describe('actions (RFC 5228 §4)', () => {
  it('fileinto, redirect and discard cancel the implicit keep, an explicit keep stands', async () => {
    expect(await actionsOf(FROM_TIM, 'require "fileinto"; fileinto "a";')).toEqual(['fileinto a']);
    expect(await actionsOf(FROM_TIM, 'redirect "bart@example.com";')).toEqual(['redirect bart@example.com']);
    expect(await actionsOf(FROM_TIM, 'discard;')).toEqual(['discard']);
    expect(await actionsOf(FROM_TIM, 'discard; keep;')).toEqual(['keep']);
  });

  it('does nothing twice (§2.10.3)', async () => {
    const script =
      'require "fileinto"; fileinto "a"; fileinto "a"; redirect "b@c.example"; redirect "B@c.example"; keep; keep;';
    expect(await actionsOf(FROM_TIM, script)).toEqual(['fileinto a', 'redirect b@c.example', 'keep']);
  });

  it('runs the longer script of §9 as its author meant', async () => {
    const script = `require ["fileinto"];
      if header :is "Sender" "owner-ietf-mta-filters@imc.org" {
        fileinto "filter";
      } elsif address :DOMAIN :is ["From", "To"] "example.com" {
        keep;
      } elsif anyof (NOT address :all :contains ["To", "Cc", "Bcc"] "me@example.com",
          header :matches "subject" ["*make*money*fast*", "*university*dipl*mas*"]) {
        fileinto "spam";
      } else {
        fileinto "personal";
      }`;
    expect(await actionsOf('Sender: owner-ietf-mta-filters@imc.org\n\n', script)).toEqual([
      'fileinto filter',
    ]);
    expect(await actionsOf(FROM_TIM, script)).toEqual(['keep']);
    const junk = 'From: a@b.example\nTo: me@example.org\nSubject: MAKE money FAST\n\n';
    expect(await actionsOf(junk, script)).toEqual(['fileinto spam']);
  });
});

describe('encoded characters (RFC 5228 §2.4.2.4)', () => {
  it.each([
    ['$${hex:40}', '$@'],
    ['${hex: 40 }', '@'],
    ['${HEX: 40}', '@'],
    ['${hex:40', '${hex:40'],
    ['${hex:400}', '${hex:400}'],
    ['${hex:4${hex:30}}', '${hex:40}'],
    ['${unicode:40}', '@'],
    ['${ unicode:40}', '${ unicode:40}'],
    ['${UNICODE:40}', '@'],
    ['${UnICoDE:0000040}', '@'],
    ['${Unicode:40}', '@'],
    ['${Unicode:Cool}', '${Unicode:Cool}'],
    ['${unicode:}', '${unicode:}'],
    ['${unicode: 4e2d 6587}', '中文'],
    ['${hex:c3}${hex:a9}', 'é'],
  ])('%s stands for %s', async (written, meant) => {
    const script = `require ["encoded-character", "fileinto"]; fileinto "${written}";`;
    expect(await actionsOf(FROM_TIM, script)).toEqual([`fileinto ${meant}`]);
  });

  it('refuses numbers that are no characters', () => {
    for (const number of ['200000', 'D801']) {
      expect(problemsOf(`require "encoded-character"; redirect "\${unicode:${number}}";`)).toEqual([
        '1:39 "${unicode:}" holds a number that is no Unicode character',
      ]);
    }
  });

  it('leaves strings alone where it is not required', async () => {
    expect(await actionsOf(FROM_TIM, 'require "fileinto"; fileinto "${hex:40}";')).toEqual([
      'fileinto ${hex:40}',
    ]);
  });
});

describe('a script that fails keeps the message and does nothing else (RFC 5228 §2.10.6)', () => {
  it('tells the line and the reason', async () => {
    const redirects = Array.from({ length: 6 }, (_, i) => `redirect "a${i}@example.com";`).join('\n');
    const outcome = await runOn(FROM_TIM, redirects);
    expect(outcome).toEqual({
      actions: [],
      keep: { flags: [], content: null },
      duplicates: [],
      failure: { line: 6, text: 'more than 5 redirects were asked for' },
    });
  });

  it('stops a script that runs too long', async () => {
    const many = `if anyof (${Array(MAX_STEPS / 10 + 1)
      .fill('false')
      .join(', ')}) { stop; }\n`.repeat(10);
    expect(await actionsOf(FROM_TIM, many)).toEqual([
      `failure in line 10: more than ${MAX_STEPS} commands and tests were run`,
    ]);
  });

  it('stops patterns that take too long', async () => {
    const message = `Subject: ${'a'.repeat(200_000)}\n\n`;
    const pattern = `${'*a'.repeat(3)}${'?'.repeat(200)}b`;
    expect(await actionsOf(message, `if header :matches "subject" "${pattern}" { discard; }`)).toEqual([
      'failure in line 1: the patterns take too long to compare',
    ]);
  });
});
