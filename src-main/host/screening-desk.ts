/** ScreeningDesk: screening as the console sees it besides its settings: lists and engines tried out, what was learned, the quarantine. */
import type { ListState } from '../mail/screening/dns-lists/dns-list-desk.ts';
import type { EngineTrial } from '../mail/screening/engines/test-engine.ts';
import type { QuarantineDesk } from '../mail/screening/quarantine/quarantine-desk.ts';
import type { DnsListSetting, EngineSetting } from '../mail/screening/settings.ts';
import type { TraceId } from '../mail/events.ts';
import type { OwnersLesson } from '../mail/screening/bayes/hand-training.ts';
import type { SenderListStore } from '../mail/screening/sender-lists/port.ts';
import type { BayesOwner, BayesTotals, HeldAs } from '../mail/screening/store-port.ts';

export interface ScreeningDesk {
  /** As far as is known; asks nobody. */
  stateOfList(list: DnsListSetting): ListState;
  testList(list: DnsListSetting): Promise<ListState>;
  testEngine(engine: EngineSetting): Promise<EngineTrial>;
  learned(owner: BayesOwner): Promise<BayesTotals>;
  /** By hand; answers what each held it to be before, null where the message is nowhere any more. */
  teach(traceId: TraceId, lessons: readonly OwnersLesson[]): Promise<readonly HeldAs[] | null>;
  readonly senderLists: Pick<SenderListStore, 'read' | 'replace' | 'put'>;
  /** Of the office. */
  forgetLearned(): Promise<void>;
  /** Addresses of accounts whose mail is held now because they send far more than usual. */
  brakedAccounts(): readonly string[];
  readonly quarantine: Pick<
    QuarantineDesk,
    'list' | 'count' | 'read' | 'release' | 'remove' | 'expiresAt' | 'onChange'
  >;
}
