/** The certificates of the console's world: one of an authority, one in files that is about to end, one that waits for DNS. */
import { Emitter } from '../../src-main/base/emitter.ts';
import { err, ok } from '../../src-main/base/result.ts';
import type { AcmeStatus } from '../../src-main/host/certificates/acme-desk.ts';
import type { CertificateStatus } from '../../src-main/host/certificates/certificates.ts';
import type { CertificateConsole } from '../../src-main/host/certificates/console-port.ts';
import { inspectPair, type CertificateFacts } from '../../src-main/host/certificates/inspect-pair.ts';
import { makeKey } from '../../src-main/protocol/acme/ec-keys.ts';

const DAY_MS = 24 * 60 * 60_000;
const KEY = makeKey();
const NEXT_KEY = makeKey();
const FINGERPRINT = Array.from({ length: 32 }, (_, at) =>
  ((at * 37 + 11) % 256).toString(16).padStart(2, '0'),
);

export class WorldCertificates implements CertificateConsole {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.subscribe;
  rows: readonly CertificateStatus[] = [];
  work: readonly AcmeStatus[] = [];
  records: readonly { name: string; value: string; lookedAt: number | null }[] = [];
  nextKey: string | null = null;
  /** What was asked for, in its order. */
  readonly orders: string[] = [];

  /** Fills it with what an office may have. */
  furnish(now: number): void {
    const letsEncrypt = { issuer: "Let's Encrypt, E7", isSelfSigned: false };
    const server = factsOf(['mail.example.com'], { ...letsEncrypt, now, daysLeft: 61 });
    const branch = factsOf(['mail.branch.example'], {
      issuer: 'Office CA',
      isSelfSigned: false,
      now,
      daysLeft: 9,
    });
    const own = factsOf(['mail.example.com', 'localhost', '127.0.0.1'], { now, daysLeft: 790 });
    this.rows = [
      {
        ...row('files:/etc/ssl/branch.pem', branch, ['mail.branch.example']),
        problems: ['chainIncomplete'],
        paths: { certFile: '/etc/ssl/branch.pem', keyFile: '/etc/ssl/private/branch.key' },
        fileProblem: {
          kind: 'keyMismatch',
          detail:
            'cannot use /etc/ssl/branch.pem with /etc/ssl/private/branch.key: the key does not belong to the certificate',
        },
      },
      row('acme:server', server, ['mail.example.com']),
      row('selfSigned', own, ['localhost', '127.0.0.1']),
    ];
    const idle = {
      isUnderWay: false,
      triedAt: now - 29 * DAY_MS,
      failures: 0,
      problem: null,
      key: KEY,
      nextKey: null,
    };
    this.work = [
      {
        purpose: 'server',
        names: ['mail.example.com'],
        facts: server,
        dueAt: now + 31 * DAY_MS,
        renewAt: now + 31 * DAY_MS,
        ...idle,
      },
      {
        purpose: 'mta-sts.branch.example',
        names: ['mta-sts.branch.example'],
        facts: null,
        renewAt: null,
        ...idle,
        key: null,
        dueAt: now + 50 * 60_000,
        triedAt: now - 10 * 60_000,
        failures: 3,
        problem: 'mta-sts.branch.example: DNS problem: NXDOMAIN looking up A for mta-sts.branch.example',
      },
    ];
    this.#changed.emit();
  }

  list = () => this.rows;
  jobs = () => this.work;
  awaitedRecords = () => this.records;
  keysFor = () => ({ key: KEY, nextKey: this.nextKey });
  checkFiles = () => Promise.resolve([]);

  add: CertificateConsole['add'] = (pair, { acceptsWarnings }) => {
    const inspected = inspectPair(pair);
    if (!inspected.ok) return Promise.resolve(err([inspected.error]));
    if (!acceptsWarnings) return Promise.resolve(err(['wrongName']));
    const { facts } = inspected.value;
    this.rows = [...this.rows, row(`pasted:${String(this.rows.length)}`, facts, facts.names)];
    this.#changed.emit();
    return Promise.resolve(ok(facts));
  };

  remove = async (id: number): Promise<void> => {
    this.rows = this.rows.filter((each) => each.id !== `pasted:${String(id)}`);
    this.#changed.emit();
  };

  reload = () => this.#note('reload');
  renew: CertificateConsole['renew'] = (purpose, { withNewKey }) =>
    this.#note(`renew ${purpose}${withNewKey ? ' with a new key' : ''}`);
  planKey = (purpose: string) => {
    this.nextKey = NEXT_KEY;
    return this.#note(`plan ${purpose}`);
  };
  dropPlannedKey = (purpose: string) => {
    this.nextKey = null;
    return this.#note(`drop ${purpose}`);
  };
  lookForRecords = () => this.#note('look');

  #note(order: string): Promise<void> {
    this.orders.push(order);
    this.work = this.work.map((job) => ({ ...job, nextKey: this.nextKey }));
    this.#changed.emit();
    return Promise.resolve();
  }
}

function row(id: string, facts: CertificateFacts, usedFor: readonly string[]): CertificateStatus {
  const source = id.split(':')[0] as CertificateStatus['source'];
  return { id, source, facts, problems: [], paths: null, fileProblem: null, usedFor };
}

function factsOf(
  names: readonly string[],
  {
    issuer,
    isSelfSigned = true,
    now,
    daysLeft,
  }: { issuer?: string; isSelfSigned?: boolean; now: number; daysLeft: number },
): CertificateFacts {
  const subject = names[0] ?? '';
  const notAfter = now + daysLeft * DAY_MS;
  return {
    ...{ subject, names, isSelfSigned, notAfter },
    issuer: issuer ?? subject,
    notBefore: notAfter - 90 * DAY_MS,
    fingerprint: FINGERPRINT.join(':').toUpperCase(),
    keyType: 'EC prime256v1',
  };
}
