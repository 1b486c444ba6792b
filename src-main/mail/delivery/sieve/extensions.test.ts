import { describe, expect, it } from 'vitest';
import { CAPABILITIES } from './checking/capabilities.ts';
import { actionsOf, isTrue, problemsOf, runOn, TEST_MESSAGE } from './sieve-fixture.ts';

const EMPTY = 'From: a@example.org\n\n';

/** What a variable holds at the end of a script. */
async function valueOf(script: string, message = EMPTY): Promise<string | undefined> {
  const lines = await actionsOf(
    message,
    `require ["variables", "fileinto"];\n${script}\nfileinto "\${result}";`,
  );
  return lines[0]?.replace(/^fileinto /, '');
}

describe('copy (RFC 3894)', () => {
  it('leaves the implicit keep as it is', async () => {
    const script = 'require ["copy", "fileinto"]; fileinto :copy "incoming"; redirect :copy "a@example.com";';
    expect(await actionsOf(EMPTY, script)).toEqual(['fileinto incoming', 'redirect a@example.com', 'keep']);
    expect(problemsOf('redirect :copy "a@example.com";')).toEqual(['1:10 ":copy" needs require "copy"']);
  });
});

describe('body (RFC 5173)', () => {
  const MESSAGE = `Subject: parts
Content-Type: multipart/mixed; boundary=outer

This is a prologue MAKE MONEY.
--outer
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

A caf=E9 in K=F6ln
--outer
Content-Type: text/html

<p>Hello <b>wor</b>ld &amp; all</p>
--outer
Content-Type: message/rfc822

Subject: enclosed words

inner text
--outer
Content-Type: application/octet-stream
Content-Transfer-Encoding: base64

c2VjcmV0IG9jdGV0cw==
--outer--
An epilogue.
`;
  it.each([
    ['body :raw :contains "MAKE MONEY"', true],
    ['body :raw :contains "caf=E9"', true],
    ['body :raw :contains "café"', false],
    ['body :text :contains "café in Köln"', true],
    ['body :contains "wor ld & all"', true],
    ['body :contains "<p>"', false],
    ['body :text :contains "MAKE MONEY"', false],
    ['body :content "text" :contains "café"', true],
    ['body :content "text/html" :contains "<b>"', true],
    ['body :content ["text/plain", "image"] :contains "<b>"', false],
    ['body :content "application" :contains "secret octets"', true],
    ['body :content "" :contains "secret octets"', true],
    ['body :content "multipart" :contains "prologue MAKE"', true],
    ['body :content "multipart" :contains "An epilogue"', true],
    ['body :content "multipart" :contains "Köln"', false],
    ['body :content "message/rfc822" :contains "enclosed words"', true],
    ['body :content "message/rfc822" :contains "inner text"', false],
    ['body :content "text" :contains "inner text"', true],
    ['body :content "/" :contains ""', false],
  ])('%s is %s', async (test, expected) => {
    expect(await isTrue(MESSAGE, test, { require: ['body'] })).toBe(expected);
  });

  it('sets no match variables (§6)', async () => {
    const script = 'require "body"; if body :raw :matches "*" { set "result" "[${0}]"; }';
    expect(
      await valueOf(script.replace('require "body";', ''), MESSAGE).catch((error: Error) => error.message),
    ).toContain('"body" needs require "body"');
    const lines = await actionsOf(
      MESSAGE,
      'require ["variables", "body", "fileinto"]; if body :raw :matches "*money*" { fileinto "[${0}]"; }',
    );
    expect(lines).toEqual(['fileinto []']);
  });
});

