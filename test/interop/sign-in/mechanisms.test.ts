/** Programs that are not ours sign in by each mechanism: GNU SASL, curl, swaks and Python. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runClient, runPython } from '../../support/clients.ts';
import { isInstalled } from '../../support/installed.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../../support/service-process.ts';
import { startTokenIssuer, type TestIssuer } from '../../support/token-issuer.ts';

const ANNA = { user: 'anna@server1.com', password: 'anna-password' };

let issuer: TestIssuer;
let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;

beforeAll(async () => {
  issuer = await startTokenIssuer();
  const tokenIssuer = { issuer: issuer.url, audience: 'postroom' };
  folder = await makeWorkFolder({ ...OFFICE, security: { allowScramSha1: true, tokenIssuer } });
  service = await startOffice(folder);
});

afterAll(async () => {
  await service.end();
  await folder.remove();
  issuer.close();
});

describe.runIf(isInstalled('gsasl'))('GNU SASL', () => {
  const signIn = (protocol: 'imap' | 'smtp', mechanism: string, password = ANNA.password) => {
    const port = service.port(protocol === 'imap' ? 'imap' : 'submission');
    const place = [`--${protocol}`, `--connect=127.0.0.1:${port}`, '--starttls', '--x509-ca-file='];
    const who = [`--authentication-id=${ANNA.user}`, '--authorization-id=', `--password=${password}`];
    // It will not do without a binding that it could have, and asks for one to be taken away.
    const binding = mechanism.endsWith('-PLUS') ? [] : ['--no-cb'];
    return runClient('gsasl', [...place, `--mechanism=${mechanism}`, ...binding, ...who, '--verbose']);
  };

  const mechanisms = [
    'PLAIN',
    'LOGIN',
    'SCRAM-SHA-1',
    'SCRAM-SHA-1-PLUS',
    'SCRAM-SHA-256',
    'SCRAM-SHA-256-PLUS',
  ];
  test.each(mechanisms)('signs in by %s over IMAP and submission', async (mechanism) => {
    for (const protocol of ['imap', 'smtp'] as const) {
      const ran = await signIn(protocol, mechanism);
      expect(ran.output).toMatch(/Client authentication finished \(server trusted\)/);
      expect(ran.code).toBe(0);
    }
  });

  test.each(['PLAIN', 'SCRAM-SHA-256-PLUS'])('is refused with a wrong password by %s', async (mechanism) => {
    const ran = await signIn('imap', mechanism, 'wrong');
    expect(ran.output).toMatch(/AUTHENTICATIONFAILED/);
  });
});

describe('curl', () => {
  const imap = (args: readonly string[]) =>
    runClient('curl', ['-sS', '-k', `imaps://127.0.0.1:${service.port('imaps')}/INBOX?ALL`, ...args]);

  test.each(['OAUTHBEARER', 'XOAUTH2'])(
    'signs in with a token by %s, and not with an old one',
    async (mechanism) => {
      const bearer = async (lifeMs: number) => {
        const token = await issuer.giveToken({ email: ANNA.user, audience: 'postroom', lifeMs });
        const how = ['--login-options', `AUTH=${mechanism}`];
        return imap(['--user', `${ANNA.user}:`, '--oauth2-bearer', token, ...how]);
      };
      expect(await bearer(60_000)).toMatchObject({ code: 0 });
      // CURLE_LOGIN_DENIED
      expect(await bearer(-3_600_000)).toMatchObject({ code: 67 });
    },
  );

  test('lets nobody act as somebody else with a token', async () => {
    const token = await issuer.giveToken({ email: 'tom@server1.com', audience: 'postroom' });
    expect(await imap(['--user', `${ANNA.user}:`, '--oauth2-bearer', token])).toMatchObject({ code: 67 });
  });

  test('sends mail with a token', async () => {
    const token = await issuer.giveToken({ email: ANNA.user, audience: 'postroom' });
    const url = `smtps://127.0.0.1:${service.port('submissions')}`;
    const envelope = ['--mail-from', ANNA.user, '--mail-rcpt', 'tom@server1.com'];
    const signIn = ['--user', `${ANNA.user}:`, '--oauth2-bearer', token];
    const ran = await runClient('curl', ['-sS', '-k', url, ...envelope, ...signIn, '-T', '-'], {
      input: 'From: anna@server1.com\r\nSubject: with a token\r\n\r\nGood morning.\r\n',
    });
    expect(ran).toMatchObject({ code: 0 });
  });
});

test.each(['PLAIN', 'LOGIN'])('swaks signs in by %s', async (mechanism) => {
  const signIn = ['--auth', mechanism, '--auth-user', ANNA.user, '--auth-password', ANNA.password];
  const place = ['--server', '127.0.0.1', '--port', String(service.port('submission')), '--tls'];
  const ran = await runClient('swaks', [...place, ...signIn, '--quit-after', 'AUTH']);
  expect(ran.output).toContain('235 2.7.0');
  expect(ran.code).toBe(0);
});

test('Python signs in with a token over IMAP and POP3, and with the password by its libraries', async () => {
  const token = await issuer.giveToken({ email: ANNA.user, audience: 'postroom' });
  const script = `
import base64, imaplib, poplib, ssl, sys
imaps, pop3s, user, password, token = int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:6]
context = ssl._create_unverified_context()
bearer = f"n,a={user},\\x01auth=Bearer {token}\\x01\\x01".encode()
with imaplib.IMAP4_SSL("127.0.0.1", imaps, ssl_context=context) as imap:
    assert "AUTH=SCRAM-SHA-256-PLUS" in imap.capabilities, imap.capabilities
    print(imap.authenticate("OAUTHBEARER", lambda challenge: bearer)[0])
with imaplib.IMAP4_SSL("127.0.0.1", imaps, ssl_context=context) as imap:
    print(imap.login(user, password)[0])
pop = poplib.POP3_SSL("127.0.0.1", pop3s, context=context)
print(pop._shortcmd("AUTH OAUTHBEARER " + base64.b64encode(bearer).decode()).decode()[:3])
pop.quit()
`;
  const ports = [service.port('imaps'), service.port('pop3s')].map(String);
  const ran = await runPython(script, [...ports, ANNA.user, ANNA.password, token]);
  expect(ran).toEqual({ code: 0, output: 'OK\nOK\n+OK\n' });
});
