/** Chooses the way that a message is handed over by. */
import type { Clock } from '../../../base/clock.ts';
import type { MakeId } from '../../../base/ids.ts';
import type { HandOverMethod } from '../../../directory/port.ts';
import type { SmtpClientOptions } from '../../../protocol/smtp/client/open-session.ts';
import { createLmtpHandOver } from './lmtp.ts';
import { createMaildirHandOver } from './maildir.ts';
import { createMboxHandOver } from './mbox.ts';
import { createPipeHandOver } from './pipe.ts';
import type { HandOver } from './port.ts';

export interface HandOverDesk {
  readonly handOver: HandOver;
  close(): Promise<void>;
}

export function createHandOver(options: SmtpClientOptions & { clock: Clock; makeId: MakeId }): HandOverDesk {
  const mbox = createMboxHandOver(options);
  const maildir = createMaildirHandOver(options);
  const pipe = createPipeHandOver(options);
  const lmtp = createLmtpHandOver(options);
  return {
    handOver: (method, message) => {
      switch (method.method) {
        case 'mbox':
          return mbox(method, message);
        case 'maildir':
          return maildir(method, message);
        case 'pipe':
          return pipe(method, message);
        case 'lmtp':
          return lmtp.handOver(method, message);
      }
    },
    close: () => lmtp.close(),
  };
}

/** Where it goes, for people. */
export function describeHandOver(method: HandOverMethod): string {
  switch (method.method) {
    case 'mbox':
    case 'maildir':
      return method.path;
    case 'pipe':
      return method.command[0] ?? '';
    case 'lmtp':
      return `${method.host}:${method.port}`;
  }
}
