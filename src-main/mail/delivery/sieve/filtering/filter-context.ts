/** What the parts of a filter know of the message and the account that they work for. */
import type { NoticeLanguage } from '../../../../base/notice-language.ts';
import type { MakeId } from '../../../../base/ids.ts';
import type { Directory } from '../../../../directory/port.ts';
import type { MailStore } from '../../../mailstore/port.ts';
import type { DeliveryMarks, FilterMark, FilterRequest } from '../../port.ts';
import type { MessageReceiver } from '../../../content/message-receiver.ts';
import type { SieveScriptStore } from '../port.ts';
import type { EditedHeader } from '../running/edited-header.ts';

export interface AccountFilterOptions {
  readonly scripts: SieveScriptStore;
  readonly mailStore: Pick<MailStore, 'findMailbox' | 'listMailboxes' | 'metadata'>;
  readonly marks: DeliveryMarks;
  readonly directory: Pick<Directory, 'mayUseAddress'>;
  readonly receiver: MessageReceiver;
  readonly makeId: MakeId;
  readonly hostname: () => string;
  /** Minutes east of UTC that local clocks show at that time. */
  readonly zoneMinutesAt: (ms: number) => number;
  /** In which the owners of scripts are written to. */
  readonly language: () => NoticeLanguage;
  /** What may stand between user and detail of a local-part; each character is one. */
  readonly separators: () => string;
}

export interface FilterContext {
  readonly request: FilterRequest;
  readonly header: EditedHeader;
  zoneMinutesAt(ms: number): number;
  makeMessageId(): string;
  language(): NoticeLanguage;
  hasMark(mark: Omit<FilterMark, 'expiresAt'>): Promise<boolean>;
  isOwnAddress(address: string): Promise<boolean>;
}
