/** Moderation by mail in the running service: a moderator approves one message and refuses another by answering. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runPython, submitWithSwaks } from '../support/clients.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../support/service-process.ts';

const TOM = { user: 'tom@server1.com', password: 'tom-password' };
const ANNA = { user: 'anna@server1.com', password: 'anna-password' };
const BOARD = { localPart: 'board', members: ['tom', 'anna'], posting: 'anyone', moderators: ['anna'] };

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;

beforeAll(async () => {
  const [domain] = OFFICE.domains;
  folder = await makeWorkFolder({
    ...OFFICE,
    detailSeparators: '-',
    domains: [{ ...domain, groups: [BOARD] }],
  });
  service = await startOffice(folder);
});

afterAll(async () => {
  await service.end();
  await folder.remove();
});

/** Reads with Python's imaplib what a mailbox holds: one line of JSON for each message. */
const READ = `
import email, email.policy, imaplib, json, ssl, sys
port, user, password = sys.argv[1:]
context = ssl._create_unverified_context()
with imaplib.IMAP4_SSL('127.0.0.1', int(port), ssl_context=context) as client:
    client.login(user, password)
    client.select('INBOX', readonly=True)
    for number in client.search(None, 'ALL')[1][0].split():
        raw = client.fetch(number, '(BODY.PEEK[])')[1][0][1]
        message = email.message_from_bytes(raw, policy=email.policy.default)
        part = message.get_body() or message
        print(json.dumps({'subject': message['subject'], 'replyTo': message['reply-to'], 'text': part.get_content()}))
`;

interface Read {
  readonly subject: string;
  readonly replyTo: string | null;
  readonly text: string;
}

async function inboxOf({ user, password }: typeof TOM): Promise<readonly Read[]> {
  const { output } = await runPython(READ, [String(service.port('imaps')), user, password]);
  return output.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Read]));
}

async function arrives(who: typeof TOM, subject: string): Promise<Read> {
  let found: Read | undefined;
  await expect
    .poll(async () => (found = (await inboxOf(who)).findLast((each) => each.subject.includes(subject))), {
      timeout: 20_000,
    })
    .toBeDefined();
  if (found === undefined) throw new Error('it never came');
  return found;
}

async function submit(who: typeof TOM, to: string, subject: string): Promise<void> {
  expect(await submitWithSwaks(service.port('submission'), who, { to, subject })).toMatchObject({ code: 0 });
}

it('gives members what a moderator approves by answering, with "-" for details', async () => {
  await submit(TOM, 'board@server1.com', 'To be approved');
  const { replyTo, text } = await arrives(ANNA, 'Approve or refuse: To be approved');
  expect(text).toContain('Good morning.');
  const address = replyTo ?? '';
  expect(address).toMatch(/^board-approve-/u);
  await submit(TOM, address, 'I approve it myself');
  expect((await arrives(TOM, 'Not delivered')).text).toContain('tom@server1.com is not a moderator');
  expect((await inboxOf(TOM)).map(({ subject }) => subject)).not.toContain('To be approved');
  await submit(ANNA, address, 'Re: Approve or refuse');
  await arrives(TOM, 'To be approved');
  expect((await inboxOf(ANNA)).map(({ subject }) => subject)).toContain('To be approved');
});

it('tells the author what a moderator refuses, and tells nobody else', async () => {
  await submit(TOM, 'board@server1.com', 'No thanks');
  const { text } = await arrives(ANNA, 'Approve or refuse: No thanks');
  await submit(ANNA, /<mailto:(.*)\?/u.exec(text)?.[1] ?? '', 'Refuse');
  await expect
    .poll(
      async () =>
        (await inboxOf(TOM)).filter((each) => each.text.includes('moderators of board@server1.com')).length,
      {
        timeout: 20_000,
      },
    )
    .toBe(1);
  expect((await inboxOf(ANNA)).map(({ subject }) => subject)).not.toContain('No thanks');
});

it('says so where it was decided on before', async () => {
  const { replyTo } = await arrives(ANNA, 'Approve or refuse: No thanks');
  await submit(ANNA, replyTo ?? '', 'Re: once more');
  expect((await arrives(ANNA, 'Already decided')).text).toContain('Nothing was changed.');
});
