/**
 * Certificates: all that this server has (its own, files, pasted, of an authority), and which of them a client is shown.
 *
 * Flow: host start → here → every TLS handshake asks secureContext(). Invariants: there is always a usable certificate; what changes
 * counts from the next handshake on, and no session ends for it; all listeners share the keys of session tickets, which live for a day
 * (RFC 5077, RFC 8446 §4.6.1), so that a stolen one opens little.
 */
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Cancel, Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import type { RandomBytes } from '../../base/ids.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { CertificateSummary } from '../../contract/settings.ts';
import { SERVER_TLS, TICKET_LIFETIME_SECONDS } from '../../protocol/connection/tls-settings.ts';
import type { SecureContextSource } from '../../protocol/connection/tls-upgrade.ts';
import { CertificateFiles, type CertificatePaths, type WatchedPair } from './certificate-files.ts';
import { chooseCertificate } from './choose-certificate.ts';
import {
  findPairProblems,
  inspectPair,
  type CertificateFacts,
  type InspectedPair,
  type PairProblem,
} from './inspect-pair.ts';
import { keepOwnCertificate } from './own-certificate.ts';
import type { CertificateStore, KeyPair } from './port.ts';

/** Node's size: a name, an HMAC key and an AES key. */
const TICKET_KEY_OCTETS = 48;
const DAY_MS = 24 * 60 * 60_000;
/** How often the own certificate's end is looked at. */
const UPKEEP_MS = DAY_MS;

export interface CertificatesOptions {
  /** Of the certificate that we sign ourselves. */
  readonly folder: string;
  readonly store: CertificateStore;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly onError: (error: unknown) => void;
}

/** What settings say of certificates. */
export interface WantedCertificates {
  readonly hostname: string;
  readonly files: readonly CertificatePaths[];
}

export type CertificateSource = 'selfSigned' | 'files' | 'pasted' | 'acme';

/** A certificate that may be shown. */
export interface HeldCertificate extends InspectedPair {
  /** Names it in the console. */
  readonly id: string;
  readonly source: CertificateSource;
}

export interface CertificateStatus {
  readonly id: string;
  readonly source: CertificateSource;
  /** null: files that could not be read yet. */
  readonly facts: CertificateFacts | null;
  readonly problems: readonly PairProblem[];
  readonly paths: CertificatePaths | null;
  readonly fileProblem: WatchedPair['problem'];
  /** Names for which clients are shown it. */
  readonly usedFor: readonly string[];
}

export class Certificates {
  readonly #options: CertificatesOptions;
  readonly #files: CertificateFiles;
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.subscribe;
  readonly #contexts = new Map<HeldCertificate, SecureContext>();
  #hostname = '';
  #wantedFiles: readonly CertificatePaths[] = [];
  #changing: Promise<void> = Promise.resolve();
  #own: InspectedPair;
  #stored: readonly HeldCertificate[] = [];
  #held: readonly HeldCertificate[] = [];
  #ticketKeys: Buffer;
  #cancels: Cancel[] = [];

  private constructor(options: CertificatesOptions, own: InspectedPair) {
    this.#options = options;
    this.#own = own;
    this.#ticketKeys = Buffer.from(options.randomBytes(TICKET_KEY_OCTETS));
    this.#files = new CertificateFiles({ clock: options.clock, onChange: () => this.#gather() });
    this.#every(TICKET_LIFETIME_SECONDS * 1000, () => this.#rotateTicketKeys());
    this.#every(UPKEEP_MS, () => {
      this.change({ hostname: this.#hostname, files: this.#wantedFiles }).catch(options.onError);
    });
  }

  static async open(options: CertificatesOptions, wanted: WantedCertificates): Promise<Certificates> {
    const { folder, clock } = options;
    const own = await keepOwnCertificate({ folder, now: clock.now(), hostname: wanted.hostname });
    const certificates = new Certificates(options, own);
    await certificates.change(wanted);
    return certificates;
  }

  readonly secureContext: SecureContextSource = (serverName) =>
    this.#contextOf((serverName === null ? null : this.pairFor(serverName)) ?? this.#default);

  /** Of what is shown to those who ask for no name. */
  get summary(): CertificateSummary {
    const { subject, issuer, isSelfSigned, notAfter, names } = this.#default.facts;
    return { subject, issuer, isSelfSigned, notAfter, names };
  }