describe('variables (RFC 5229)', () => {
  it('expands what is a variable and leaves alone what is not (§3)', async () => {
    const script =
      'set "company" "ACME"; set "result" "&%${}!${ company}-${company}-${Company}-${unknown}.";';
    expect(await valueOf(script)).toBe('&%${}!${ company}-ACME-ACME-.');
  });

  it('is not expanded twice', async () => {
    expect(await valueOf('set "a" "b"; set "result" "$${a}-${${a}}";')).toBe('$b-${b}');
  });

  it.each([
    [':length', 'juMBlEd lETteRS', '15'],
    [':lower', 'juMBlEd lETteRS', 'jumbled letters'],
    [':upperfirst', 'juMBlEd lETteRS', 'JuMBlEd lETteRS'],
    [':upperfirst :lower', 'juMBlEd lETteRS', 'Jumbled letters'],
    [':lower :upperfirst', 'juMBlEd lETteRS', 'Jumbled letters'],
    [':quotewildcard', 'Rock*', 'Rock\\*'],
    [':length :quotewildcard', 'Rock*', '6'],
    [':lowerfirst :upper', 'abc', 'aBC'],
    [':length', '中文😀', '3'],
  ])('set %s of %j gives %j (§4.1)', async (modifiers, value, expected) => {
    expect(await valueOf(`set ${modifiers} "result" "${value}";`)).toBe(expected);
  });

  it('keeps what wildcards stood for until the next match that succeeds (§3.2)', async () => {
    const message = 'List-ID: x\nSubject: [acme-users] [fwd] version 1.0 is out\n\n';
    const script = `if header :matches "subject" "[*] *" {
        if header :matches "subject" "nothing*" { stop; }
        set "result" "\${1}|\${2}|\${3}|\${0}";
      }`;
    expect(await valueOf(script, message)).toBe(
      'acme-users|[fwd] version 1.0 is out||[acme-users] [fwd] version 1.0 is out',
    );
  });

  it('the example of §3.2: a test that fails before leaves nothing behind', async () => {
    const script = `set "result" "none";
      if string :matches "ABC" "?*" { set "result" "\${1}-\${2}"; }`;
    expect(await valueOf(script)).toBe('A-BC');
  });

  it('tests strings (§5), empty ones not counted', async () => {
    const script = 'set "state" "abc"; if string :is "${state}" ["x", "ABC"] { set "result" "yes"; }';
    expect(await valueOf(script)).toBe('yes');
    const require = ['variables', 'relational', 'comparator-i;ascii-numeric'];
    const count = 'string :count "eq" :comparator "i;ascii-numeric" ["a", "", "b"] "2"';
    expect(await isTrue(EMPTY, count, { require })).toBe(true);
  });

  it.each([
    ['set "1" "a";', '"1" is no name of a variable'],
    ['set "a b" "a";', '"a b" is no name of a variable'],
    ['set :lower :upper "a" "a";', '":lower" and ":upper" exclude each other (letter case)'],
    ['set :quoteregex "a" "a";', '":quoteregex" needs require "regex"'],
  ])('refuses %s', (script, problem) => {
    expect(problemsOf(`require "variables"; ${script}`)[0]).toContain(problem);
  });

  it('cuts a value that is too long', async () => {
    const script = `set "a" "${'x'.repeat(10_000)}"; set :length "result" "\${a}\${a}"; `;
    expect(await valueOf(script)).toBe('20000');
    expect(
      await valueOf(`set "a" "${'x'.repeat(10_000)}"; set "b" "\${a}\${a}"; set :length "result" "\${b}";`),
    ).toBe('16384');
  });

  it('says at the run what a variable makes wrong', async () => {
    const lines = await actionsOf(EMPTY, 'require "variables"; set "a" "nobody";\nredirect "${a}";');
    expect(lines).toEqual(['failure in line 2: "nobody" is no address to redirect to']);
  });
});

