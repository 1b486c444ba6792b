/** Rights of groups in the running service, as Python's imaplib gives and meets them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runPython } from '../../support/clients.ts';
import { signInToConsole } from '../../support/console-caller.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../../support/service-process.ts';

const TEAM = { localPart: 'team', name: 'The team', members: ['anna'] };
const INFO = { localPart: 'info', members: [{ account: 'team@server1.com', rights: 'read' }] };

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;

beforeAll(async () => {
  const [domain] = OFFICE.domains;
  const domains = [{ ...domain, groups: [TEAM], sharedMailboxes: [INFO] }];
  folder = await makeWorkFolder({ ...OFFICE, domains });
  service = await startOffice(folder);
});

afterAll(async () => {
  await service.end();
  await folder.remove();
});

/** Runs commands of imaplib as somebody, one a line; prints what each answers. */
const RUN = `
import imaplib, ssl, sys
port, user, password, *commands = sys.argv[1:]
context = ssl._create_unverified_context()
with imaplib.IMAP4_SSL('127.0.0.1', int(port), ssl_context=context) as client:
    client.login(user, password)
    for command in commands:
        name, *arguments = command.split('|')
        try:
            print(getattr(client, name)(*arguments))
        except imaplib.IMAP4.error as error:
            print('error', error)
`;

async function run(user: 'tom' | 'anna', ...commands: string[]): Promise<string> {
  const args = [String(service.port('imaps')), `${user}@server1.com`, `${user}-password`, ...commands];
  return (await runPython(RUN, args)).output;
}

it('lets members read what its rights are for, on the day they come and until they go', async () => {
  const given = await run('tom', 'setacl|INBOX|group:team@server1.com|lrs', 'getacl|INBOX');
  expect(given).toContain('group:team@server1.com lrs');
  const seen = await run(
    'anna',
    'list|""|"Other Users/*"',
    'myrights|"Other Users/tom"',
    'status|"Other Users/tom"|(MESSAGES)',
  );
  expect(seen).toMatch(/Other Users\/tom[^]*lrs[^]*MESSAGES 0/u);
  expect(await run('anna', 'list|""|"Shared/*"')).toContain('Shared/info');

  const { calls, close } = await signInToConsole(service.ready.console, OFFICE.admin);
  const team = { localPart: 'team', domain: 'server1.com', isEnabled: true, expiresAt: null, delivery: null };
  const group = { name: 'The team', posting: 'anyone', moderators: [] } as const;
  await calls.aliases.put({ ...team, targets: ['tom@server1.com'], group });
  close();
  await expect
    .poll(() => run('anna', 'list|""|"Other Users/*"'), { timeout: 10_000 })
    .not.toContain('Users/tom');
  expect(await run('anna', 'status|"Other Users/tom"|(MESSAGES)')).toContain("('NO'");
  expect(await run('anna', 'list|""|"Shared/*"')).not.toContain('Shared/info');
});
