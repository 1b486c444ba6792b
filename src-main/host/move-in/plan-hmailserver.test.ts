import { describe, expect, it } from 'vitest';
import { checkScript } from '../../mail/delivery/sieve/checking/check-script.ts';
import { createPooledRandom } from '../pooled-random.ts';
import { parseProvision } from '../provision/schema.ts';
import { HMAILSERVER_BACKUP, inPieces } from './hmailserver-backup.fixture.ts';
import type { Here, MoveInPlan } from './plan.ts';
import { planHmailserver } from './plan-hmailserver.ts';
import { readHmailserver } from './read-hmailserver.ts';
import { rulesToSieve } from './rules-to-sieve.ts';

const NOTHING: Here = { domains: new Map(), accounts: new Set(), addresses: new Set(), routes: [] };

async function read(text = HMAILSERVER_BACKUP) {
  const backup = await readHmailserver(inPieces(text));
  if (!backup.ok) throw new Error(backup.error);
  return backup.value;
}

async function plan(here: Partial<Here> = {}, text = HMAILSERVER_BACKUP): Promise<MoveInPlan> {
  return planHmailserver(await read(text), {
    here: { ...NOTHING, ...here },
    places: { file: '/nowhere/backup.xml', mailFolder: '/nowhere' },
    randomBytes: createPooledRandom(),
  });
}

/** `kind name: state (reason)` */
function told({ items }: MoveInPlan): readonly string[] {
  return items.map(
    ({ kind, name, state, reason }) => `${kind} ${name}: ${state}${reason === null ? '' : ` (${reason})`}`,
  );
}