describe('vacation (RFC 5230) and vacation-seconds (RFC 6131)', () => {
  it('says what is to be answered and keeps the message', async () => {
    const script = `require "vacation";
      vacation :days 23 :addresses ["tjs@example.edu", "ts4z@landru.example.edu"]
        "I'm away until October 19.  If it's an emergency, call 911, I guess.";`;
    const { actions, keep } = await runOn(EMPTY, script);
    expect(actions).toMatchObject([
      {
        kind: 'vacation',
        periodSeconds: 23 * 86_400,
        addresses: ['tjs@example.edu', 'ts4z@landru.example.edu'],
      },
    ]);
    expect(keep).not.toBeNull();
  });

  it.each([
    ['"a"', 7 * 86_400],
    [':days 0 "a"', 86_400],
    [':days 1000 "a"', 365 * 86_400],
    [':seconds 1800 "a"', 1800],
    [':seconds 0 "a"', 0],
  ])('vacation %s answers again after %d seconds', async (argumentText, seconds) => {
    const { actions } = await runOn(EMPTY, `require "vacation-seconds"; vacation ${argumentText};`);
    expect(actions).toMatchObject([{ periodSeconds: seconds }]);
  });

  it('tells answers apart by their handle, and without one by their arguments (§4.2)', async () => {
    const handleOf = async (text: string) => {
      const [action] = (await runOn(EMPTY, `require "vacation"; vacation ${text};`)).actions;
      return action?.kind === 'vacation' ? action.handle : '';
    };
    expect(await handleOf(':handle "h" "one"')).toBe(await handleOf(':handle "h" :subject "s" "two"'));
    expect(await handleOf('"one"')).not.toBe(await handleOf('"two"'));
    expect(await handleOf('"one"')).toBe(await handleOf(':days 3 "one"'));
  });

  it('runs once', async () => {
    expect(await actionsOf(EMPTY, 'require "vacation"; vacation "a";\nvacation "b";')).toEqual([
      'failure in line 2: "vacation" may be run once only',
    ]);
  });

  it('refuses what cannot be', () => {
    const script =
      'require ["vacation-seconds"]; vacation :days 1 :seconds 5 "a"; vacation :from "nobody" "a"; vacation :create "a";';
    expect(problemsOf(script)).toEqual([
      '1:48 ":days" and ":seconds" exclude each other (period)',
      '1:79 "nobody" is no address',
      '1:102 ":create" needs require "mailbox"',
    ]);
  });
});

describe('relational (RFC 5231)', () => {
  const MESSAGE = `Received: one
Received: two
X-Priority: 3
Subject: m
To: a@example.com, b@example.com
Cc: c@example.com

`;
  const require = ['relational', 'comparator-i;ascii-numeric'];
  it.each([
    ['header :value "lt" :comparator "i;ascii-numeric" ["x-priority"] ["4"]', true],
    ['header :value "gt" :comparator "i;ascii-numeric" ["x-priority"] ["10"]', false],
    ['header :value "gt" ["x-priority"] ["10"]', true],
    ['header :value "ge" "subject" "M"', true],
    ['header :value "ne" "subject" "m"', false],
    ['header :count "eq" :comparator "i;ascii-numeric" "received" "2"', true],
    ['header :count "eq" "x-missing" "0"', true],
    ['address :count "gt" :comparator "i;ascii-numeric" ["to", "cc"] ["2"]', true],
    ['address :count "ge" :comparator "i;ascii-numeric" ["to", "cc"] ["4"]', false],
  ])('%s is %s', async (test, expected) => {
    expect(await isTrue(MESSAGE, test, { require })).toBe(expected);
  });

  it('refuses a comparison that there is none of', () => {
    expect(problemsOf('require "relational"; if header :value "lesser" "a" "b" { keep; }')).toEqual([
      '1:40 "lesser" is no comparison; write "gt", "ge", "lt", "le", "eq" or "ne"',
    ]);
  });
});

