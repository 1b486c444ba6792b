/** openssl looks at the TLS of every listener, as a scanner would. */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isInstalled } from '../../support/installed.ts';
import { LineClient } from '../../support/line-client.ts';
import {
  ALL_FREE_PORTS,
  makeWorkFolder,
  OFFICE,
  startService,
  type ServiceProcess,
} from '../../support/service-process.ts';
import { makeAuthority } from '../../support/test-authority.ts';

const NAME = 'mail.server1.com';
const BRANCH = 'mail.branch.example';
/** How openssl begins on each. */
const LISTENERS: readonly (readonly [listener: string, starttls: readonly string[], protocol: string])[] = [
  ['smtp', ['-starttls', 'smtp'], 'smtp'],
  ['submission', ['-starttls', 'smtp'], 'smtp'],
  ['submissions', [], 'smtp'],
  ['imap', ['-starttls', 'imap'], 'imap'],
  ['imaps', [], 'imap'],
  ['pop3', ['-starttls', 'pop3'], 'pop3'],
  ['pop3s', [], 'pop3'],
  ['managesieve', ['-starttls', 'sieve'], 'managesieve'],
];

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;

beforeAll(async () => {
  const authority = await makeAuthority(Date.now());
  folder = await makeWorkFolder();
  await writeFile(folder.path('root.pem'), authority.root);
  const tls = await Promise.all(
    [NAME, BRANCH].map(async (name) => {
      const { certificate, key } = await authority.issue([name]);
      const files = { certFile: folder.path(`${name}.pem`), keyFile: folder.path(`${name}.key`) };
      await writeFile(files.certFile, certificate);
      await writeFile(files.keyFile, key);
      return files;
    }),
  );
  await writeFile(folder.provisionFile, JSON.stringify({ ...OFFICE, tls }));
  const place = ['--data', folder.data, '--provision', folder.provisionFile, '--bind', '127.0.0.1'];
  service = await startService([...place, '--console', '127.0.0.1:0', '--ports', ALL_FREE_PORTS]);
});

afterAll(async () => {
  await service.end();
  await folder.remove();
});

