/** Debian's Dovecot as the next hop over LMTP: one answer for each recipient after the content. Needs root, as Dovecot does. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { submitWithSwaks } from '../../support/clients.ts';
import { signInToConsole } from '../../support/console-caller.ts';
import { DOVECOT_LMTP, DovecotLmtp } from '../../support/dovecot-lmtp.ts';
import { mayRunServer } from '../../support/installed.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../../support/service-process.ts';

describe.runIf(mayRunServer(DOVECOT_LMTP))('Dovecot over LMTP', () => {
  let dovecot: DovecotLmtp;
  let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
  let service: ServiceProcess;

  beforeAll(async () => {
    dovecot = await DovecotLmtp.start(['jack', 'jill'], ['full']);
    const hosts = [`127.0.0.1:${dovecot.port}`];
    const route = { recipientDomain: 'store.example', hosts, protocol: 'lmtp', tls: 'none' };
    folder = await makeWorkFolder({ ...OFFICE, routes: [route] });
    service = await startOffice(folder);
  });

  afterAll(async () => {
    await service.end();
    await folder.remove();
    await dovecot.stop();
  });

  test('takes one message for several, and says after the content who has no room', async () => {
    const sent = await submitWithSwaks(
      service.port('submission'),
      { user: 'tom@server1.com', password: 'tom-password' },
      {
        to: ['jack', 'full', 'nobody', 'jill'].map((name) => `${name}@store.example`).join(','),
        subject: 'Hello',
        body: 'Hi\\n.\\n..\\n',
      },
    );
    const traceId = /queued as (\w+)/u.exec(sent.output)?.[1] ?? '';
    const { calls, close } = await signInToConsole(service.ready.console, OFFICE.admin);
    const outcomes = async () => {
      const { events } = await calls.messages.timeline({ traceId });
      return events
        .flatMap((event) => (event.type === 'attempted' ? [event.outcome] : []))
        .map(({ recipient, kind, diagnostic }) => `${recipient} ${kind} ${diagnostic}`)
        .sort();
    };
    await expect
      .poll(outcomes, { timeout: 20_000 })
      .toEqual([
        expect.stringMatching(/^full@store\.example (?:deferred 4|failed 5)52 .*[Qq]uota/u),
        expect.stringMatching(/^jack@store\.example relayed 250 2\.0\.0 /u),
        expect.stringMatching(/^jill@store\.example relayed 250 2\.0\.0 /u),
        expect.stringMatching(/^nobody@store\.example failed 550 5\.1\.1 /u),
      ]);
    close();
    const [letter] = await dovecot.mailOf('jack');
    expect(letter).toContain('Subject: Hello');
    expect(letter?.replaceAll('\r\n', '\n')).toContain('\nHi\n.\n..\n');
    expect(await dovecot.mailOf('jill')).toHaveLength(1);
    expect(await dovecot.mailOf('full')).toEqual([]);
  });
});
