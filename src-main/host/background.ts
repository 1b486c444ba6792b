/** What runs beside the mail path while the host runs: warnings, digests, the search index, what has to be forgotten in time, and memory. */
import { FlowHistory, type FlowHistoryOptions } from '../observe/flow-history.ts';
import type { MailMeter } from '../observe/port.ts';
import { collectAtRest } from '../storage/collect-at-rest.ts';
import type { Storage } from '../storage/open-storage.ts';
import { startGroupMembers, type GroupMembersOptions } from './group-members.ts';
import { startMaintenance } from './maintenance.ts';
import { startQuarantineDigests, type QuarantineDigestOptions } from './quarantine-digest.ts';
import { startQuotaWarnings, type QuotaWarningOptions } from './quota-warnings.ts';
import { startSearchFilling } from './search-filling.ts';
import { startTimelineFilling } from './timeline-filling.ts';

export type BackgroundOptions = Omit<
  QuotaWarningOptions & QuarantineDigestOptions & GroupMembersOptions,
  'mailStore' | 'settings'
> &
  Pick<FlowHistoryOptions, 'depth'> & { readonly meter: MailMeter };

/** The answer stops it, and resolves when what is counted is kept. */
export function startBackground(storage: Storage, options: BackgroundOptions): () => Promise<void> {
  const { mailSearch: search, mailStore, timelines, upkeep, settings, flow: store } = storage;
  const { clock, onError, meter, depth } = options;
  const flow = new FlowHistory({ meter, store, depth, clock, onError });
  flow.start();
  const stops = [
    startGroupMembers({ ...options, mailStore }),
    startQuotaWarnings({ ...options, mailStore }),
    startQuarantineDigests({ ...options, settings }),
    startSearchFilling({ search, mailStore, clock, onError }),
    startTimelineFilling({ timelines, onMailEvent: meter.onEvent, clock, onError }),
    startMaintenance({ timelines, upkeep, settings, clock, onError }),
    collectAtRest(),
  ];
  return () => {
    stops.forEach((stop) => stop());
    return flow.stop();
  };
}
