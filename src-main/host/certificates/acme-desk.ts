/**
 * AcmeDesk: obtains and renews the certificates that settings ask an authority for.
 *
 * RFC 8555. Flow: settings → plan → obtainCertificate() → store → Certificates. Invariants: a third of its life before its end a
 * certificate is obtained anew, with the same key (what TLSA records say of it stays true) unless another was planned; a failure is
 * remembered over restarts, tried again later and later, and never sooner than the authority asks; the certificate before stays in use.
 */
import { createPrivateKey } from 'node:crypto';
import type { Cancel, Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import type { RandomBytes } from '../../base/ids.ts';
import type { Logger } from '../../base/logger.ts';
import { AcmeClient } from '../../protocol/acme/acme-client.ts';
import { makeKey } from '../../protocol/acme/ec-keys.ts';
import type { ChallengeType } from '../../protocol/acme/challenges.ts';
import { obtainCertificate, type ChallengeSolver } from '../../protocol/acme/obtain-certificate.ts';
import { AcmeError } from '../../protocol/acme/problem.ts';
import { HttpsError, type SendHttps } from '../../protocol/https/https-client.ts';
import { planCertificates, type AcmeSettings, type CertificatePlan } from './acme-settings.ts';
import { inspectPair, type CertificateFacts } from './inspect-pair.ts';
import type { MtaStsSetting } from './mta-sts.ts';
import type { AcmeAccount, AcmeCertificate, CertificateStore, KeyPair } from './port.ts';
import { afterFailure, dueAt, FRESH, renewAt } from './renewal.ts';

/** How often it is asked what is due. */
const LOOK_MS = 10 * 60_000;
/** Mail first. */
const FIRST_LOOK_MS = 3_000;

export interface AcmeDeskOptions {
  readonly store: CertificateStore;
  readonly settings: () => { hostname: string; acme: AcmeSettings; mtaSts: readonly MtaStsSetting[] };
  readonly solvers: Readonly<Record<ChallengeType, ChallengeSolver>>;
  readonly send: SendHttps;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly logger: Logger;
  readonly userAgent: string;
  /** Hears that the store has another certificate. */
  readonly onObtained: () => Promise<void>;
}

export interface AcmeStatus {
  readonly purpose: string;
  readonly names: readonly string[];
  readonly facts: CertificateFacts | null;
  readonly isUnderWay: boolean;
  /** When it is obtained next. */
  readonly dueAt: number;
  readonly renewAt: number | null;
  readonly problem: string | null;
  readonly triedAt: number | null;
  readonly failures: number;
  /** PEM: the key in use, and the one that comes next. */
  readonly key: string | null;
  readonly nextKey: string | null;
}

export class AcmeDesk {
  readonly #options: AcmeDeskOptions;
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.subscribe;
  readonly #underWay = new Map<string, Promise<void>>();
  #rows: ReadonlyMap<string, AcmeCertificate> = new Map();
  #cancel: Cancel = () => undefined;
  #isStopped = true;
  #client: { readonly key: string; readonly client: Promise<AcmeClient> } | null = null;

  constructor(options: AcmeDeskOptions) {
    this.#options = options;
  }

  /** Reads what is there; obtains nothing yet. */
  async open(): Promise<void> {
    const rows = await this.#options.store.listAcme();
    this.#rows = new Map(rows.map((row) => [row.purpose, row]));
  }

  start(): void {
    this.#isStopped = false;
    this.#lookAfter(FIRST_LOOK_MS);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  /** The settings have changed: what is wished for now is obtained soon, what is not wished for is forgotten. */
  async follow(): Promise<void> {
    const wanted = new Set(this.#plans.map(({ purpose }) => purpose));
    for (const purpose of this.#rows.keys()) if (!wanted.has(purpose)) await this.#forget(purpose);
    this.#changed.emit();
    if (!this.#isStopped) this.#lookAfter(FIRST_LOOK_MS);
  }

  /** What is shown of it has changed elsewhere. */
  tellChange(): void {
    this.#changed.emit();
  }

  list(): readonly AcmeStatus[] {
    return this.#plans.map((plan) => this.#describe(plan));
  }

  /** Obtains it now, whatever its time; resolves when that has ended, well or not. */
  async renew(purpose: string, options: { withNewKey: boolean }): Promise<void> {
    const plan = this.#plans.find((each) => each.purpose === purpose);
    if (plan === undefined) return;
    const row = this.#rowOf(purpose);
    const nextKey = options.withNewKey ? (row.nextKey ?? makeKey()) : row.nextKey;
    await this.#put({ ...row, nextKey });
    await this.#obtain(plan);
  }

  /** Makes the key that the next certificate will have, so that its TLSA record can be published before. */
  async planKey(purpose: string): Promise<void> {
    const row = this.#rowOf(purpose);
    await this.#put({ ...row, nextKey: makeKey() });
  }

  async dropPlannedKey(purpose: string): Promise<void> {
    await this.#put({ ...this.#rowOf(purpose), nextKey: null });
  }

  /** Obtains what is due. */
  async obtainDue(): Promise<void> {
    const now = this.#options.clock.now();
    const due = this.#plans.filter((plan) => this.#describe(plan).dueAt <= now);
    await Promise.all(due.map((plan) => this.#obtain(plan)));
  }

  get #plans(): readonly CertificatePlan[] {
    return planCertificates(this.#options.settings());
  }

  #lookAfter(delayMs: number): void {
    this.#cancel();
    this.#cancel = this.#options.clock.after(delayMs, () => {
      this.#lookAfter(LOOK_MS);
      this.obtainDue().catch((error: unknown) => {
        if (!this.#isStopped) this.#options.logger.error('certificates could not be looked after', { error });
      });
    });
  }

  #rowOf(purpose: string): AcmeCertificate {
    return this.#rows.get(purpose) ?? { purpose, pair: null, nextKey: null, progress: FRESH };
  }

  #describe(plan: CertificatePlan): AcmeStatus {
    const { pair, nextKey, progress } = this.#rowOf(plan.purpose);
    const inspected = pair === null ? null : inspectPair(pair);
    const facts = inspected?.ok === true ? inspected.value.facts : null;
    const { problem, triedAt, failures } = progress;
    return {
      ...plan,
      facts,
      isUnderWay: this.#underWay.has(plan.purpose),
      dueAt: dueAt(plan, facts, progress),
      renewAt: facts === null ? null : renewAt(facts),
      ...{ problem, triedAt, failures, nextKey },
      key: pair?.key ?? null,
    };
  }

  #obtain(plan: CertificatePlan): Promise<void> {
    const running = this.#underWay.get(plan.purpose);
    if (running !== undefined) return running;
    const obtaining = this.#tryToObtain(plan).finally(() => {
      this.#underWay.delete(plan.purpose);
      this.#changed.emit();
    });
    this.#underWay.set(plan.purpose, obtaining);
    this.#changed.emit();
    return obtaining;
  }

  async #tryToObtain(plan: CertificatePlan): Promise<void> {
    const { clock, logger, solvers, settings, onObtained } = this.#options;
    const { purpose, names } = plan;
    const { pair, nextKey } = this.#rowOf(purpose);
    const key = nextKey ?? pair?.key ?? makeKey();
    try {
      const client = await this.#openClient();
      const solver = solvers[settings().acme.challenge];
      const obtained = { certificate: await obtainCertificate(client, { names, key, solver }), key };
      await this.#keep(purpose, obtained);
      await onObtained();
      logger.info('certificate obtained', { purpose, names });
    } catch (error) {
      await this.#noteFailure(purpose, error);
      logger.warn('a certificate could not be obtained', { purpose, names, error, at: clock.now() });
    }
  }

  async #keep(purpose: string, pair: KeyPair): Promise<void> {
    const inspected = inspectPair(pair);
    if (!inspected.ok)
      throw new AcmeError(`the authority sent something else than asked for: ${inspected.error}`);
    const progress = { ...FRESH, triedAt: this.#options.clock.now() };
    await this.#put({ purpose, pair: inspected.value.pair, nextKey: null, progress });
  }

  async #noteFailure(purpose: string, error: unknown): Promise<void> {
    const { clock, randomBytes } = this.#options;
    const isExpected = error instanceof AcmeError || error instanceof HttpsError;
    // An account that the authority does not know any more is made anew.
    if (error instanceof AcmeError && error.type === 'accountDoesNotExist') await this.#forgetAccount();
    const row = this.#rowOf(purpose);
    const progress = afterFailure(row.progress, {
      now: clock.now(),
      problem: isExpected ? error.message : `something failed here: ${String(error)}`,
      askedToWaitMs: error instanceof AcmeError ? error.retryAfterMs : null,
      random: (randomBytes(1)[0] ?? 0) / 255,
    });
    await this.#put({ ...row, progress });
  }

  async #put(row: AcmeCertificate): Promise<void> {
    await this.#options.store.putAcme(row);
    this.#rows = new Map(this.#rows).set(row.purpose, row);
    this.#changed.emit();
  }

  async #forget(purpose: string): Promise<void> {
    await this.#options.store.removeAcme(purpose);
    this.#rows = new Map([...this.#rows].filter(([each]) => each !== purpose));
    await this.#options.onObtained();
  }

  /** One client for a directory, so that nonces are used again. */
  async #openClient(): Promise<AcmeClient> {
    const { acme } = this.#options.settings();
    const key = JSON.stringify([acme.directoryUrl, acme.email, acme.binding]);
    if (this.#client?.key !== key) this.#client = { key, client: this.#register(acme) };
    try {
      return await this.#client.client;
    } catch (error) {
      this.#client = null;
      throw error;
    }
  }

  async #register({ directoryUrl, email, binding }: AcmeSettings): Promise<AcmeClient> {
    const { store, send, clock, userAgent } = this.#options;
    const kept = await store.readAccount(directoryUrl);
    const account: AcmeAccount = kept ?? { directoryUrl, key: makeKey(), url: null };
    // The key is kept before the authority hears of it, so that no crash loses an account.
    if (kept === null) await store.putAccount(account);
    const accountKey = createPrivateKey(account.key);
    const client = new AcmeClient({
      directoryUrl,
      accountKey,
      accountUrl: account.url,
      send,
      clock,
      userAgent,
    });
    if (account.url === null) {
      await store.putAccount({ ...account, url: await client.register({ email, binding }) });
    }
    return client;
  }

  async #forgetAccount(): Promise<void> {
    const { store, settings } = this.#options;
    const { directoryUrl } = settings().acme;
    this.#client = null;
    await store.putAccount({ directoryUrl, key: makeKey(), url: null });
  }
}
