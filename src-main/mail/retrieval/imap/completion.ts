/** Completions: the answers that handlers return (RFC 9051 §7.1, response codes of RFC 5530). */
import type { ResponseCode } from '../../../protocol/imap/response-codes.ts';
import type { Completion } from '../../../protocol/imap/server/session.ts';
import type { MailboxError } from '../../mailstore/port.ts';

export function okay(text: string, code?: ResponseCode): Completion {
  return code === undefined ? { status: 'OK', text } : { status: 'OK', code, text };
}

export function refuse(text: string, code?: ResponseCode): Completion {
  return code === undefined ? { status: 'NO', text } : { status: 'NO', code, text };
}

export function bad(text: string, code?: ResponseCode): Completion {
  return code === undefined ? { status: 'BAD', text } : { status: 'BAD', code, text };
}

export function refuseForMailbox(error: MailboxError): Completion {
  switch (error) {
    case 'noSuchMailbox':
      return refuse('No such mailbox', 'NONEXISTENT');
    case 'alreadyExists':
      return refuse('The mailbox exists already', 'ALREADYEXISTS');
    case 'invalidName':
      return refuse('No mailbox can have this name', 'CANNOT');
    case 'notAllowed':
      return refuse('This cannot be done to this mailbox', 'CANNOT');
    case 'hasChildren':
      return refuse('The mailbox has inferiors', 'HASCHILDREN');
    case 'overQuota':
      return refuse('The account is full', 'OVERQUOTA');
  }
}

/** Where a message should have gone (RFC 9051 §7.1 TRYCREATE). */
export function refuseForTarget(error: MailboxError): Completion {
  return error === 'noSuchMailbox' ? refuse('No such mailbox', 'TRYCREATE') : refuseForMailbox(error);
}
