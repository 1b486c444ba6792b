import { describe, expect, it } from 'vitest';
import { actionsOf, editedText, isTrue, problemsOf, runOn } from './sieve-fixture.ts';

const MESSAGE = `Received: by us
X-Tag: one
Subject: Hello
X-Tag: two

Body.
`;

describe('editheader (RFC 5293)', () => {
  const edit = (commands: string) =>
    editedText(MESSAGE, `require ["editheader", "index", "variables"]; ${commands}`);

  it('addheader puts a field at the beginning, with :last at the end', async () => {
    const text = await edit('addheader "X-First" "a"; addheader :last "X-Last" "b";');
    expect(text).toBe(`X-First: a\n${MESSAGE.replace('\n\n', '\nX-Last: b\n\n')}`);
  });

  it('writes letters beyond ASCII as encoded words and folds long lines', async () => {
    expect(await edit('addheader "X-Name" "Grüße";')).toContain('X-Name: =?utf-8?B?R3LDvMOfZQ==?=\n');
    const text = await edit(`addheader "X-Long" "${'word '.repeat(40)}";`);
    expect(text.split('\n').every((line) => line.length <= 80)).toBe(true);
  });

  it('a value of several lines cannot smuggle a field in', async () => {
    const text = await edit('addheader "X-A" "one\r\nX-Evil: two\r\n\r\nbody";');
    expect(text).toContain('X-A: oneX-Evil: twobody\n');
  });

  it.each([
    ['deleteheader "x-tag";', ['Received: by us', 'Subject: Hello']],
    ['deleteheader :index 1 "x-tag";', ['Received: by us', 'Subject: Hello', 'X-Tag: two']],
    ['deleteheader :index 1 :last "x-tag";', ['Received: by us', 'X-Tag: one', 'Subject: Hello']],
    ['deleteheader :is "x-tag" "two";', ['Received: by us', 'X-Tag: one', 'Subject: Hello']],
    ['deleteheader :matches "x-tag" ["t*", "z"];', ['Received: by us', 'X-Tag: one', 'Subject: Hello']],
    [
      'deleteheader :index 1 "x-tag" "two";',
      ['Received: by us', 'X-Tag: one', 'Subject: Hello', 'X-Tag: two'],
    ],
    ['deleteheader "received";', ['Received: by us', 'X-Tag: one', 'Subject: Hello', 'X-Tag: two']],
    ['deleteheader "x-none";', ['Received: by us', 'X-Tag: one', 'Subject: Hello', 'X-Tag: two']],
  ])('%s', async (command, header) => {
    expect(await edit(command)).toBe(`${header.join('\n')}\n\nBody.\n`);
  });

  it('changes what later tests see, and only the copies made later (§3)', async () => {
    const script = `require ["editheader", "fileinto"];
      fileinto "before";
      addheader "X-New" "yes";
      if header "x-new" "yes" { fileinto "after"; }`;
    const { actions } = await runOn(MESSAGE, script);
    expect(
      actions.map((action) => action.kind === 'fileinto' && [action.mailbox, action.content !== null]),
    ).toEqual([
      ['before', false],
      ['after', true],
    ]);
  });

  it('refuses a field that there cannot be', () => {
    expect(problemsOf('require "editheader"; addheader "X: y" "a";')).toEqual([
      '1:33 "X: y" is no name of a header field',
    ]);
  });
});

const PARTS = `From: a@example.org
Subject: parts
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

--outer
Content-Type: multipart/alternative; boundary="inner"

--inner
Content-Type: text/plain; charset=utf-8

Grüße
--inner
Content-Type: text/html

<p>x</p>
--inner--
--outer
Content-Type: application/octet-stream; name="virus.exe"
Content-Disposition: attachment; filename="virus.exe"

MZ
--outer
Content-Type: message/rfc822

From: b@example.org
Subject: within
Content-Type: image/png

png
--outer--
`;

