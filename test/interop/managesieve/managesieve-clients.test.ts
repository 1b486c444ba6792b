/** Programs that are not ours edit scripts: Debian's sieve-connect and python3-sievelib; what they activate filters mail. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWithCurl, runClient, submitWithSwaks } from '../../support/clients.ts';
import { isInstalled } from '../../support/installed.ts';
import { makeWorkFolder, startOffice, type ServiceProcess } from '../../support/service-process.ts';

const ANNA = { user: 'anna@server1.com', password: 'anna-password' };
const TOM = { user: 'tom@server1.com', password: 'tom-password' };

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;

beforeAll(async () => {
  folder = await makeWorkFolder();
  service = await startOffice(folder);
});

afterAll(async () => {
  await service.end();
  await folder.remove();
});

describe.runIf(isInstalled('sieve-connect'))('sieve-connect', () => {
  const port = () => String(service.port('managesieve'));
  const connect = (...action: string[]) => {
    const server = ['--server', '127.0.0.1', '--port', port(), '--user', ANNA.user, '--passwordfd', '0'];
    return runClient('sieve-connect', [...server, '--notlsverify', ...action], {
      input: `${ANNA.password}\n`,
    });
  };

  it('uploads, activates, lists and downloads a script over STARTTLS, and mail is filed by it', async () => {
    const script = folder.path('filter.sieve');
    const text =
      'require ["fileinto", "mailbox"];\r\nif header :contains "subject" "offer" { fileinto :create "Offers"; }\r\n';
    await writeFile(script, text);
    expect(await connect('--localsieve', script, '--remotesieve', 'filter', '--upload')).toMatchObject({
      code: 0,
    });
    expect(await connect('--remotesieve', 'filter', '--activate')).toMatchObject({ code: 0 });
    expect((await connect('--list')).output).toMatch(/"filter" ACTIVE/);
    const copy = folder.path('copy.sieve');
    expect(await connect('--remotesieve', 'filter', '--localsieve', copy, '--download')).toMatchObject({
      code: 0,
    });
    expect(await readFile(copy, 'utf8')).toBe(text);
    const sent = await submitWithSwaks(service.port('submission'), TOM, {
      to: ANNA.user,
      subject: 'an offer for you',
    });
    expect(sent).toMatchObject({ code: 0 });
    const url = `imaps://127.0.0.1:${service.port('imaps')}/Offers;MAILINDEX=1`;
    await expect
      .poll(async () => (await readWithCurl(url, ANNA)).output, { timeout: 15_000 })
      .toContain('Subject: an offer for you');
  });

  it('is told what is wrong with a script, which is not stored', async () => {
    const script = folder.path('wrong.sieve');
    await writeFile(script, 'keep;\r\njump;\r\n');
    const refused = await connect('--localsieve', script, '--remotesieve', 'wrong', '--upload');
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain('line 2, column 1: there is no command');
    expect((await connect('--list')).output).not.toContain('wrong');
  });
});

// Debian's module is for Debian's own Python.
const PYTHON = '/usr/bin/python3';
const SIEVELIB = '/usr/lib/python3/dist-packages/sievelib';

it.runIf(process.env['CI'] === 'true' || existsSync(SIEVELIB))(
  'sievelib goes through its whole vocabulary',
  async () => {
    const script = join(import.meta.dirname, 'sievelib_session.py');
    const args = [script, '127.0.0.1', String(service.port('managesieve')), TOM.user, TOM.password, 'PLAIN'];
    expect((await runClient(PYTHON, args)).output).toContain('sievelib is content');
  },
);
