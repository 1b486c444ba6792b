/**
 * Certificate handlers: what there is and what it is shown for, certificates of the administrator's, the authority, and the policies
 * that our domains publish.
 */
import type { AcmeView, CertificatesView } from '../../contract/certificates.ts';
import { areBelieved } from '../../protocol/dns/dnssec-resolver.ts';
import { hashOfKey } from '../certificates/tlsa.ts';
import { policyHost } from '../certificates/mta-sts.ts';
import type { HostSettings } from '../port.ts';
import { guardedCalls, refusal } from './base.ts';
import { unsubscribeAll, windowFeed } from './feed.ts';
import { remedyFor } from './port-remedy.ts';
import type { ConsoleServices } from './services.ts';
import { HOSTNAME } from './hostname.ts';

const FEED_INTERVAL_MS = 300;

export function createCertificateHandlers(services: ConsoleServices) {
  return { ...watching(services), ...certificates(services), ...authority(services), ...policies(services) };
}

function watching(services: ConsoleServices) {
  const { clock } = services;
  return {
    watch: guardedCalls.certificates.watch.handler(({ signal }) =>
      windowFeed({
        clock,
        signal,
        intervalMs: FEED_INTERVAL_MS,
        snapshot: () => describe(services),
        open: (changed) =>
          unsubscribeAll(
            services.certificates.onChange(changed),
            services.settings.onChange(changed),
            services.onListenersChange(changed),
            services.directory.onChange(changed),
          ),
      }),
    ),
  };
}

function certificates({ certificates: desk, settings, logger }: ConsoleServices) {
  return {
    addPasted: guardedCalls.certificates.addPasted.handler(async ({ input, context }) => {
      const { certificate, key, acceptsWarnings } = input;
      const added = await desk.add({ certificate, key }, { acceptsWarnings });
      if (!added.ok) return { isAdded: false, problems: added.error };
      logger.info('certificate added', { by: context.administrator });
      return { isAdded: true, problems: [] };
    }),

    addFiles: guardedCalls.certificates.addFiles.handler(async ({ input, context }) => {
      const { acceptsWarnings, ...paths } = input;
      const problems = await desk.checkFiles(paths);
      const isUsable = problems.every((problem) => WARNINGS.has(problem));
      if (!isUsable || (problems.length > 0 && !acceptsWarnings)) return { isAdded: false, problems };
      const { certificateFiles } = await settings.read();
      const others = certificateFiles.filter(({ certFile }) => certFile !== paths.certFile);
      await settings.change({ certificateFiles: [...others, paths] });
      logger.info('certificate files added', { by: context.administrator, ...paths });
      return { isAdded: true, problems: [] };
    }),

    remove: guardedCalls.certificates.remove.handler(async ({ input: { id }, context }) => {
      const [source = '', name = ''] = splitOnce(id);
      if (source === 'pasted') await desk.remove(Number(name));
      if (source === 'files') {
        const { certificateFiles } = await settings.read();
        await settings.change({
          certificateFiles: certificateFiles.filter(({ certFile }) => certFile !== name),
        });
      }
      logger.info('certificate removed', { by: context.administrator, id });
    }),

    reload: guardedCalls.certificates.reload.handler(() => desk.reload()),
  };
}

/** Those that somebody may know of and want all the same. */
const WARNINGS: ReadonlySet<string> = new Set(['notYetValid', 'chainIncomplete', 'wrongName']);

function splitOnce(id: string): readonly string[] {
  const at = id.indexOf(':');
  return [id.slice(0, at), id.slice(at + 1)];
}

