/**
 * MailHost: the whole server: builds the stages in order, starts them, stops them in reverse.
 *
 * Flow: a shell (desktop, service, tests) → createMailHost() → start() → listeners serve, queue runs, console answers.
 * Invariants: start() binds ports before it touches the data folder, and a failure leaves nothing running; stop() lets
 * what is running finish within STOP_GRACE_MS and then closes; nothing beneath this file imports Electron.
 */
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { createIdMaker, type MakeId, type RandomBytes } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import { Administrators } from '../directory/administrators/administrators.ts';
import { createDirectory, type FullDirectory } from '../directory/create-directory.ts';
import { PasswordKeeper } from '../directory/credentials.ts';
import { createMessageIndexer } from '../format/message-indexer.ts';
import { createMessageReceiver } from '../mail/content/message-receiver.ts';
import type { QuarantineKind } from '../mail/screening/quarantine/port.ts';
import { EventMeter } from '../observe/mail-meter.ts';
import { TranscriptDesk } from '../observe/transcript-desk.ts';
import type { Storage } from '../storage/open-storage.ts';
import type { KeyPlace } from '../storage/sealing/key-place.ts';
import type { ConsoleRouter } from './api/router.ts';
import { CertificateDesk } from './certificates/certificate-desk.ts';
import { openBackups, type HostBackups } from './backups/open-backups.ts';
import { startBackground, type BackgroundOptions } from './background.ts';
import { createClientSettings } from './client-settings.ts';
import { defaultSettings } from './default-settings.ts';
import { openConsoleAccess, openSetupToken, type ConsoleAccess } from './console/console-access.ts';
import { openHealth, type HostHealth, type WorldPorts } from './health.ts';
import { createHostRouter, openRelayDesk, type RouterParts } from './host-router.ts';
import { ListenerSet } from './listener-set.ts';
import { createMailPath, type MailPath } from './mail-path.ts';
import { mayPost } from './may-post.ts';
import { findOwnListener, isOwnListener } from './own-listeners.ts';
import { answerDevice, type DeviceAnswer, type DeviceRequest } from './device-settings/answer-device.ts';
import { deviceFactsOf } from './device-settings/offered-services.ts';
import { diskFree } from './disk-free.ts';
import { DiskWatch } from './disk-watch.ts';
import { keepReads } from './keep-reads.ts';
import type { NoticeDesk } from './notice-desk.ts';
import { judgePasswords } from './password-facts.ts';
import type { HostSettings, ListenerStatus } from './port.ts';
import type { PortChoices } from './ports.ts';
import { provisionHost } from './provision/provision-host.ts';
import type { Provision } from './provision/schema.ts';
import { createReleaseDesk, type ReleaseDesk } from './quarantine-release.ts';
import { howItStarts, type ShellControl } from './running-desk.ts';
import { openTransfers, type Transfers } from './open-transfers.ts';
import { openHostStorage } from './open-host-storage.ts';
import { readSecret } from './secret-file.ts';
import { openSignIns, type SignIns } from './sign-ins.ts';
import { withinGrace } from './within-grace.ts';

export { ProvisionProblem } from './provision/provision-host.ts';

/** What a stopping server gives running sessions and deliveries; service managers wait a little longer than this. */
export const STOP_GRACE_MS = 10_000;

export interface MailHostOptions {
  readonly dataFolder: string;
  readonly version: string;
  /** Address of the mail listeners; null: all. */
  readonly bind: string | null;
  readonly ports: PortChoices;
  readonly whenPortUnavailable: 'fail' | 'takeHighPort';
  readonly provision: Provision | null;
  /** Where the data folder's key lies; without it: a file in the folder. */
  readonly keyPlace?: KeyPlace;
  /** The server's name until somebody gives it one. */
  readonly defaultHostname: string;
  /** Where mail hosts and name servers of the world answer; without it: 25 and 53. */
  readonly worldPorts?: WorldPorts;
  /** What runs this host. */
  readonly shell?: ShellControl;
  /** Stops the host and starts another one with the same options; without it a restore has the shell do that, where it can. */
  readonly restart?: () => void;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly logger: Logger;
}

export interface MailHost {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The console's calls; only after start(). */
  readonly router: ConsoleRouter;
  listeners(): readonly ListenerStatus[];
  /** What has come to need somebody; only after start(). */
  readonly notices: Pick<NoticeDesk, 'state' | 'onNotice'>;
  /** What links in quarantine digests may do; only after start(). */
  readonly release: ReleaseDesk;
  /** Who may be at the console; only after start(). */
  readonly access: ConsoleAccess;
  /** Lets somebody begin from another machine; null once somebody administers this server. */
  readonly setupToken: { readonly text: string; readonly path: string } | null;
  /** The server's name now; only after start(). */
  hostname(): string;
  /** Names by which browsers may know the console now. */
  consoleNames(): readonly string[];
}

