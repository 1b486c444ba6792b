/** Everything that brings mail here and takes it away by the console's orders: transfers of one account, and a whole office moving in. */
import type { Clock } from '../base/clock.ts';
import type { RandomBytes } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { MessageReceiver } from '../mail/content/message-receiver.ts';
import type { TranscriptRecorder } from '../protocol/connection/session.ts';
import { createTcpConnect } from '../protocol/connection/tcp-connect.ts';
import type { Storage } from '../storage/open-storage.ts';
import type { Office } from './move-in/carry-out.ts';
import { HostMoveInDesk, type MoveInDesk } from './move-in/move-in-desk.ts';
import { createTransferDesk, type TransferDesk } from './transfer-desk.ts';

export interface TransfersOptions {
  readonly dataFolder: string;
  readonly receiver: MessageReceiver;
  readonly transcripts: TranscriptRecorder;
  /** Where an office moves in. */
  readonly targets: Office['targets'] & Pick<Office, 'directory'>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly logger: Logger;
}

export interface Transfers {
  readonly transfers: TransferDesk;
  readonly moveIn: MoveInDesk;
}

export function openTransfers(
  { mailStore }: Pick<Storage, 'mailStore'>,
  options: TransfersOptions,
): Transfers {
  const { targets, receiver, transcripts, clock, randomBytes, logger } = options;
  const imap = { connect: createTcpConnect({ clock }), transcripts, clock, randomBytes };
  const transfers = createTransferDesk({ ...options, mailStore, imap });
  const office = { directory: targets.directory, targets, mailStore, receiver, clock };
  return { transfers, moveIn: new HostMoveInDesk({ office, transfers, imap, randomBytes, logger }) };
}