describe('imap4flags (RFC 5232)', () => {
  const flags = (script: string) =>
    actionsOf(EMPTY, `require ["imap4flags", "fileinto", "variables", "relational"]; ${script}`);

  it('gathers flags in an internal variable, each once', async () => {
    expect(
      await flags('setflag "\\\\Answered"; addflag ["\\\\Flagged", "\\\\answered $Work"]; keep;'),
    ).toEqual(['keep \\Answered \\Flagged $Work']);
    expect(await flags('addflag "a b c"; removeflag ["B", "\\\\Seen"];')).toEqual(['keep a c']);
    expect(await flags('addflag "a"; setflag ["b", ""]; fileinto "x";')).toEqual(['fileinto x b']);
  });

  it('takes flags from :flags instead, none where that is empty (§5)', async () => {
    expect(await flags('setflag "a"; fileinto :flags "b c" "x"; keep :flags "";')).toEqual([
      'fileinto x b c',
      'keep',
    ]);
  });

  it('leaves out what is no flag, and \\Recent', async () => {
    expect(await flags('setflag ["\\\\Recent", "\\\\Unknown", "a(b", "good"];')).toEqual(['keep good']);
  });

  it('keeps flags in variables too', async () => {
    expect(
      await flags('addflag "v" ["x y", "z"]; removeflag ["v"] "Y"; fileinto :flags "${v}" "m";'),
    ).toEqual(['fileinto m x z']);
  });

  it('the example of §4: hasflag', async () => {
    const script =
      'setflag "MyVar" "NonJunk Junk gnus-forward $Forwarded NotJunk JunkRecorded $Junk $NotJunk";';
    for (const [test, expected] of [
      ['hasflag :contains "MyVar" "Junk"', 'discard'],
      ['hasflag :contains "MyVar" "forward"', 'discard'],
      ['hasflag :contains "MyVar" ["label", "forward"]', 'discard'],
      ['hasflag "MyVar" "forward"', 'keep'],
      ['hasflag :count "eq" "MyVar" "8"', 'discard'],
      ['hasflag "Junk"', 'keep'],
    ] as const) {
      expect(await flags(`${script} if ${test} { discard; }`)).toEqual([expected]);
    }
  });

  it('needs variables for a flag variable', () => {
    expect(problemsOf('require "imap4flags"; setflag "a" "b";')).toEqual([
      '1:23 "setflag" with a variable needs require "variables"',
    ]);
  });
});

describe('subaddress (RFC 5233)', () => {
  it.each([
    ['envelope :user "to" "user"', true],
    ['envelope :detail "to" "detail"', true],
    ['envelope :localpart "to" "user+detail"', true],
    ['address :detail "to" "mta-filters"', true],
    ['address :user "to" "ken"', true],
    ['address :detail "from" ""', false],
    ['address :detail "cc" ""', true],
    ['address :user "from" "me"', true],
  ])('%s is %s', async (test, expected) => {
    const message = 'From: me@example.org\nTo: ken+mta-filters@example.com\nCc: x+@example.com\n\n';
    expect(await isTrue(message, test, { require: ['envelope', 'subaddress'] })).toBe(expected);
  });
});

describe('spamtest, spamtestplus and virustest (RFC 5235)', () => {
  it.each([
    [null, 'spamtest :is "0"', true],
    [null, 'spamtest :percent :is "0"', true],
    [0, 'spamtest :is "1"', true],
    [37, 'spamtest :percent :value "gt" "30"', true],
    [37, 'spamtest :is "4"', true],
    [100, 'spamtest :value "eq" "10"', true],
    [null, 'spamtest :percent :count "eq" "0"', true],
    [0, 'spamtest :percent :count "eq" "0"', false],
    [0, 'spamtest :percent :is "0"', true],
    [99, 'not spamtest :count "eq" "0"', true],
  ])('of %s percent: %s is %s', async (spamPercent, test, expected) => {
    const require = ['spamtestplus', 'relational', 'comparator-i;ascii-numeric'];
    const numeric = test.replace(/(:value "..")/, '$1 :comparator "i;ascii-numeric"');
    expect(await isTrue(EMPTY, numeric, { require, environment: { spamPercent } })).toBe(expected);
  });

  it('tells what was found of viruses', async () => {
    const environment = { virusLevel: 5 as const };
    const require = ['virustest', 'relational', 'comparator-i;ascii-numeric'];
    expect(await isTrue(EMPTY, 'virustest :is "5"', { require, environment })).toBe(true);
    expect(await isTrue(EMPTY, 'virustest :count "eq" "0"', { require })).toBe(true);
    expect(await isTrue(EMPTY, 'virustest :is "0"', { require })).toBe(true);
  });

  it(':percent is of spamtestplus', () => {
    expect(problemsOf('require "spamtest"; if spamtest :percent "5" { keep; }')).toEqual([
      '1:33 ":percent" needs require "spamtestplus"',
    ]);
  });
});

