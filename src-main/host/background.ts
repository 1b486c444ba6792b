/** What runs beside the mail path while the host runs: warnings, digests, the search index, and what has to be forgotten in time. */
import type { Cancel } from '../base/clock.ts';
import type { Storage } from '../storage/open-storage.ts';
import { startGroupMembers, type GroupMembersOptions } from './group-members.ts';
import { startMaintenance } from './maintenance.ts';
import { startQuarantineDigests, type QuarantineDigestOptions } from './quarantine-digest.ts';
import { startQuotaWarnings, type QuotaWarningOptions } from './quota-warnings.ts';
import { startSearchFilling } from './search-filling.ts';
import { startTimelineFilling, type TimelineFillingOptions } from './timeline-filling.ts';

export type BackgroundOptions = Omit<
  QuotaWarningOptions & QuarantineDigestOptions & GroupMembersOptions & TimelineFillingOptions,
  'mailStore' | 'settings' | 'timelines'
>;

export function startBackground(storage: Storage, options: BackgroundOptions): Cancel {
  const { mailSearch: search, mailStore, timelines, upkeep, settings } = storage;
  const { clock, onError } = options;
  const stops = [
    startGroupMembers({ ...options, mailStore }),
    startQuotaWarnings({ ...options, mailStore }),
    startQuarantineDigests({ ...options, settings }),
    startSearchFilling({ search, mailStore, clock, onError }),
    startTimelineFilling({ ...options, timelines }),
    startMaintenance({ timelines, upkeep, settings, clock, onError }),
  ];
  return () => stops.forEach((stop) => stop());
}
