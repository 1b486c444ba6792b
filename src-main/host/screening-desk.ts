/** ScreeningDesk: screening as the console sees it besides its settings: lists and engines tried out, what was learned, the quarantine. */
import type { ListState } from '../mail/screening/dns-lists/dns-list-desk.ts';
import type { EngineTrial } from '../mail/screening/engines/test-engine.ts';
import type { QuarantineDesk } from '../mail/screening/quarantine/quarantine-desk.ts';
import type { DnsListSetting, EngineSetting } from '../mail/screening/settings.ts';
import type { BayesTotals } from '../mail/screening/store-port.ts';

export interface ScreeningDesk {
  /** As far as is known; asks nobody. */
  stateOfList(list: DnsListSetting): ListState;
  testList(list: DnsListSetting): Promise<ListState>;
  testEngine(engine: EngineSetting): Promise<EngineTrial>;
  /** Of the office. */
  learned(): Promise<BayesTotals>;
  forgetLearned(): Promise<void>;
  /** Addresses of accounts whose mail is held now because they send far more than usual. */
  brakedAccounts(): readonly string[];
  readonly quarantine: Pick<
    QuarantineDesk,
    'list' | 'count' | 'read' | 'release' | 'remove' | 'expiresAt' | 'onChange'
  >;
}