describe('date and index (RFC 5260)', () => {
  const MESSAGE = `Received: from a by b; Tue, 3 Apr 2007 10:20:00 +0200
Received: from c by a; Sun, 1 Apr 2007 09:08:07 -0400
Date: Sun, 01 Apr 2007 07:06:05 -0800 (PST)
Subject: one
Subject: two
X-Wrong: yesterday

`;
  const require = ['date', 'index', 'relational'];
  it.each([
    ['date :originalzone "date" "hour" "07"', true],
    ['date :zone "+0000" "date" "hour" "15"', true],
    ['date "date" "hour" "16"', true],
    ['date :originalzone "date" "iso8601" "2007-04-01T07:06:05-08:00"', true],
    ['date :originalzone "date" "std11" "Sun, 1 Apr 2007 07:06:05 -0800"', true],
    ['date :originalzone "date" "zone" "-0800"', true],
    ['date :zone "+0000" "date" "weekday" "0"', true],
    ['date :zone "+0000" "date" "julian" "54191"', true],
    ['date :zone "+1200" "date" "date" "2007-04-02"', true],
    ['date :zone "+0000" "date" "time" "15:06:05"', true],
    ['date :value "ge" :originalzone "date" "month" "04"', true],
    ['date :index 1 :zone "+0000" "received" "day" "03"', true],
    ['date :index 1 :last :zone "+0000" "received" "day" "01"', true],
    ['date :index 3 :zone "+0000" "received" "day" "01"', false],
    ['date :zone "+0000" "x-wrong" "year" "2007"', false],
    ['date :count "eq" "x-wrong" "year" "0"', true],
    ['currentdate :zone "+0000" "iso8601" "2026-11-21T12:34:56+00:00"', true],
    ['currentdate "hour" "13"', true],
    ['currentdate :value "ge" "date" "2026-01-01"', true],
    ['currentdate "weekday" "6"', true],
    ['header :index 1 "subject" "one"', true],
    ['header :index 2 "subject" "one"', false],
    ['header :index 1 :last "subject" "two"', true],
    ['header :index 5 :contains "subject" ""', false],
  ])('%s is %s', async (test, expected) => {
    expect(await isTrue(MESSAGE, test, { require })).toBe(expected);
  });

  it('the example of §4: mail that comes outside business hours', async () => {
    const script = `require ["date", "relational", "fileinto"];
      if anyof (currentdate :is "weekday" "0", currentdate :is "weekday" "6",
          currentdate :value "lt" "hour" "09", currentdate :value "ge" "hour" "17") { fileinto "urgent"; }`;
    expect(await actionsOf(MESSAGE, script)).toEqual(['fileinto urgent']);
  });

  it.each([
    ['if date "date" "century" "1" { keep; }', '"century" is no part of a date'],
    ['if currentdate :zone "CET" "hour" "1" { keep; }', '"CET" is no time zone as "+0100"'],
    ['if header :last "a" "b" { keep; }', '":last" needs ":index"'],
    ['if header :index 0 "a" "b" { keep; }', '":index" counts from 1'],
    [
      'if date :zone "+0100" :originalzone "date" "hour" "1" { keep; }',
      '":zone" and ":originalzone" exclude each other (time zone)',
    ],
  ])('refuses %s', (script, problem) => {
    expect(problemsOf(`require ["date", "index"]; ${script}`)[0]).toContain(problem);
  });
});

describe('reject and ereject (RFC 5429)', () => {
  it('refuses the message with the reason', async () => {
    const script =
      'require ["reject"]; if header :contains "from" "coyote@desert.example.org" { reject text:\nNo mail, please.\n.\n; }';
    expect(await actionsOf(TEST_MESSAGE, script)).toEqual(['reject No mail, please.']);
    expect(await actionsOf(TEST_MESSAGE, 'require "ereject"; ereject "no";')).toEqual(['ereject no']);
  });

  it.each(['keep;', 'redirect "a@b.example";', 'vacation "x";', 'ereject "twice";'])(
    'not together with %s',
    async (other) => {
      const require = 'require ["ereject", "vacation"];';
      for (const script of [`ereject "no"; ${other}`, `${other} ereject "no";`]) {
        expect((await actionsOf(EMPTY, `${require} ${script}`))[0]).toContain('cannot stand together with');
      }
    },
  );
});