function authority({ certificates: desk, settings, logger }: ConsoleServices) {
  return {
    changeAcme: guardedCalls.certificates.changeAcme.handler(async ({ input, context }) => {
      const names = input.names.map((name) => name.toLowerCase().replace(/\.$/u, ''));
      const isProvable = (name: string): boolean =>
        HOSTNAME.test(name) || (input.challenge === 'dns-01' && HOSTNAME.test(name.replace(/^\*\./u, '')));
      if (!names.every(isProvable)) throw refusal('invalidHostname');
      const { acme } = await settings.read();
      await settings.change({ acme: { ...acme, ...input, names } });
      const { binding: _, ...told } = input;
      logger.info('certificate authority changed', { by: context.administrator, ...told });
    }),

    renew: guardedCalls.certificates.renew.handler(async ({ input: { purpose, withNewKey } }) => {
      void desk
        .renew(purpose, { withNewKey })
        .catch((error: unknown) => logger.error('a renewal failed', { error }));
    }),

    planKey: guardedCalls.certificates.planKey.handler(({ input }) => desk.planKey(input.purpose)),

    dropPlannedKey: guardedCalls.certificates.dropPlannedKey.handler(({ input }) =>
      desk.dropPlannedKey(input.purpose),
    ),

    lookForRecords: guardedCalls.certificates.lookForRecords.handler(() => desk.lookForRecords()),
  };
}

function policies({ directory, settings, logger }: ConsoleServices) {
  return {
    setPolicy: guardedCalls.certificates.setPolicy.handler(async ({ input, context }) => {
      const { domain, mode } = input;
      const domains = await directory.listDomains();
      if (!domains.some(({ name }) => name === domain)) throw refusal('noSuchDomain');
      const { mtaSts } = await settings.read();
      const others = mtaSts.filter((setting) => setting.domain !== domain);
      await settings.change({ mtaSts: mode === 'off' ? others : [...others, { domain, mode }] });
      logger.info('MTA-STS policy changed', { by: context.administrator, domain, mode });
    }),

    setOutbound: guardedCalls.certificates.setOutbound.handler(async ({ input, context }) => {
      await settings.change({ outboundTls: input });
      logger.info('TLS to others changed', { by: context.administrator, ...input });
    }),
  };
}

async function describe(services: ConsoleServices): Promise<CertificatesView> {
  const { certificates: desk, directory } = services;
  const [settings, domains] = await Promise.all([services.settings.read(), directory.listDomains()]);
  const { hostname } = settings;
  const { key, nextKey } = desk.keysFor(hostname);
  return {
    hostname,
    certificates: desk.list(),
    acme: toView(settings),
    jobs: desk.jobs().map(({ purpose, names, facts, nextKey: planned, ...job }) => {
      const { isUnderWay, dueAt, problem, triedAt, failures } = job;
      const state = { isUnderWay, dueAt, problem, triedAt, failures };
      return { purpose, names, notAfter: facts?.notAfter ?? null, hasPlannedKey: planned !== null, ...state };
    }),
    awaitedRecords: desk.awaitedRecords(),
    listeners: services
      .listeners()
      .filter(({ name }) => name === 'http' || name === 'https')
      .map((listener) => ({ ...listener, remedy: remedyFor(listener, services.platform) })),
    policies: domains.map(({ name }) => describePolicy(name, settings, services)),
    outbound: { ...settings.outboundTls, isResolverTrusted: isBelieved(settings) },
    tlsa: {
      name: `_25._tcp.${hostname}`,
      value: key === null ? '' : `3 1 1 ${hashOfKey(key)}`,
      nextValue: nextKey === null ? null : `3 1 1 ${hashOfKey(nextKey)}`,
    },
  };
}

function isBelieved({ dnsServers, outboundTls }: HostSettings): boolean {
  return outboundTls.trustsResolver || areBelieved(dnsServers);
}

function describePolicy(
  domain: string,
  { mtaSts }: HostSettings,
  { certificates: desk, clock }: ConsoleServices,
): CertificatesView['policies'][number] {
  const host = policyHost(domain);
  const setting = mtaSts.find((each) => each.domain === domain);
  const isCertified = desk
    .list()
    .some(
      ({ usedFor, facts }) =>
        usedFor.includes(host) && facts !== null && !facts.isSelfSigned && facts.notAfter > clock.now(),
    );
  return { domain, host, mode: setting?.mode ?? 'off', isCertified };
}

function toView({ acme }: HostSettings): AcmeView {
  const { isOn, directoryUrl, email, challenge, names, trustedRoots, binding } = acme;
  return { isOn, directoryUrl, email, challenge, names, trustedRoots, bindingKeyId: binding?.keyId ?? null };
}