export function createMailHost(options: MailHostOptions): MailHost {
  return new RunningHost(options);
}

/** What exists while the host runs. */
interface Parts extends Transfers {
  readonly storage: Storage;
  readonly directory: FullDirectory;
  readonly transcripts: TranscriptDesk;
  readonly signIns: SignIns;
  readonly path: MailPath;
  readonly health: HostHealth;
  readonly backups: HostBackups;
  readonly router: ConsoleRouter;
  readonly access: ConsoleAccess;
  readonly setupToken: MailHost['setupToken'];
  readonly release: ReleaseDesk;
  readonly notices: NoticeDesk;
  readonly stopBackground: () => Promise<void>;
}

class RunningHost implements MailHost {
  readonly #options: MailHostOptions;
  readonly #makeId: MakeId;
  readonly #clients = createClientSettings(() => this.#settings);
  readonly #listeners: ListenerSet;
  readonly #listenersChanged = new Emitter<void>();
  #certificates: CertificateDesk | undefined;
  #settings: HostSettings;
  #parts: Parts | undefined;

  constructor(options: MailHostOptions) {
    this.#options = options;
    this.#makeId = createIdMaker(options.clock.now, options.randomBytes);
    this.#settings = defaultSettings(options.defaultHostname);
    this.#listeners = new ListenerSet({
      bind: options.bind,
      ports: options.ports,
      whenUnavailable: options.whenPortUnavailable,
      secureContext: (name) => this.#certificate.certificates.secureContext(name),
      clients: this.#clients,
      asksForCertificate: () => this.#settings.signIn.clientAuthorities !== null,
      isShutOut: (address) => this.#parts?.signIns.isShutOut(address) ?? false,
      clock: options.clock,
      logger: options.logger,
    });
  }

  get router(): ConsoleRouter {
    return this.#running.router;
  }

  get notices(): NoticeDesk {
    return this.#running.notices;
  }

  get release(): ReleaseDesk {
    return this.#running.release;
  }

  get access(): ConsoleAccess {
    return this.#running.access;
  }

  get setupToken(): MailHost['setupToken'] {
    return this.#running.setupToken;
  }

  listeners(): readonly ListenerStatus[] {
    return this.#listeners.statuses;
  }

  hostname(): string {
    return this.#settings.hostname;
  }

  consoleNames(): readonly string[] {
    const { hostname, screening } = this.#settings;
    const { consoleUrl } = screening.quarantine;
    return consoleUrl === null ? [hostname] : [hostname, new URL(consoleUrl).hostname];
  }

  async start(): Promise<void> {
    const { logger } = this.#options;
    await this.#listeners.bind();
    try {
      this.#parts = await this.#build();
    } catch (error) {
      this.#listeners.close();
      throw error;
    }
    await this.#parts.path.start();
    this.#parts.transcripts.start();
    this.#listeners.serve({ ...this.#parts.path.engines, ...this.#certificate.engines });
    await this.#certificate.start();
    this.#parts.notices.start();
    logger.info('listening', {
      listeners: this.#listeners.statuses.map(({ name, port }) => ({ name, port })),
    });
  }

  async stop(): Promise<void> {
    this.#listeners.stopAccepting();
    const parts = this.#parts;
    if (parts === undefined) return;
    this.#parts = undefined;
    await withinGrace(parts.path.closeSessions('the server is stopping'), STOP_GRACE_MS);
    this.#listeners.close();
    this.#certificate.stop();
    parts.notices.stop();
    parts.health.stop();
    await parts.backups.stop();
    await parts.stopBackground();
    await Promise.all([parts.moveIn.stop(), parts.transfers.stop()]);
    await parts.path.stopQueue();
    await parts.transcripts.stop();
    await parts.signIns.close();
    await parts.storage.close();
    this.#options.logger.info('stopped');
  }

  readonly #language = () => this.#settings.noticeLanguage;

  get #running(): Parts {
    if (this.#parts === undefined) throw new Error('the host is not running');
    return this.#parts;
  }

  get #certificate(): CertificateDesk {
    if (this.#certificates === undefined) throw new Error('there is no certificate yet');
    return this.#certificates;
  }

  async #build(): Promise<Parts> {
    const storage = await openHostStorage(this.#options, {
      ...{ makeId: this.#makeId, defaultSettings: this.#settings, onError: this.#onError },
    });
    try {
      return await this.#buildOn(storage);
    } catch (error) {
      await storage.close();
      throw error;
    }
  }

  async #buildOn(storage: Storage): Promise<Parts> {
    const { clock, randomBytes, logger } = this.#options;
    const { directory, passwords, administrators } = await this.#openDirectory(storage);
    const { screening, ...provisioned } = storage;
    const targets = { ...provisioned, ...screening, directory, administrators };
    if (this.#options.provision !== null) await provisionHost(this.#options.provision, targets, clock);
    await this.#encrypt(storage);
    await this.#followSettings(storage);
    const meter = new EventMeter({ clock, onError: this.#onError });
    const transcripts = this.#createTranscripts(storage);
    const receiver = createMessageReceiver({ spool: storage.spool, createIndexer: createMessageIndexer });
    const disk = await this.#watchDisk();
    const secret = await readSecret(this.#options.dataFolder, randomBytes);
    const signIns = await this.#openSignIns(storage, { directory, passwords });
    const path = createMailPath({
      storage,
      directory,
      signIns: signIns.desk,
      receiver,
      transcripts,
      events: keepReads(meter.sink, storage, this.#onError),
      clock,
      randomBytes,
      makeId: this.#makeId,
      secret,
      settings: () => this.#settings,
      clients: this.#clients,
      isOwnListener: (address, port) =>
        isOwnListener({ address, port }, this.#options.bind, this.#listeners.statuses),
      hasRoom: disk.hasRoom,
      logger,
    });
    const moving = openTransfers(storage, { ...this.#options, receiver, transcripts, targets });
    const console = await this.#openAccess(storage, { administrators, secret, signIns });
    const desks = await this.#openDesks(storage, { directory, receiver, path });
    const parts = { directory, ...moving, receiver, transcripts, meter, path, ...desks };
    const shown = { ...parts, access: console.access, signIns: signIns.book };
    const { router, notices } = this.#createRouter(storage, shown);
    const stopBackground = this.#startBackground(storage, { directory, receiver, path, meter, secret });
    const { quarantine } = path.screening;
    const handlerOf = (kind: QuarantineKind) => this.#settings.screening.quarantine.handledBy[kind];
    const release = createReleaseDesk({ quarantine, directory, handlerOf, secret, clock });
    const running = { storage, directory, transcripts, signIns, path, ...moving, router, release, notices };
    const { health, backups } = desks;
    return { ...running, ...console, health, backups, stopBackground };
  }

  /** As the provision file asks, and on with what was under way. */
  async #encrypt({ sealing }: Storage): Promise<void> {
    const wanted = this.#options.provision?.encryption?.enabled;
    if (wanted !== undefined) await sealing.switch(wanted);
    sealing.start();
  }

  async #openDirectory(storage: Storage) {
    const { clock, randomBytes } = this.#options;
    const passwords = new PasswordKeeper({ clock, randomBytes });
    const directory = await createDirectory({
      rows: storage.directory,
      passwords,
      clock,
      maySendAs: (account, shared) => mayPost(storage.mailStore, account, shared),
      detailSeparators: () => this.#settings.detailSeparators,
      allowsScramSha1: () => this.#settings.signIn.allowScramSha1,
      onPasswordChosen: judgePasswords(storage.passwordStrengths, this.#onError),
      onError: this.#onError,
    });
    const rows = storage.administrators;
    const administrators = await Administrators.open({ rows, passwords, clock, onError: this.#onError });
    return { directory, passwords, administrators };
  }

  #openSignIns(
    storage: Storage,
    people: { directory: FullDirectory; passwords: PasswordKeeper },
  ): Promise<SignIns> {
    const { clock, randomBytes, logger } = this.#options;
    return openSignIns({
      ...{ ...people, stores: storage, clock, randomBytes, logger },
      settings: () => this.#settings,
      isExempt: this.#clients.isExempt,
    });
  }

  async #openAccess(
    storage: Storage,
    known: { administrators: Administrators; secret: Uint8Array; signIns: SignIns },
  ): Promise<Pick<Parts, 'access' | 'setupToken'>> {
    const { clock, randomBytes, logger, dataFolder } = this.#options;
    const { administrators, secret, signIns } = known;
    const isNeeded = (await administrators.count()) === 0;
    const setupToken = await openSetupToken(dataFolder, { isNeeded, randomBytes });
    const access = await openConsoleAccess({
      ...{ administrators, secret, setupToken, clock, randomBytes, logger },
      ...{ tokens: storage.apiTokens, audit: storage.audit, note: signIns.note },
    });
    signIns.addDoor(access.door);
    const { text, path } = setupToken;
    return { access, setupToken: text === null ? null : { text, path } };
  }

  async #openDesks(storage: Storage, own: Pick<RouterParts, 'directory' | 'receiver' | 'path'>) {
    const { bind, clock, dataFolder } = this.#options;
    const hostname = () => this.hostname();
    const listeners = () => this.#listeners.statuses;
    const findListener = (name: 'smtp') => findOwnListener(name, bind, listeners());
    const backups = await this.#openBackups(storage, own);
    const relayDesk = openRelayDesk({ ...own, clock, hostname, findListener });
    const health = await openHealth({
      ...{ ...this.#options, ...own, storage, relayDesk, hostname, listeners },
      ...{ makeId: this.#makeId, language: this.#language, certificates: this.#certificate },
      settings: () => this.#settings,
      diskFree: () => diskFree(dataFolder),
      lastBackupAt: () => backups.desk.lastBackupAt(),
      starts: () => howItStarts(this.#options.shell ?? null),
    });
    return { relayDesk, health, backups };
  }

  #openBackups(storage: Storage, own: Pick<RouterParts, 'directory' | 'receiver'>): Promise<HostBackups> {
    const { keyPlace = null, shell, restart = shell?.restart ?? null } = this.#options;
    return openBackups({ ...this.#options, ...own, storage, keyPlace, restart, makeId: this.#makeId });
  }

  #startBackground(
    storage: Storage,
    own: Pick<BackgroundOptions, 'directory' | 'receiver' | 'meter' | 'secret'> & { readonly path: MailPath },
  ): () => Promise<void> {
    const { path, ...parts } = own;
    return startBackground(storage, {
      ...parts,
      queue: path.queue,
      depth: () => path.desk.depth(),
      quarantine: path.screening.quarantine,
      clock: this.#options.clock,
      makeId: this.#makeId,
      hostname: () => this.hostname(),
      language: this.#language,
      onError: this.#onError,
    });
  }

  #createRouter(storage: Storage, parts: RouterParts): ReturnType<typeof createHostRouter> {
    return createHostRouter({
      ...{ ...this.#options, ...parts, storage, makeId: this.#makeId },
      hostname: () => this.#settings.hostname,
      language: this.#language,
      quietHours: () => this.#settings.quietHours,
      listeners: () => this.#listeners.statuses,
      onListenersChange: this.#listenersChanged.subscribe,
      certificate: () => this.#certificate.certificates.summary,
      certificates: this.#certificate,
      diskFree: () => diskFree(this.#options.dataFolder),
    });
  }

  /** Reads the settings, opens the certificate they ask for, and keeps both up to date. */
  async #followSettings(storage: Storage): Promise<void> {
    this.#settings = await storage.settings.read();
    this.#certificates = await CertificateDesk.open({
      ...this.#options,
      store: storage.certificates,
      settings: () => this.#settings,
      setWebListener: (name, isWanted) => this.#listeners.setWebListener(name, isWanted),
      answerDevice: (request) => this.#answerDevice(request),
    });
    this.#certificates.certificates.onChange(() => this.#listenersChanged.emit());
    storage.settings.onChange((settings) => {
      this.#settings = settings;
      this.#parts?.transcripts.prune();
      this.#certificate.follow().then(() => this.#listenersChanged.emit(), this.#onError);
    });
  }

  async #answerDevice(request: DeviceRequest): Promise<DeviceAnswer | null> {
    const domains = await this.#running.directory.listDomains();
    return answerDevice(request, {
      facts: deviceFactsOf(this.#settings.hostname, this.#listeners.statuses),
      domains: new Set(domains.map(({ name }) => name)),
    });
  }

  async #watchDisk(): Promise<DiskWatch> {
    const { clock, dataFolder, logger } = this.#options;
    const watch = new DiskWatch({ freeOctets: () => diskFree(dataFolder), clock, logger });
    await watch.look();
    return watch;
  }

  #createTranscripts(storage: Storage): TranscriptDesk {
    return new TranscriptDesk({
      store: storage.transcripts,
      clock: this.#options.clock,
      makeId: this.#makeId,
      retention: () => this.#settings.retention,
      onError: this.#onError,
    });
  }

  readonly #onError = (error: unknown): void => {
    this.#options.logger.error('something failed in the background', { error });
  };
}