  /** The pair that clients of this name are shown. */
  pairFor(name: string): HeldCertificate | null {
    if (name.toLowerCase() === this.#hostname) return this.#default;
    return chooseCertificate(this.#held, name, this.#options.clock.now());
  }

  /** Takes another name or other files; connections that are open keep what they have. */
  change({ hostname, files }: WantedCertificates): Promise<void> {
    this.#hostname = hostname;
    this.#wantedFiles = files;
    const changing = this.#changing.then(() => this.#follow());
    this.#changing = changing.catch(() => undefined);
    return changing;
  }

  /** Looks at the files now. */
  async reload(): Promise<void> {
    await this.#files.look();
    await this.readStored();
  }

  /** Takes what the store has now. */
  async readStored(): Promise<void> {
    const { store } = this.#options;
    const [pasted, acme] = await Promise.all([store.listPasted(), store.listAcme()]);
    this.#stored = [
      ...pasted.flatMap((pair) => hold({ id: `pasted:${pair.id}`, source: 'pasted', pair })),
      ...acme.flatMap(({ purpose, pair }) =>
        pair === null ? [] : hold({ id: `acme:${purpose}`, source: 'acme', pair }),
      ),
    ];
    this.#gather();
  }

  /** Keeps a pair of the administrator's; warnings are refused unless they are known. */
  async add(
    pair: KeyPair,
    { acceptsWarnings }: { acceptsWarnings: boolean },
  ): Promise<Result<CertificateFacts, readonly PairProblem[]>> {
    const inspected = inspectPair(pair);
    if (!inspected.ok) return err([inspected.error]);
    const problems = this.#problemsOf(inspected.value);
    // Nobody is served by a certificate that has ended.
    const isUseless = problems.includes('expired');
    if (isUseless || (problems.length > 0 && !acceptsWarnings)) return err(problems);
    await this.#options.store.addPasted(inspected.value.pair);
    await this.readStored();
    return ok(inspected.value.facts);
  }

  async remove(id: number): Promise<void> {
    await this.#options.store.removePasted(id);
    await this.readStored();
  }

  list(): readonly CertificateStatus[] {
    const uses = this.#uses();
    const held = this.#held.map((each) => this.#describe(each, uses.get(each.id) ?? []));
    const unread = this.#files.pairs.flatMap(({ paths, inspected, problem }) =>
      inspected === null ? [{ ...NOTHING_READ, id: idOfFiles(paths), paths, fileProblem: problem }] : [],
    );
    return [...held, ...unread];
  }

  stop(): void {
    this.#files.stop();
    for (const cancel of this.#cancels.splice(0)) cancel();
  }

  #every(periodMs: number, work: () => void): void {
    let cancel: Cancel = () => undefined;
    const wait = (): void => {
      cancel = this.#options.clock.after(periodMs, () => {
        wait();
        work();
      });
    };
    wait();
    this.#cancels.push(() => cancel());
  }

  /** For the server's own name and for who asks for none: what the administrator gave goes before what we sign ourselves. */
  get #default(): HeldCertificate {
    const now = this.#options.clock.now();
    const given = this.#held.filter(({ source }) => source !== 'selfSigned');
    const chosen =
      chooseCertificate(given, this.#hostname, now) ?? given.find(({ facts }) => isInTime(facts, now));
    const own = this.#held.at(-1);
    if (own === undefined) throw new Error('there is no certificate');
    return chosen !== undefined && isInTime(chosen.facts, now) ? chosen : own;
  }

  #contextOf(certificate: HeldCertificate): SecureContext {
    const known = this.#contexts.get(certificate);
    if (known !== undefined) return known;
    const { certificate: cert, key } = certificate.pair;
    const context = createSecureContext({ ...SERVER_TLS, cert, key, ticketKeys: this.#ticketKeys });
    this.#contexts.set(certificate, context);
    return context;
  }

  #rotateTicketKeys(): void {
    this.#ticketKeys = Buffer.from(this.#options.randomBytes(TICKET_KEY_OCTETS));
    this.#contexts.clear();
  }

  async #follow(): Promise<void> {
    const { folder, clock } = this.#options;
    await this.#files.follow(this.#wantedFiles);
    this.#own = await keepOwnCertificate({ folder, now: clock.now(), hostname: this.#hostname });
    await this.readStored();
  }

  #gather(): void {
    this.#held = [
      ...this.#files.pairs.flatMap(({ paths, inspected }) =>
        inspected === null ? [] : [{ ...inspected, id: idOfFiles(paths), source: 'files' as const }],
      ),
      ...this.#stored,
      { ...this.#own, id: 'selfSigned', source: 'selfSigned' },
    ];
    this.#contexts.clear();
    this.#changed.emit();
  }

  #problemsOf(inspected: InspectedPair): readonly PairProblem[] {
    return findPairProblems(inspected, { now: this.#options.clock.now(), names: [this.#hostname] });
  }

  /** Which names each certificate is shown for: those that certificates have, and the server's own. */
  #uses(): ReadonlyMap<string, readonly string[]> {
    const names = new Set([this.#hostname, ...this.#held.flatMap(({ facts }) => facts.names)]);
    const uses = [...names].map((name) => ({
      name,
      id: this.pairFor(name)?.id,
    }));
    return new Map(
      this.#held.map(({ id }) => [id, uses.filter((use) => use.id === id).map(({ name }) => name)]),
    );
  }

  #describe(held: HeldCertificate, usedFor: readonly string[]): CertificateStatus {
    const { id, source, facts } = held;
    const watched = this.#files.pairs.find(({ paths }) => source === 'files' && idOfFiles(paths) === id);
    // One that is for other names of ours is no fault as long as it is asked for.
    const problems = this.#problemsOf(held).filter(
      (problem) => problem !== 'wrongName' || usedFor.length === 0,
    );
    const paths = watched?.paths ?? null;
    return { id, source, facts, problems, paths, fileProblem: watched?.problem ?? null, usedFor };
  }
}

function isInTime({ notBefore, notAfter }: CertificateFacts, now: number): boolean {
  return notBefore <= now && now < notAfter;
}

const NOTHING_READ = { source: 'files', facts: null, problems: [], usedFor: [] } as const;

function idOfFiles({ certFile }: CertificatePaths): string {
  return `files:${certFile}`;
}

/** What the store has was checked when it came; were it damaged, there would be nothing to show of it. */
function hold(kept: { id: string; source: CertificateSource; pair: KeyPair }): HeldCertificate[] {
  const inspected = inspectPair(kept.pair);
  return inspected.ok ? [{ ...inspected.value, id: kept.id, source: kept.source }] : [];
}
