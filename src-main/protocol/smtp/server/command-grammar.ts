/**
 * The grammar of SMTP command lines: verb and argument, paths with ESMTP parameters, EHLO's argument.
 *
 * RFC 5321 §4.1.1 and §4.1.2. Every parser answers a value or the reply that refuses the line.
 */
import { err, ok } from '../../../base/result.ts';
import type { Result } from '../../../base/result.ts';
import { readPath } from '../../../format/address.ts';
import { MAX_DOMAIN_OCTETS } from '../../../format/domain.ts';
import type { SmtpPath } from './policy.ts';
import { REPLIES, smtpReply } from './reply.ts';
import type { SmtpReply } from './reply.ts';

export interface Command {
  /** Upper case; empty for an empty line. */
  readonly verb: string;
  /** What follows the verb, without white space around it. */
  readonly argument: string;
}

const CONTROL_CHARACTER = /[\x00-\x08\x0a-\x1f\x7f]/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes a line; ASCII in the common case. */
export function decodeLine(octets: Buffer): Result<string, SmtpReply> {
  const text = octets.toString('latin1');
  if (CONTROL_CHARACTER.test(text)) return err(REPLIES.controlCharacter);
  if (!/[^\x00-\x7f]/.test(text)) return ok(text);
  try {
    return ok(utf8.decode(octets));
  } catch {
    return err(REPLIES.notUtf8);
  }
}

export function parseCommand(line: string): Command {
  const text = line.trim();
  const space = text.search(/[ \t]/);
  if (space === -1) return { verb: text.toUpperCase(), argument: '' };
  return { verb: text.slice(0, space).toUpperCase(), argument: text.slice(space).trim() };
}

/**
 * Host names as clients really give them: RFC 5321 wants a domain or an address literal, Windows machines send names with
 * underscores, devices their bare IP address. None of these letters can break a trace field.
 */
const CLIENT_NAME = /^(?:[A-Za-z0-9_.:-]+|\[[A-Za-z0-9.:-]+\])$/;

/** EHLO's or HELO's argument. */
export function parseClientName(argument: string): Result<string, SmtpReply> {
  if (argument === '')
    return err(smtpReply(501, null, 'Say who you are: a domain or an address literal is missing'));
  if (argument.length > MAX_DOMAIN_OCTETS || !CLIENT_NAME.test(argument)) {
    return err(smtpReply(501, null, 'The name is neither a domain nor an address literal'));
  }
  return ok(argument);
}

export type EsmtpParameters = ReadonlyMap<string, string | null>;

export interface PathArgument {
  readonly path: SmtpPath;
  readonly parameters: EsmtpParameters;
}

/** The argument of MAIL (`FROM:<path> parameters`) or RCPT (`TO:<path> parameters`). */
export function parsePathArgument(argument: string, keyword: 'FROM' | 'TO'): Result<PathArgument, SmtpReply> {
  const prefix = new RegExp(`^${keyword}:[ \t]*`, 'i').exec(argument)?.[0];
  if (prefix === undefined) return err(smtpReply(501, '5.5.4', `Syntax: ${usageOf(keyword)}`));
  const rest = argument.slice(prefix.length);
  const path = readPath(rest, { allowUtf8: true });
  if (!path.ok) return err(malformedPath(keyword, `The address is malformed: ${path.error}`));
  const parameters = parseParameters(rest.slice(path.value.end));
  return parameters.ok ? ok({ path: path.value, parameters: parameters.value }) : parameters;
}

function usageOf(keyword: 'FROM' | 'TO'): string {
  return keyword === 'FROM' ? 'MAIL FROM:<address>' : 'RCPT TO:<address>';
}

/** RFC 3463 §3.2: 5.1.7 is the sender's syntax, 5.1.3 a destination's. */
export function malformedPath(keyword: 'FROM' | 'TO', text: string): SmtpReply {
  return smtpReply(501, keyword === 'FROM' ? '5.1.7' : '5.1.3', text);
}

/** esmtp-param = esmtp-keyword ["=" esmtp-value] */
const PARAMETER = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([^\s=]+))?$/;

function parseParameters(text: string): Result<EsmtpParameters, SmtpReply> {
  const parameters = new Map<string, string | null>();
  if (text === '') return ok(parameters);
  if (!/^[ \t]/.test(text)) return err(smtpReply(501, '5.5.4', 'There must be a space after the address'));
  for (const word of text.trim().split(/[ \t]+/)) {
    if (word === '') continue;
    const match = PARAMETER.exec(word);
    const keyword = match?.[1]?.toUpperCase();
    if (keyword === undefined) return err(smtpReply(501, '5.5.4', `Malformed parameter ${word}`));
    if (parameters.has(keyword))
      return err(smtpReply(501, '5.5.4', `The parameter ${keyword} is given twice`));
    parameters.set(keyword, match?.[2] ?? null);
  }
  return ok(parameters);
}