/** What s_client says; `input` is typed into it once the handshake is over. */
function sClient(listener: string, args: readonly string[], input = 'Q\n'): Promise<string> {
  const starttls = LISTENERS.find(([name]) => name === listener)?.[1] ?? [];
  const target = ['-connect', `127.0.0.1:${service.port(listener)}`, '-CAfile', folder.path('root.pem')];
  const child = spawn('openssl', ['s_client', ...target, ...starttls, ...args]);
  let output = '';
  let isTyped = false;
  const hear = (piece: Buffer): void => {
    output += piece.toString('latin1');
    if (isTyped || !/Verify return code|errno|alert|error/u.test(output)) return;
    isTyped = true;
    child.stdin.end(input);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  child.stdin.on('error', () => undefined);
  return new Promise((resolve) => child.once('close', () => resolve(output)));
}

describe.runIf(isInstalled('openssl'))('openssl', () => {
  test.each(LISTENERS)(
    '%s: TLS 1.2 and 1.3 with forward secrecy, the chain complete, the name right',
    async (listener) => {
      for (const [version, cipher] of [
        ['-tls1_2', /Cipher is ECDHE-ECDSA-AES(?:128|256)-GCM-SHA\d+/u],
        ['-tls1_3', /Cipher is TLS_AES_\d+_GCM_SHA\d+/u],
      ] as const) {
        const output = await sClient(listener, [version, '-servername', NAME, '-verify_hostname', NAME]);
        expect(output).toMatch(cipher);
        expect(output).toContain('Verify return code: 0 (ok)');
        expect(output).toContain('Compression: NONE');
      }
    },
  );

  test.each(LISTENERS)('%s: nothing older than TLS 1.2 (RFC 8996)', async (listener) => {
    for (const version of ['-tls1', '-tls1_1']) {
      const output = await sClient(listener, [version, '-cipher', 'ALL:@SECLEVEL=0']);
      expect(output).toContain('Cipher is (NONE)');
      expect(output).toContain('alert protocol version');
    }
  });

  test.each(LISTENERS)('%s: no cipher without forward secrecy or with CBC', async (listener) => {
    const weak = [
      'AES128-GCM-SHA256',
      'AES128-SHA',
      'ECDHE-ECDSA-AES128-SHA',
      'ECDHE-ECDSA-AES256-SHA384',
      'aNULL',
      'PSK',
    ];
    const output = await sClient(listener, ['-tls1_2', '-cipher', `${weak.join(':')}:@SECLEVEL=0`]);
    expect(output).toContain('Cipher is (NONE)');
    expect(output).toContain('alert handshake failure');
  });

  test.each(LISTENERS)('%s: the order of ciphers is ours', async (listener) => {
    const theirs =
      'ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256';
    expect(await sClient(listener, ['-tls1_2', '-cipher', theirs])).toContain(
      'Cipher is ECDHE-ECDSA-AES128-GCM-SHA256',
    );
  });

  test.each(LISTENERS)('%s: no renegotiation', async (listener) => {
    const output = await sClient(listener, ['-tls1_2'], 'R\n');
    expect(output).toMatch(/RENEGOTIATING[^]*(?:no renegotiation|error)/u);
  });

  test.each(LISTENERS)('%s: sessions are taken up again', async (listener) => {
    const output = await sClient(listener, ['-tls1_2', '-reconnect']);
    expect(output.match(/Reused, TLSv1\.2/gu)?.length).toBe(5);
  });

  test.each(LISTENERS)('%s: the certificate is the one for the name', async (listener) => {
    expect(await sClient(listener, ['-servername', BRANCH])).toContain(`subject=CN = ${BRANCH}`);
    expect(await sClient(listener, ['-noservername'])).toContain(`subject=CN = ${NAME}`);
  });

  test.each(LISTENERS)(
    '%s: a browser that was led here is refused, the protocol itself is not',
    async (listener, _, protocol) => {
      expect(await sClient(listener, ['-alpn', 'http/1.1'])).toContain('no application protocol');
      expect(await sClient(listener, ['-alpn', protocol])).toContain(`ALPN protocol: ${protocol}`);
    },
  );
});

describe('what is sent in clear text behind STARTTLS (RFC 3207 §4.2)', () => {
  const DIALOGUES = [
    {
      listener: 'smtp',
      hello: 'EHLO a.example\r\n',
      begin: 'STARTTLS\r\n',
      injected: 'MAIL FROM:<injected@a.example>\r\n',
      ask: 'RCPT TO:<tom@server1.com>\r\n',
      answer: /^503 /u,
    },
    {
      listener: 'submission',
      hello: 'EHLO a.example\r\n',
      begin: 'STARTTLS\r\n',
      injected: 'EHLO injected.example\r\n',
      ask: 'NOOP\r\n',
      answer: /^250 2\.0\.0/u,
    },
    {
      listener: 'imap',
      hello: '',
      begin: 'a STARTTLS\r\n',
      injected: 'b LOGIN tom@server1.com tom-password\r\n',
      ask: 'c SELECT INBOX\r\n',
      answer: /^c BAD/u,
    },
    {
      listener: 'pop3',
      hello: '',
      begin: 'STLS\r\n',
      injected: 'USER tom@server1.com\r\nPASS tom-password\r\n',
      ask: 'STAT\r\n',
      answer: /^-ERR/u,
    },
    {
      listener: 'managesieve',
      hello: '',
      begin: 'STARTTLS\r\n',
      injected: 'NOOP "injected"\r\n',
      ask: 'LISTSCRIPTS\r\n',
      answer: /^NO/u,
    },
  ];

  test.each(DIALOGUES)('$listener: is never read', async (dialogue) => {
    const { listener, hello, begin, injected, ask, answer } = dialogue;
    const client = new LineClient({ port: service.port(listener) });
    const heard: string[] = [];
    const until = async (wanted: RegExp): Promise<void> => {
      for (let line = ''; !wanted.test(line); heard.push(line)) line = await client.readLine();
    };
    await until(/^(?:220|\* OK|\+OK|OK)/u);
    if (hello !== '') {
      client.write(hello);
      await until(/^250 /u);
    }
    // One segment, so that both are there before the handshake.
    client.write(begin + injected);
    await until(/^(?:220|a OK|\+OK|OK)/u);
    client.startTls();
    heard.length = 0;
    client.write(ask);
    await until(answer);
    expect(heard.join('\n')).not.toMatch(/injected|^b |Maildrop/mu);
    client.destroy();
  });
});
