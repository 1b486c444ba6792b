/** Settings until somebody changes them. */
import { DETAIL_SEPARATORS } from '../directory/address-key.ts';
import { DEFAULT_SIGN_IN_SETTINGS } from '../directory/sign-in/create-sign-in-desk.ts';
import { DEFAULT_RETRY_SCHEDULE } from '../mail/queue/retry-schedule.ts';
import { DEFAULT_RELAY_RULES } from '../mail/routing/relay-rules/port.ts';
import { DEFAULT_SCREENING } from '../mail/screening/default-settings.ts';
import { DEFAULT_RETENTION } from '../observe/retention.ts';
import { DEFAULT_CONNECTION_LIMITS } from '../protocol/connection/limits.ts';
import { DEFAULT_STRANGER_LIMITS } from '../protocol/smtp/server/limits.ts';
import { DEFAULT_ACME } from './certificates/acme-settings.ts';
import { DEFAULT_BACKUPS } from './backups/port.ts';
import type { HealthSettings, HostSettings } from './port.ts';

/** Large hosts on three continents: not all are down at once. */
const DEFAULT_HEALTH: HealthSettings = {
  everyHours: 24,
  tellsByMail: true,
  tells: [],
  outsideHelper: null,
  portTestDomains: ['gmail.com', 'outlook.com', 'qq.com'],
};

export function defaultSettings(hostname: string): HostSettings {
  return {
    hostname,
    publicAddresses: [],
    tellsDevices: false,
    noticeLanguage: 'en',
    detailSeparators: DETAIL_SEPARATORS,
    metricsEnabled: false,
    quietHours: null,
    allowCleartextAuth: false,
    secondFactorRequiredFor: [],
    signIn: DEFAULT_SIGN_IN_SETTINGS,
    certificateFiles: [],
    acme: DEFAULT_ACME,
    mtaSts: [],
    outboundTls: { mtaSts: true, dane: true, trustsResolver: false },
    dnsServers: [],
    trustedProxies: { proxyProtocol: [], xclient: [] },
    clientLimits: { ...DEFAULT_CONNECTION_LIMITS, ...DEFAULT_STRANGER_LIMITS, exempt: [] },
    relay: { mode: 'direct' },
    routes: [],
    relayRules: DEFAULT_RELAY_RULES,
    retrySchedule: DEFAULT_RETRY_SCHEDULE,
    holdRules: [],
    health: DEFAULT_HEALTH,
    reports: { addresses: [], sendsDmarc: true, sendsTls: true },
    retention: DEFAULT_RETENTION,
    screening: DEFAULT_SCREENING,
    digestedUntil: null,
    signing: { rotateAfterDays: 365 },
    isSetUp: false,
    dnsKeeping: [],
    backups: DEFAULT_BACKUPS,
  };
}