describe('enotify (RFC 5435) with mailto (RFC 5436)', () => {
  it('says whom to notify and how', async () => {
    const script = `require ["enotify", "variables"];
      if header :matches "from" "*" {
        notify :importance "1" :from "me@example.com" :message "This is from \${1}" "mailto:alm@example.com?subject=hello%20there";
      }`;
    const { actions, keep } = await runOn(EMPTY, script);
    expect(actions).toEqual([
      {
        kind: 'notify',
        method: 'mailto:alm@example.com?subject=hello%20there',
        from: 'me@example.com',
        message: 'This is from a@example.org',
        importance: 1,
        options: [],
        fileCopy: null,
      },
    ]);
    expect(keep).not.toBeNull();
  });

  it.each(['tel:+14085550101', 'mailto:', 'mailto:nobody', 'xmpp:a@b.example'])('refuses %s', (method) => {
    expect(problemsOf(`require "enotify"; notify "${method}";`)).toEqual([
      `1:27 "${method}" is no way to notify; write "mailto:" and an address`,
    ]);
  });

  it.each([
    ['valid_notify_method ["mailto:a@b.example", "tel:+1"]', false],
    ['valid_notify_method ["mailto:a@b.example"]', true],
    ['notify_method_capability "mailto:a@b.example" "Online" "maybe"', true],
    ['notify_method_capability "mailto:a@b.example" "Online" "yes"', false],
    ['notify_method_capability "mailto:a@b.example" "Colour" "maybe"', false],
  ])('%s is %s', async (test, expected) => {
    expect(await isTrue(EMPTY, test, { require: ['enotify'] })).toBe(expected);
  });

  it(':encodeurl makes a string fit for a URI (§7)', async () => {
    const script =
      'require ["enotify", "variables", "fileinto"]; set :encodeurl "a" "Dinner & movie: \'ü*"; fileinto "${a}";';
    expect(await actionsOf(EMPTY, script)).toEqual(['fileinto Dinner%20%26%20movie%3A%20%27%C3%BC%2A']);
  });
});

describe('ihave (RFC 5463)', () => {
  it('makes what is there usable without require', async () => {
    const script = 'require "ihave"; if ihave ["fileinto", "copy"] { fileinto :copy "a"; } else { discard; }';
    expect(await actionsOf(EMPTY, script)).toEqual(['fileinto a', 'keep']);
  });

  it('lets a block that needs what is not there stand unread', async () => {
    const script =
      'require "ihave"; if allof (ihave "teleport", teleport :far "x") { teleport "there"; } else { discard; }';
    expect(await actionsOf(EMPTY, script)).toEqual(['discard']);
  });

  it('complains when such a block is run after all, and with error', async () => {
    expect(await actionsOf(EMPTY, 'require "ihave"; if not ihave "teleport" {\n teleport "x"; }')).toEqual([
      'failure in line 2: there is no command "teleport"',
    ]);
    expect(
      await actionsOf(EMPTY, 'require "ihave"; if not ihave "teleport" { error "no teleport"; }'),
    ).toEqual(['failure in line 1: no teleport']);
  });

  it('complains of what is wrong before it as ever', () => {
    expect(problemsOf('require "ihave"; jump; if ihave "teleport" { jump; }')).toEqual([
      '1:18 there is no command "jump"',
    ]);
  });
});

