/** Settings until somebody changes them. */
import { DEFAULT_RETRY_SCHEDULE } from '../mail/queue/retry-schedule.ts';
import type { HostSettings } from './port.ts';

export function defaultSettings(hostname: string): HostSettings {
  return {
    hostname,
    allowCleartextAuth: false,
    certificateFiles: null,
    dnsServers: [],
    relay: { mode: 'direct' },
    routes: [],
    retrySchedule: DEFAULT_RETRY_SCHEDULE,
    holdRules: [],
    isSetUp: false,
  };
}