describe('mime and foreverypart (RFC 5703)', () => {
  it.each([
    ['header :mime :type "Content-Type" "multipart"', true],
    ['header :mime :subtype "Content-Type" "mixed"', true],
    ['header :mime :contenttype "Content-Type" "multipart/mixed"', true],
    ['header :mime :anychild :contenttype "Content-Type" "text/html"', true],
    ['header :mime :contenttype "Content-Type" "text/html"', false],
    ['header :mime :anychild :param "filename" :contains "Content-Disposition" ".exe"', true],
    ['header :mime :anychild :param ["name", "charset"] "Content-Type" "utf-8"', true],
    ['header :mime :anychild :contains "subject" "within"', true],
    ['header :contains "subject" "within"', false],
    ['exists :mime :anychild "Content-Disposition"', true],
    ['exists :mime "Content-Disposition"', false],
    ['address :mime :anychild "from" "b@example.org"', true],
    ['address "from" "b@example.org"', false],
  ])('%s is %s', async (test, expected) => {
    expect(await isTrue(PARTS, test, { require: ['mime'] })).toBe(expected);
  });

  const types = (commands: string) =>
    actionsOf(PARTS, `require ["foreverypart", "mime", "variables", "fileinto", "extracttext"]; ${commands}`);

  it('goes through all parts, each before those within it', async () => {
    const script = `set "all" ""; foreverypart {
      if header :mime :subtype :matches "Content-Type" "*" { set "all" "\${all} \${1}"; } } fileinto "\${all}";`;
    expect(await types(script)).toEqual(['fileinto  mixed alternative plain html octet-stream rfc822 png']);
  });

  it('a loop within a loop goes through the parts within the part', async () => {
    const script = `set "all" ""; foreverypart { if header :mime :subtype "Content-Type" "alternative" {
      foreverypart { if header :mime :subtype :matches "Content-Type" "*" { set "all" "\${all} \${1}"; } } } }
      fileinto "\${all}";`;
    expect(await types(script)).toEqual(['fileinto  plain html']);
  });

  it('break ends a loop, the innermost or the one that is named', async () => {
    const script = `set "n" ""; foreverypart :name "a" { foreverypart { set "n" "\${n}x"; break :name "a"; } } fileinto "\${n}";`;
    expect(await types(script)).toEqual(['fileinto x']);
    const plain = `set "n" ""; foreverypart { set "n" "\${n}x"; if string "\${n}" "xx" { break; } } fileinto "\${n}";`;
    expect(await types(plain)).toEqual(['fileinto xx']);
    expect(problemsOf('require "foreverypart"; break;')).toEqual([
      '1:25 "break" must stand within "foreverypart"',
    ]);
  });

  it('extracttext gives a part as text, with modifiers and in part', async () => {
    const script = `foreverypart { if header :mime :contenttype "Content-Type" "text/plain" {
      extracttext :first 3 :upper "t"; fileinto "\${t}"; } }`;
    expect(await types(script)).toEqual(['fileinto GRÜ']);
    expect(problemsOf('require ["extracttext", "variables"]; extracttext "a";')).toEqual([
      '1:39 "extracttext" must stand within "foreverypart"',
    ]);
  });
});

describe('replace and enclose (RFC 5703 §5, §6)', () => {
  it('replace puts a text where a part was', async () => {
    const script = `require ["foreverypart", "mime", "replace"];
      foreverypart { if header :mime :param "filename" :matches "Content-Disposition" "*.exe" {
        replace "The attachment was removed.";
      } }`;
    const text = await editedText(PARTS, script);
    expect(text).not.toContain('virus.exe');
    expect(text).toContain(
      '--outer\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nThe attachment was removed.\n--outer\nContent-Type: message/rfc822',
    );
    expect(text).toContain('Subject: within');
  });

  it('replace of the whole message keeps its header fields, old subject as Original-Subject', async () => {
    const text = await editedText(MESSAGE, 'require "replace"; replace :subject "New" "Other text.";');
    expect(text).toBe(
      'Received: by us\nX-Tag: one\nX-Tag: two\nOriginal-Subject: Hello\nSubject: New\nMIME-Version: 1.0\n' +
        'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nOther text.',
    );
  });

  it('replace with :mime takes an entity as it is', async () => {
    const text = await editedText(
      MESSAGE,
      'require "replace"; replace :mime text:\nContent-Type: text/html\n\n<p>x</p>\n.\n;',
    );
    expect(text).toContain('MIME-Version: 1.0\nContent-Type: text/html\n\n<p>x</p>\n');
  });

  it('enclose makes the message an attachment of a warning', async () => {
    const script = 'require "enclose"; enclose :subject "Warning" :headers ["X-Checked: yes"] "Beware.";';
    const text = await editedText(MESSAGE, script);
    expect(text).toMatch(
      /^X-Checked: yes\nReceived: by us\n.*Subject: Warning\nMIME-Version: 1.0\nContent-Type: multipart\/mixed/s,
    );
    expect(text).toContain('\n\nBeware.\n--');
    expect(text).toContain(`Content-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\n${MESSAGE}`);
  });

  it('what is changed is what later tests see', async () => {
    const script = `require ["replace", "body", "editheader", "fileinto"];
      addheader "X-A" "b"; replace "Other text.";
      if allof (body :contains "other", header "x-a" "b", header "subject" "hello") { fileinto "ok"; }`;
    expect(await actionsOf(MESSAGE, script)).toEqual(['fileinto ok']);
  });
});