describe('mailbox, mboxmetadata and servermetadata (RFC 5490), special-use (RFC 8579)', () => {
  it(':create and :specialuse say how to file', async () => {
    const script =
      'require ["fileinto", "mailbox", "special-use"]; fileinto :specialuse "\\\\Junk" :create "Spam";';
    expect(await actionsOf(EMPTY, script)).toEqual(['fileinto Spam (created) (\\Junk)']);
  });

  it.each([
    ['mailboxexists "Partners"', true],
    ['mailboxexists ["INBOX", "Enemies"]', false],
    ['specialuse_exists "\\\\Junk"', true],
    ['specialuse_exists ["\\\\Junk", "\\\\Archive"]', false],
    ['specialuse_exists "Junk" "\\\\Junk"', true],
    ['specialuse_exists "INBOX" "\\\\Junk"', false],
    ['metadata "INBOX" "/private/vendor/x/auto" "on"', true],
    ['metadata "Partners" "/private/vendor/x/auto" "on"', false],
    ['metadataexists "INBOX" ["/private/vendor/x/auto"]', true],
    ['metadataexists "INBOX" ["/private/vendor/x/auto", "/private/other"]', false],
    ['servermetadata :contains "/private/comment" "office"', true],
    ['servermetadataexists "/private/comment"', true],
  ])('%s is %s', async (test, expected) => {
    const require = ['mailbox', 'special-use', 'mboxmetadata', 'servermetadata'];
    const readAnnotation = (mailbox: string | null, name: string) => {
      if (mailbox === null) return Promise.resolve(name === '/private/comment' ? 'The office' : null);
      return Promise.resolve(mailbox === 'INBOX' && name === '/private/vendor/x/auto' ? 'on' : null);
    };
    expect(await isTrue(EMPTY, test, { require, environment: { readAnnotation } })).toBe(expected);
  });
});

describe('duplicate (RFC 7352)', () => {
  it('remembers Message-ID for seven days', async () => {
    const { duplicates } = await runOn(TEST_MESSAGE, 'require "duplicate"; if duplicate { discard; }');
    expect(duplicates).toEqual([{ key: '["","header","<1@desert.example.org>"]', seconds: 604_800 }]);
  });

  it('is true the second time, and only with :last prolongs the period', async () => {
    const isDuplicate = (key: string) => Promise.resolve(key.includes('42'));
    const script = (last: string) =>
      `require "duplicate"; if duplicate :handle "h" ${last} :seconds 60 :uniqueid "42" { discard; }`;
    expect(await runOn(EMPTY, script(''), { isDuplicate })).toMatchObject({ keep: null, duplicates: [] });
    expect(await runOn(EMPTY, script(':last'), { isDuplicate })).toMatchObject({
      keep: null,
      duplicates: [{ key: '["h","uniqueid","42"]', seconds: 60 }],
    });
  });

  it('is false where there is nothing to compare', async () => {
    expect(await isTrue(EMPTY, 'duplicate :header "X-Event-ID"', { require: ['duplicate'] })).toBe(false);
  });

  it('forgets everything where the script fails', async () => {
    const script = 'require ["duplicate", "ihave"]; if not duplicate { error "x"; }';
    expect((await runOn(TEST_MESSAGE, script)).duplicates).toEqual([]);
  });
});

describe('regex (draft-ietf-sieve-regex)', () => {
  it('sets match variables', async () => {
    const script =
      'require ["variables", "regex", "fileinto"]; if header :regex "from" "(.+)@([^.]+)" { fileinto "${2}/${1}"; }';
    expect(await actionsOf(EMPTY, script)).toEqual(['fileinto example/a']);
  });

  it('tells what is wrong with a pattern when it is stored', () => {
    expect(problemsOf('require "regex"; if header :regex "from" ["a", "b("] { keep; }')).toEqual([
      '1:48 the regular expression "b(" is wrong: "(" has no ")"',
    ]);
  });

  it(':quoteregex takes the meaning from special characters', async () => {
    const script =
      'require ["variables", "regex", "fileinto"]; set :quoteregex "a" "1+1=(2)"; fileinto "${a}";';
    expect(await actionsOf(EMPTY, script)).toEqual(['fileinto 1\\+1=\\(2\\)']);
  });

  it('ends what would hang others', async () => {
    const script = 'require "regex"; if header :regex "x" "^(a|aa)+$" { discard; }';
    expect(await actionsOf(`X: ${'a'.repeat(900)}b\n\n`, script)).toEqual(['keep']);
  });
});

