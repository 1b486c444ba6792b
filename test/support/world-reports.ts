/** Reports of the console's world: what a seed says, for tests and pictures. */
import { Emitter } from '../../src-main/base/emitter.ts';
import type { DmarcSummary, ReportStore, TlsSummary } from '../../src-main/mail/reports/port.ts';

export class WorldReports implements Pick<ReportStore, 'summarizeDmarc' | 'summarizeTls' | 'onChange'> {
  dmarc: DmarcSummary = { reports: 0, lastReceivedAt: null, days: [], sources: [], reporters: [] };
  tls: TlsSummary = { reports: 0, lastReceivedAt: null, days: [], failures: [], reporters: [] };
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.subscribe;

  summarizeDmarc = ({ since }: { since: number }): Promise<DmarcSummary> => {
    const days = this.dmarc.days.filter(({ day }) => day >= since);
    return Promise.resolve({ ...this.dmarc, days });
  };

  summarizeTls = ({ since }: { since: number }): Promise<TlsSummary> => {
    const days = this.tls.days.filter(({ day }) => day >= since);
    return Promise.resolve({ ...this.tls, days });
  };

  emit(): void {
    this.#changed.emit();
  }
}

const DAY_MS = 24 * 60 * 60_000;
const HOUR_MS = 60 * 60_000;

/** A month as an office sees it: its own servers, a newsletter service, a forwarder and forgers. */
export function seedReports(reports: WorldReports, now: number): void {
  const today = now - (now % DAY_MS);
  const past = Array.from({ length: 60 }, (_, index) => today - (60 - index) * DAY_MS);
  reports.dmarc = {
    reports: 84,
    lastReceivedAt: now - 3 * HOUR_MS,
    days: past.map((day, index) => ({
      day,
      passed: index % 7 < 5 ? 180 + ((index * 37) % 90) : 20,
      failed: index % 11 === 0 ? 96 : (index * 7) % 13,
    })),
    sources: [
      source('203.0.113.25', 4912, { passed: 4912, names: ['example.com'] }),
      source('2001:db8:25::1', 733, { passed: 733, names: ['example.com'] }),
      source('198.51.100.80', 410, {
        passed: 388,
        names: ['newsletter.example', 'example.com'],
        isSpf: false,
      }),
      source('192.0.2.190', 186, { passed: 0, names: ['spam.example'], rejected: 171, quarantined: 9 }),
      source('192.0.2.66', 24, { passed: 0, names: ['university.example'], quarantined: 3 }),
    ],
    reporters: [
      { name: 'google.com', reports: 31, messages: 3980, isProved: true },
      { name: 'Enterprise Outlook', reports: 28, messages: 1904, isProved: true },
      { name: 'mail.partner.example', reports: 25, messages: 381, isProved: false },
    ],
  };
  reports.tls = {
    reports: 38,
    lastReceivedAt: now - 5 * HOUR_MS,
    days: past.map((day, index) => ({
      day,
      succeeded: 60 + ((index * 13) % 40),
      failed: index > 52 ? 4 : 0,
    })),
    failures: [
      {
        domain: 'example.com',
        resultType: 'certificate-expired',
        receivingMx: 'mail.example.com',
        sessions: 21,
        reporters: ['Google Inc.', 'Microsoft Corporation'],
        detail: 'X509_V_ERR_CERT_HAS_EXPIRED',
      },
      {
        domain: 'example.com',
        resultType: 'starttls-not-supported',
        receivingMx: 'backup.example.com',
        sessions: 7,
        reporters: ['Google Inc.'],
        detail: '',
      },
    ],
    reporters: [
      { name: 'Google Inc.', reports: 20, sessions: 3100, isProved: true },
      { name: 'Microsoft Corporation', reports: 18, sessions: 1602, isProved: true },
    ],
  };
  reports.emit();
}

function source(
  address: string,
  messages: number,
  facts: { passed: number; names: string[]; isSpf?: boolean; rejected?: number; quarantined?: number },
): DmarcSummary['sources'][number] {
  const { passed, names, isSpf = true, rejected = 0, quarantined = 0 } = facts;
  const isProved = passed > 0;
  return {
    address,
    domain: 'example.com',
    messages,
    passed,
    isDkimAligned: isProved,
    isSpfAligned: isProved && isSpf,
    names,
    quarantined,
    rejected,
  };
}
