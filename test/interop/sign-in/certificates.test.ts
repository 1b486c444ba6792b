/** GNU SASL and curl sign in with a certificate (EXTERNAL, RFC 4422 App. A) that an authority made by OpenSSL vouches for. */
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runClient } from '../../support/clients.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../../support/service-process.ts';

const ANNA = 'anna@server1.com';

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;

beforeAll(async () => {
  folder = await makeWorkFolder();
  await makeAuthority('office');
  await makeAuthority('stranger');
  await makeCertificate('anna', { authority: 'office', address: ANNA });
  await makeCertificate('forged', { authority: 'stranger', address: ANNA });
  await makeCertificate('nobody', { authority: 'office', address: 'nobody@server1.com' });
  const validity = ['20200101000000Z', '20200201000000Z'] as const;
  await makeCertificate('old', { authority: 'office', address: ANNA, validity });
  const security = { clientAuthorityFile: folder.path('office.pem') };
  await writeFile(folder.provisionFile, JSON.stringify({ ...OFFICE, security }));
  service = await startOffice(folder);
});

afterAll(async () => {
  await service.end();
  await folder.remove();
});

async function openssl(...args: string[]): Promise<void> {
  const ran = await runClient('openssl', args);
  if (ran.code !== 0) throw new Error(ran.output);
}

async function makeAuthority(name: string): Promise<void> {
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    folder.path(`${name}.key`),
  ];
  await openssl(
    'req',
    '-x509',
    ...key,
    '-subj',
    `/CN=${name}`,
    '-days',
    '30',
    '-out',
    folder.path(`${name}.pem`),
  );
}

interface Wanted {
  readonly authority: string;
  readonly address: string;
  /** As ASN.1 has times; absent: from now on. */
  readonly validity?: readonly [from: string, until: string];
}

async function makeCertificate(name: string, { authority, address, validity }: Wanted): Promise<void> {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const request = folder.path(`${name}.csr`);
  await openssl(
    'req',
    ...curve,
    '-keyout',
    folder.path(`${name}.key`),
    '-subj',
    `/CN=${name}`,
    '-out',
    request,
  );
  const extensions = folder.path(`${name}.ext`);
  await writeFile(extensions, `subjectAltName=email:${address}\nextendedKeyUsage=clientAuth\n`);
  const files = ['-in', request, '-extfile', extensions, '-out', folder.path(`${name}.pem`)];
  const [certificate, key] = [folder.path(`${authority}.pem`), folder.path(`${authority}.key`)];
  if (validity === undefined) {
    return openssl('x509', '-req', '-CA', certificate, '-CAkey', key, '-days', '10', ...files);
  }
  // `openssl x509` of Debian 12 sets no dates.
  const [from, until] = validity;
  const signer = ['-config', await writeCaSettings(), '-cert', certificate, '-keyfile', key, '-notext'];
  return openssl('ca', '-batch', ...signer, '-startdate', from, '-enddate', until, ...files);
}

async function writeCaSettings(): Promise<string> {
  await writeFile(folder.path('index.txt'), '');
  const places = `database=${folder.path('index.txt')}\nnew_certs_dir=${folder.path('.')}`;
  const office = `[office]\n${places}\ndefault_md=sha256\npolicy=any\nrand_serial=yes`;
  await writeFile(folder.path('ca.cnf'), `[ca]\ndefault_ca=office\n${office}\n[any]\ncommonName=supplied\n`);
  return folder.path('ca.cnf');
}

function curl(certificate: string, options: readonly string[] = []) {
  const shown = ['--cert', folder.path(`${certificate}.pem`), '--key', folder.path(`${certificate}.key`)];
  const url = `imaps://127.0.0.1:${service.port('imaps')}/INBOX?ALL`;
  return runClient('curl', ['-sS', '-k', ...shown, '--login-options', 'AUTH=EXTERNAL', ...options, url]);
}

test('curl signs in as whom its certificate names', async () => {
  expect(await curl('anna', ['--user', `${ANNA}:`])).toMatchObject({ code: 0 });
});

// CURLE_LOGIN_DENIED, or no mechanism that both know.
test.each([
  ['of an authority that we do not know', 'forged', ANNA],
  ['that is over', 'old', ANNA],
  ['for somebody else', 'anna', 'tom@server1.com'],
  ['of nobody here', 'nobody', 'nobody@server1.com'],
])('a certificate %s lets nobody in', async (_title, certificate, user) => {
  expect((await curl(certificate, ['--user', `${user}:`])).code).not.toBe(0);
});

test('GNU SASL signs in to submission', async () => {
  const place = [
    '--smtp',
    `--connect=127.0.0.1:${service.port('submission')}`,
    '--starttls',
    '--x509-ca-file=',
  ];
  const shown = [`--x509-cert-file=${folder.path('anna.pem')}`, `--x509-key-file=${folder.path('anna.key')}`];
  const ran = await runClient('gsasl', [
    ...place,
    ...shown,
    '--mechanism=EXTERNAL',
    `--authorization-id=${ANNA}`,
  ]);
  expect(ran.output).toMatch(/235 2\.7\.0/);
});

test('without a certificate EXTERNAL is not offered', async () => {
  const ran = await runClient(
    'openssl',
    ['s_client', '-quiet', '-connect', `127.0.0.1:${service.port('imaps')}`],
    {
      input: 'a CAPABILITY\r\nb LOGOUT\r\n',
    },
  );
  expect(ran.output).toContain('AUTH=PLAIN');
  expect(ran.output).not.toContain('AUTH=EXTERNAL');
});
