/** Settings until somebody changes them. */
import { DEFAULT_RETRY_SCHEDULE } from '../mail/queue/retry-schedule.ts';
import { DEFAULT_RELAY_RULES } from '../mail/routing/relay-rules/port.ts';
import type { HostSettings } from './port.ts';

export function defaultSettings(hostname: string): HostSettings {
  return {
    hostname,
    allowCleartextAuth: false,
    certificateFiles: null,
    dnsServers: [],
    relay: { mode: 'direct' },
    routes: [],
    relayRules: DEFAULT_RELAY_RULES,
    retrySchedule: DEFAULT_RETRY_SCHEDULE,
    isSetUp: false,
  };
}
