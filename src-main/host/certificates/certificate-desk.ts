/**
 * CertificateDesk: certificates, built: what there is, who renews it, and the doors by which an authority and other servers look at us.
 *
 * Flow: createMailHost() → here → listeners (secureContext, ports 80 and 443), console. Invariants: follows the settings; the web
 * ports are open while something is to be answered there, and not longer.
 */
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import type { Subscribe } from '../../base/emitter.ts';
import type { RandomBytes } from '../../base/ids.ts';
import type { Logger } from '../../base/logger.ts';
import { MAX_REPLY_OCTETS, REPLY_TIMEOUT_MS } from '../../protocol/acme/limits.ts';
import { createDnsResolver } from '../../protocol/dns/resolver.ts';
import { createHttpsClient } from '../../protocol/https/https-client.ts';
import type { Engines } from '../listener-set.ts';
import type { HostSettings, WebListenerName } from '../port.ts';
import { AcmeDesk } from './acme-desk.ts';
import {
  CertificateFileError,
  checkFiles,
  type CertificatePaths,
  type FileProblem,
} from './certificate-files.ts';
import { Certificates } from './certificates.ts';
import type { CertificateConsole } from './console-port.ts';
import { DnsProofs, type AwaitedRecord } from './dns-proofs.ts';
import { findPairProblems, type PairProblem } from './inspect-pair.ts';
import { formatPolicy, policyHost } from './mta-sts.ts';
import type { CertificateStore, KeyPair } from './port.ts';
import { WebDoors, type WebDoorsOptions } from './web-doors.ts';

export interface CertificateDeskOptions {
  readonly dataFolder: string;
  readonly version: string;
  readonly store: CertificateStore;
  readonly settings: () => HostSettings;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly logger: Logger;
  /** Opens or closes a web port. */
  readonly setWebListener: (name: WebListenerName, isWanted: boolean) => Promise<void>;
  /** What devices hear that look for settings on the web ports. */
  readonly answerDevice: NonNullable<WebDoorsOptions['answerDevice']>;
}

export class CertificateDesk implements CertificateConsole {
  readonly certificates: Certificates;
  readonly acme: AcmeDesk;
  readonly proofs: DnsProofs;
  readonly #doors: WebDoors;
  readonly #options: CertificateDeskOptions;

  private constructor(options: CertificateDeskOptions, certificates: Certificates) {
    const { settings, clock, store } = options;
    this.#options = options;
    this.certificates = certificates;
    this.#doors = new WebDoors({
      clock,
      secureContext: certificates.secureContext,
      policyAt: (host) => this.#policyAt(host),
      answerDevice: (request) =>
        settings().tellsDevices ? options.answerDevice(request) : Promise.resolve(null),
    });
    const resolver = createDnsResolver({ servers: () => settings().dnsServers });
    this.proofs = new DnsProofs({ resolver, clock, onChange: () => this.acme.tellChange() });
    this.acme = new AcmeDesk({
      ...options,
      store,
      userAgent: `Postroom/${options.version}`,
      send: createHttpsClient({
        clock,
        timeoutMs: REPLY_TIMEOUT_MS,
        maxOctets: MAX_REPLY_OCTETS,
        trusted: () => trustedBy(settings()),
      }),
      solvers: {
        'http-01': this.#doors.httpSolver,
        'tls-alpn-01': this.#doors.tlsSolver,
        'dns-01': this.proofs.solver,
      },
      onObtained: () => certificates.readStored(),
    });
  }

  static async open(options: CertificateDeskOptions): Promise<CertificateDesk> {
    const { hostname, certificateFiles: files } = options.settings();
    const certificates = await Certificates.open(
      {
        ...options,
        folder: join(options.dataFolder, 'certificate'),
        onError: (error) => options.logger.error('certificates could not be kept', { error }),
      },
      { hostname, files },
    );
    const desk = new CertificateDesk(options, certificates);
    await desk.acme.open();
    return desk;
  }

  readonly onChange: Subscribe<void> = (listener) => {
    const stops = [this.certificates.onChange(listener), this.acme.onChange(listener)];
    return () => stops.forEach((stop) => stop());
  };

  list = () => this.certificates.list();
  jobs = () => this.acme.list();
  awaitedRecords = (): readonly AwaitedRecord[] => this.proofs.records;
  remove = (id: number) => this.certificates.remove(id);
  reload = () => this.certificates.reload();
  renew = (purpose: string, options: { withNewKey: boolean }) => this.acme.renew(purpose, options);
  planKey = (purpose: string) => this.acme.planKey(purpose);
  dropPlannedKey = (purpose: string) => this.acme.dropPlannedKey(purpose);
  lookForRecords = () => this.proofs.look();
  add = (pair: KeyPair, options: { acceptsWarnings: boolean }) => this.certificates.add(pair, options);

  keysFor(name: string): { key: string | null; nextKey: string | null } {
    const key = this.certificates.pairFor(name)?.pair.key ?? null;
    const job = this.acme.list().find((each) => each.key !== null && each.key === key);
    return { key, nextKey: job?.nextKey ?? null };
  }

  async checkFiles(paths: CertificatePaths): Promise<readonly (PairProblem | FileProblem)[]> {
    const { clock, settings } = this.#options;
    try {
      const inspected = await checkFiles(paths);
      return findPairProblems(inspected, { now: clock.now(), names: [settings().hostname] });
    } catch (error) {
      if (error instanceof CertificateFileError) return [error.kind];
      throw error;
    }
  }

  get engines(): Engines {
    return { http: this.#doors.serveHttp, https: this.#doors.serveHttps };
  }

  async start(): Promise<void> {
    await this.#followPorts();
    this.acme.start();
  }

  /** The settings have changed. */
  async follow(): Promise<void> {
    const { hostname, certificateFiles: files } = this.#options.settings();
    await this.certificates.change({ hostname, files });
    await this.#followPorts();
    await this.acme.follow();
  }

  stop(): void {
    this.acme.stop();
    this.proofs.stop();
    this.certificates.stop();
    this.#doors.stop();
  }

  async #followPorts(): Promise<void> {
    const { acme, mtaSts, tellsDevices } = this.#options.settings();
    const proves = (challenge: string): boolean => acme.isOn && acme.challenge === challenge;
    await this.#options.setWebListener('http', proves('http-01') || tellsDevices);
    await this.#options.setWebListener('https', proves('tls-alpn-01') || mtaSts.length > 0 || tellsDevices);
  }

  #policyAt(host: string): string | null {
    const { hostname, mtaSts } = this.#options.settings();
    const setting = mtaSts.find(({ domain }) => policyHost(domain) === host);
    return setting === undefined ? null : formatPolicy(setting, hostname);
  }
}

/** An authority of the office's own comes to those that all trust. */
function trustedBy({ acme }: HostSettings): readonly string[] {
  return acme.trustedRoots === null ? [] : [...rootCertificates, acme.trustedRoots];
}
