/**
 * The commands of the SMTP server: which argument they take, when they are allowed, what handles them.
 *
 * RFC 5321 §4.1.1 and §4.1.4: NOOP, HELP, EXPN, VRFY, RSET and QUIT are allowed at any time.
 */
import type { TranscriptPhase } from '../../../connection/session.ts';
import type { Outcome, SmtpSession } from '../session.ts';
import { handleAuth } from './auth.ts';
import { handleBdat } from './bdat.ts';
import { handleXclient } from './xclient.ts';
import { handleEhlo, handleHelo, handleStartTls } from './hello.ts';
import { handleData, handleMail, handleRcpt, handleRset } from './transaction.ts';
import {
  handleHelp,
  handleNoop,
  handleNotOffered,
  handleQuit,
  handleVrfy,
  handleWebRequest,
} from './any-time.ts';

export interface CommandRule {
  readonly verb: string;
  readonly argument: 'none' | 'some';
  readonly needsGreeting: boolean;
  /** The transcript's phase that begins with it. */
  readonly phase?: TranscriptPhase;
  readonly run: (session: SmtpSession, argument: string) => Outcome | Promise<Outcome>;
}

const ANY_TIME = { argument: 'some', needsGreeting: false } as const;
const IN_ORDER = { argument: 'some', needsGreeting: true } as const;

export const COMMANDS: readonly CommandRule[] = [
  { ...ANY_TIME, verb: 'EHLO', run: handleEhlo },
  { ...ANY_TIME, verb: 'HELO', run: handleHelo },
  // RFC 3207 §4.2 begins the session anew, so it may come first: GNU SASL's client begins so.
  { ...ANY_TIME, verb: 'STARTTLS', argument: 'none', phase: 'tls', run: handleStartTls },
  { ...IN_ORDER, verb: 'AUTH', phase: 'sign-in', run: handleAuth },
  { ...IN_ORDER, verb: 'MAIL', phase: 'envelope', run: handleMail },
  { ...IN_ORDER, verb: 'RCPT', run: handleRcpt },
  { ...IN_ORDER, verb: 'DATA', argument: 'none', phase: 'content', run: handleData },
  // In the wrong place it has to swallow its octets all the same.
  { ...ANY_TIME, verb: 'BDAT', phase: 'content', run: handleBdat },
  { ...ANY_TIME, verb: 'RSET', argument: 'none', run: handleRset },
  { ...ANY_TIME, verb: 'XCLIENT', run: handleXclient },
  { ...ANY_TIME, verb: 'NOOP', run: handleNoop },
  { ...ANY_TIME, verb: 'HELP', run: handleHelp },
  { ...ANY_TIME, verb: 'VRFY', run: handleVrfy },
  { ...ANY_TIME, verb: 'QUIT', argument: 'none', phase: 'close', run: handleQuit },
  // Known commands that we do not have (RFC 5321 §4.2.4: 502, not 500).
  ...['EXPN', 'TURN', 'ETRN', 'SEND', 'SOML', 'SAML', 'XFORWARD'].map((verb) => ({
    ...ANY_TIME,
    verb,
    run: handleNotOffered,
  })),
  // A web page may make a browser talk to us (cross-protocol attack): it must not get as far as a command in its body.
  ...['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'CONNECT', 'DELETE'].map((verb) => ({
    ...ANY_TIME,
    verb,
    run: handleWebRequest,
  })),
];

const COMMANDS_BY_VERB: ReadonlyMap<string, CommandRule> = new Map(COMMANDS.map((rule) => [rule.verb, rule]));

/** `verb` in upper case. */
export function findCommand(verb: string): CommandRule | undefined {
  return COMMANDS_BY_VERB.get(verb);
}
