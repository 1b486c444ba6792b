/** Filter scripts in the running service: answers once, refusals told, scripts that fail lose nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWithCurl, submitWithSwaks } from '../support/clients.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../support/service-process.ts';

const TOM = { user: 'tom@server1.com', password: 'tom-password' };
const ANNA = { user: 'anna@server1.com', password: 'anna-password' };
const SCRIPT = [
  'require ["vacation", "reject", "variables", "editheader", "fileinto", "mailbox"];',
  'if header :contains "subject" "refuse" { reject "Not today."; stop; }',
  'if header :contains "subject" "fail" { set "nobody" "x"; redirect "${nobody}"; }',
  'if header :contains "subject" "tag" { addheader "X-Tag" "seen"; fileinto :create "Tagged/Mail"; stop; }',
  'vacation :days 3 :subject "Away" "Back on Monday.";',
].join('\r\n');

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;

beforeAll(async () => {
  const [domain] = OFFICE.domains;
  const accounts = domain?.accounts.map((account) =>
    account.localPart === 'anna' ? { ...account, sieve: SCRIPT } : account,
  );
  folder = await makeWorkFolder({ ...OFFICE, domains: [{ ...domain, accounts }] });
  service = await startOffice(folder);
});

afterAll(async () => {
  await service.end();
  await folder.remove();
});

async function send(subject: string): Promise<void> {
  const sent = await submitWithSwaks(service.port('submission'), TOM, { to: ANNA.user, subject });
  expect(sent).toMatchObject({ code: 0 });
}

async function read(who: typeof TOM, mailbox: string, index: number): Promise<string> {
  const url = `imaps://127.0.0.1:${service.port('imaps')}/${mailbox};MAILINDEX=${index}`;
  return (await readWithCurl(url, who)).output;
}

const arrived = (who: typeof TOM, mailbox: string, index: number) =>
  expect.poll(() => read(who, mailbox, index), { timeout: 15_000 });

describe('a script of the provision file', () => {
  it('answers a sender once, and the mail is in INBOX', async () => {
    await send('one');
    await arrived(TOM, 'INBOX', 1).toMatch(
      /Subject: Away\r\n[^]*Auto-Submitted: auto-replied\r\n[^]*Back on Monday\./,
    );
    await send('two');
    await arrived(ANNA, 'INBOX', 2).toContain('Subject: two');
    expect(await read(TOM, 'INBOX', 2)).not.toContain('Subject');
  });

  it('changes a message and files it into a mailbox that it makes', async () => {
    await send('tag this');
    await arrived(ANNA, 'Tagged%2FMail', 1).toMatch(/^X-Tag: seen\r\n/);
  });

  it('refuses a message, and its sender is told in a DSN', async () => {
    await send('refuse this');
    await arrived(TOM, 'INBOX', 2).toMatch(/Not today\.[^]*Status: 5\.7\.1/);
  });

  it('keeps the message where it fails, and tells the owner once', async () => {
    await send('fail one');
    await arrived(ANNA, 'INBOX', 4).toContain('Subject:');
    const both = (await read(ANNA, 'INBOX', 3)) + (await read(ANNA, 'INBOX', 4));
    expect(both).toContain('Subject: fail one');
    expect(both).toContain('line 3: "x" is no address to redirect to.');
    await send('fail two');
    await arrived(ANNA, 'INBOX', 5).toContain('Subject: fail two');
    expect(await read(ANNA, 'INBOX', 6)).not.toContain('Subject');
  });
});