describe('an hMailServer', () => {
  it('becomes a provision', async () => {
    const { provision } = await plan();
    expect(parseProvision(JSON.stringify(provision))).toMatchObject({
      ok: true,
      value: {
        domains: [
          {
            name: 'example.com',
            catchAll: ['anna@example.com'],
            accounts: [
              { localPart: 'anna', name: 'Anna Müller & Söhne', quotaBytes: 500 * 2 ** 20 },
              { localPart: 'tom', forwardTo: ['tom@elsewhere.example'], keepCopy: true },
            ],
            aliases: [{ localPart: 'info', to: ['anna@example.com'] }],
            groups: [
              { localPart: 'all', members: ['anna@example.com', 'tom@example.com'], posting: 'members' },
            ],
          },
          { name: 'example.net', aliasOf: 'example.com' },
        ],
        routes: [{ recipientDomain: 'partner.example', hosts: ['mx.partner.example:2525'], tls: 'required' }],
      },
    });
  });

  it('is told of thing by thing before it comes', async () => {
    expect(told(await plan())).toEqual([
      'domain example.com: comes',
      'catchAll example.com: comes',
      'account anna@example.com: comes',
      'mail anna@example.com: cannot (noMailFiles)',
      'rule anna@example.com: byHand (ruleNotSieve)',
      'rules anna@example.com: comes',
      'absence anna@example.com: comes',
      'account tom@example.com: comes (switchedOff)',
      'password tom@example.com: byHand (passwordUnknown)',
      'forwarding tom@example.com: comes',
      'alias info@example.com: comes',
      'list all@example.com: comes',
      'otherName example.net: comes',
      'route partner.example: comes',
      'route partner.example: byHand (routeSignsIn)',
    ]);
  });

  it('leaves what is here as it is, and brings what is missing', async () => {
    const addresses = new Set(['anna@example.com', 'info@example.com']);
    const route = { recipientDomain: 'partner.example', hosts: ['10.0.0.1'], name: 'by hand' } as const;
    const known = await plan({
      domains: new Map([['example.com', null]]),
      accounts: new Set(['anna@example.com']),
      addresses,
      routes: [{ ...route, protocol: 'smtp', tls: 'none', verifyCertificate: false }],
    });
    expect(told(known)).toEqual([
      'domain example.com: exists (domainStays)',
      'account anna@example.com: exists (accountStays)',
      'mail anna@example.com: cannot (noMailFiles)',
      'account tom@example.com: comes (switchedOff)',
      'password tom@example.com: byHand (passwordUnknown)',
      'forwarding tom@example.com: comes',
      'alias info@example.com: exists',
      'list all@example.com: comes',
      'otherName example.net: comes',
      'route partner.example: exists',
    ]);
    expect(known.provision).toMatchObject({
      domains: [{ accounts: [{ localPart: 'tom' }], aliases: [], groups: [{ localPart: 'all' }] }, {}],
    });
    expect(known.provision).not.toHaveProperty('routes');
    expect(known.provision).not.toHaveProperty('domains.0.catchAll');
    expect(known.jobs.map(({ address }) => address)).toEqual(['anna@example.com', 'tom@example.com']);
  });

  it('says what cannot come, and why, and brings the rest', async () => {
    const text = HMAILSERVER_BACKUP.replace(
      '"info@example.com" Value="anna@',
      '"in fo@example.com" Value="anna@',
    )
      .replace('<Recipient Name="tom@example.com"/>', '<Recipient Name="nobody"/>')
      .replace('ForwardAddress="tom@elsewhere.example"', 'ForwardAddress="TOM@example.com"')
      .replace('DomainAlias Name="example.net"', 'DomainAlias Name="-.net"')
      .replace('TargetHost="mx.partner.example"', 'TargetHost="a b"')
      .replace('</Domains>', '</Domains><PublicFolders><Folder Name="Prices"/></PublicFolders>');
    const left = await plan({}, text);
    expect(told(left).filter((line) => line.includes(': cannot'))).toEqual([
      'mail anna@example.com: cannot (noMailFiles)',
      'forwarding tom@example.com: cannot (leadsToItself)',
      'alias in fo@example.com: cannot (invalidAddress)',
      'list all@example.com: cannot (invalidTarget)',
      'otherName -.net: cannot (invalidDomain)',
      'route partner.example: cannot (invalidRoute)',
      'publicFolder Prices: cannot (belongsToNobody)',
    ]);
    expect(parseProvision(JSON.stringify(left.provision))).toMatchObject({
      value: { domains: [{ aliases: [], groups: [{ members: ['anna@example.com'] }] }] },
    });
  });

  it('names what this server does not do', async () => {
    const text = HMAILSERVER_BACKUP.replace(
      'Postmaster=',
      'EnableSignature="1" DKIMPrivateKeyFile="C:\\k.pem" Postmaster=',
    )
      .replace('ForwardEnabled="0"', 'EnableSignature="1" ForwardEnabled="0"')
      .replace(
        '<Rules>',
        '<FetchAccounts><FetchAccount Name="old" ServerAddress="pop.old.example" Active="1"/></FetchAccounts><Rules>',
      );
    expect(told(await plan({}, text)).filter((line) => /^(?:signature|fetching|key)/u.test(line))).toEqual([
      'signature example.com: cannot (addsNothing)',
      'key example.com: cannot (ownKeys)',
      'signature anna@example.com: cannot (addsNothing)',
      'fetching anna@example.com: cannot (fetchesNothing)',
    ]);
  });

  it('calls folders of a special use as they are called here', async () => {
    const text = HMAILSERVER_BACKUP.replace(
      'Folder Name="Archive"',
      'Folder Name="Gesendet" SpecialUse="\\Sent"',
    );
    const { jobs } = await plan({}, text);
    const source = await jobs[0]?.open(new AbortController().signal);
    expect(source?.mailboxes).toEqual(['INBOX', 'INBOX/Customers', 'Sent', 'Sent/2019 > 2020']);
    const older = await plan(
      {},
      HMAILSERVER_BACKUP.replace('Folder Name="Archive"', 'Folder Name="Sent Items"'),
    );
    expect((await older.jobs[0]?.open(new AbortController().signal))?.mailboxes).toContain('Sent');
  });

  it('keeps its addresses from those that are used otherwise here', async () => {
    const taken = await plan({
      domains: new Map([
        ['example.com', null],
        ['example.net', 'other.example'],
      ]),
      addresses: new Set(['tom@example.com']),
    });
    expect(told(taken)).toContain('account tom@example.com: cannot (addressTaken)');
    expect(taken.jobs.map(({ address }) => address)).toEqual(['anna@example.com']);
    const other = await plan({ domains: new Map([['example.com', 'other.example']]) });
    expect(told(other).slice(0, 2)).toEqual([
      'domain example.com: cannot (otherNameHere)',
      'otherName example.net: cannot (domainCannot)',
    ]);
  });

  it('has its rules and its absence note as a Sieve script that our checker takes', async () => {
    const [anna] = (await read()).domains[0]?.accounts ?? [];
    const { script } = rulesToSieve(anna ?? { rules: [], vacation: null });
    expect(script).toContain('if allof (header :contains "subject" "invoice",');
    expect(script).toContain('fileinto :create "Accounting/Invoices";');
    expect(script).toContain('vacation :subject "Away" "Back on \\"Monday\\".";');
    expect(checkScript(script ?? '')).toMatchObject({ ok: true });
    const vacation = { subject: '', text: 'Away', lastDay: '2024-05-01' };
    const until = rulesToSieve({ rules: [], vacation }).script ?? '';
    expect(until).toContain('if currentdate :value "le" "date" "2024-05-01" {\n  vacation "Away";\n}');
    expect(checkScript(until)).toMatchObject({ ok: true });
  });
});
