/** Reports, built: what others tell us comes in with the mail, what we tell them is counted on the way and sent once a day. */
import { ReportAddresses } from '../mail/reports/report-addresses.ts';
import { ReportCounts } from '../mail/reports/report-counts.ts';
import { ReportIntake, type ReportIntakeOptions } from '../mail/reports/report-intake.ts';
import { ReportSender, type ReportSenderOptions } from '../mail/reports/report-sender.ts';
import { DsnIntake, type DsnIntakeOptions } from '../mail/reports/dsn-intake.ts';
import { findDsnOrigin } from './dsn-origin.ts';
import type { MailPathOptions } from './mail-path.ts';

export type ReportParts = Pick<ReportSenderOptions, 'queue' | 'resolver' | 'hostname' | 'signingDomain'>;

/** Counts what is to be told; needed before there is a queue. */
export function createReportCounts({ storage, clock, logger }: MailPathOptions): ReportCounts {
  const onError = (error: unknown) => logger.error('reports could not be counted', { error });
  return new ReportCounts({ store: storage.reports, clock, onError });
}

export interface Reports {
  readonly intake: Pick<ReportIntake, 'watch'>;
  start(): void;
  stop(): Promise<void>;
}

export function createReports(options: MailPathOptions, counts: ReportCounts, parts: ReportParts): Reports {
  const { directory, logger, storage, settings, clock } = options;
  const { resolver } = parts;
  const addresses = new ReportAddresses({
    resolver,
    clock,
    domains: () => storage.directory.listDomains().then((domains) => domains.map(({ name }) => name)),
    configured: () => settings().reports.addresses,
    onError: (error) => logger.warn('the addresses for reports could not be looked up', { error }),
  });
  const common = { ...options, store: storage.reports };
  const isReportAddress: ReportIntakeOptions['isReportAddress'] = (address) => addresses.has(address);
  const intake = new ReportIntake({ ...common, content: storage.content, isReportAddress });
  const findOrigin: DsnIntakeOptions['findOrigin'] = (dsn) => findDsnOrigin(storage.timelines, dsn);
  const dsns = new DsnIntake({ ...options, content: storage.content, findOrigin });
  const sender = new ReportSender({
    ...common,
    ...parts,
    isWanted: (kind) => (kind === 'dmarc' ? settings().reports.sendsDmarc : settings().reports.sendsTls),
  });
  const stopFollowing = directory.onChange(() => void addresses.look().catch(() => undefined));
  return {
    intake: { watch: (queue) => dsns.watch(intake.watch(queue)) },
    start: () => {
      addresses.start();
      sender.start();
    },
    stop: async () => {
      stopFollowing();
      addresses.stop();
      sender.stop();
      await dsns.settled();
      await counts.flush();
    },
  };
}