describe('environment (RFC 5183)', () => {
  it.each([
    ['environment "name" "Postroom"', true],
    ['environment :contains "DOMAIN" "example"', true],
    ['environment "vnd.nothing" ""', false],
  ])('%s is %s', async (test, expected) => {
    expect(await isTrue(EMPTY, test, { require: ['environment'] })).toBe(expected);
  });
});

describe('include (RFC 6609)', () => {
  const SCRIPTS: Readonly<Record<string, string>> = {
    'personal/always': 'require ["include"]; return; discard;',
    'personal/stopper': 'stop;',
    'global/spam': 'require ["variables", "include"]; global ["test", "test-mailbox"];',
    'global/setter':
      'require ["variables", "include"]; global "test"; set "test" "from global"; set "own" "lost";',
    'global/space': 'require ["variables", "include"]; set "global.other" "x";',
    'personal/self': 'require "include"; include "self";',
    'personal/wrong': 'keep;\njump;',
    'global/huge': `# ${'x'.repeat(256 * 1024)}`,
    'personal/filer': 'require "fileinto"; fileinto "a";',
  };
  const readScript = (location: string, name: string) =>
    Promise.resolve(SCRIPTS[`${location}/${name}`] ?? null);
  const run = (script: string) =>
    actionsOf(EMPTY, `require ["include", "variables", "fileinto"]; ${script}`, { readScript });

  it('runs another script of the account or of the office and goes on', async () => {
    expect(await run('include :personal "always"; include "filer"; fileinto "b";')).toEqual([
      'fileinto a',
      'fileinto b',
    ]);
  });

  it('stop ends everything, return only the included script', async () => {
    expect(await run('include "stopper"; discard;')).toEqual(['keep']);
    expect(await run('include "always"; discard;')).toEqual(['discard']);
    expect(await run('return; discard;')).toEqual(['keep']);
  });

  it('shares the variables that are declared global, and those of the namespace', async () => {
    expect(await run('global "test"; include :global "setter"; fileinto "${test}|${own}";')).toEqual([
      'fileinto from global|',
    ]);
    expect(await run('include :global "space"; fileinto "${global.other}|${other}";')).toEqual([
      'fileinto x|',
    ]);
  });

  it('once and optional', async () => {
    expect(await run('include :once "filer"; include :once "filer"; include :optional "nothing";')).toEqual([
      'fileinto a',
    ]);
  });

  it.each([
    ['include "nothing";', 'there is no personal script "nothing"'],
    ['include "wrong";', 'the personal script "wrong" is wrong in line 2: there is no command "jump"'],
    ['include "self";', 'scripts include each other too deep'],
    ['include :global "huge";', 'the included scripts are longer than 256 KiB together'],
  ])('%s fails: %s', async (script, text) => {
    expect(await run(script)).toEqual([`failure in line 1: ${text}`]);
  });

  it('a name of a global variable must be one', () => {
    expect(problemsOf('require ["include", "variables"]; global "a.b";')).toEqual([
      '1:42 "a.b" is no name of a variable',
    ]);
  });
});

describe('fcc (RFC 8580)', () => {
  it('files a copy of what is sent', async () => {
    const script =
      'require ["vacation", "fcc", "mailbox", "imap4flags"]; vacation :fcc "INBOX.Sent" :flags "\\\\Seen" :create "a";';
    const { actions } = await runOn(EMPTY, script);
    expect(actions).toMatchObject([
      { fileCopy: { mailbox: 'INBOX.Sent', flags: ['\\Seen'], mayCreate: true, specialUse: null } },
    ]);
  });

  it('wants :fcc where a copy is described', () => {
    expect(problemsOf('require ["vacation", "mailbox"]; vacation :create "a";')).toEqual([
      '1:34 ":create" needs ":fcc"',
    ]);
  });
});

describe('capabilities', () => {
  it('every one of them may be required', () => {
    expect(problemsOf(`require [${CAPABILITIES.map((name) => `"${name}"`).join(', ')}];`)).toEqual([]);
  });
});
