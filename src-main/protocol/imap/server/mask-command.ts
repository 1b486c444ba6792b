/** Mask: a command as the transcript may show it: without passwords, and without the octets of literals. */
import { MASKED } from '../../connection/session.ts';
import { showSignInName } from '../../sasl/shown-name.ts';
import type { Command } from '../grammar/command.ts';

/** Transcript lines are for people; a UID set of 60 KiB is not. */
const MAX_SHOWN = 1000;

const MAY_HOLD_SECRET = /^(?:[^ ]* )?(?:login|authenticate|setmetadata)\b/i;

/** `command` is null where the text could not be parsed: then nothing after a name that may carry secrets is shown. */
export function maskCommand(text: string, command: Command | null): string {
  const [tag = '', name = ''] = text.split(' ', 2);
  // `LOGIN tom secret` without a tag is no command, but the password is one.
  if (command === null && MAY_HOLD_SECRET.test(text)) return `${shorten(tag)} ${MASKED}`;
  switch (command?.name) {
    case 'LOGIN':
      return `${tag} ${name} ${showSignInName(command.user)} ${MASKED}`;
    case 'AUTHENTICATE': {
      const response = command.initialResponse === null ? '' : ` ${MASKED}`;
      return `${tag} ${name} ${command.mechanism}${response}`;
    }
    // RFC 5464 §7: what is private stays so.
    case 'SETMETADATA': {
      const entries = command.values.map(({ entry }) => `${entry.spelled} (…)`);
      return shorten(`${tag} ${name} ${decodeForPeople(command.mailbox)} (${entries.join(' ')})`);
    }
    default:
      return shorten(decodeForPeople(text));
  }
}

function decodeForPeople(text: string): string {
  return Buffer.from(text.replace(/\r\n/g, ' ').slice(0, MAX_SHOWN * 4), 'latin1').toString('utf8');
}

function shorten(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
