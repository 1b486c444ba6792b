/**
 * ManageSieve commands: tokens to a typed command (RFC 5804 §2; UNAUTHENTICATE §2.14.1).
 *
 * Invariants: never throws; names of commands in any case; script names and texts are UTF-8.
 */
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { Token } from './tokens.ts';

type PlainName = 'CAPABILITY' | 'LISTSCRIPTS' | 'LOGOUT' | 'STARTTLS' | 'UNAUTHENTICATE';

export type ManageSieveCommand =
  | { [Name in PlainName]: { readonly name: Name } }[PlainName]
  | { readonly name: 'AUTHENTICATE'; readonly mechanism: string; readonly initialResponse: string | null }
  | { readonly name: 'NOOP'; readonly tag: string | null }
  | { readonly name: 'CHECKSCRIPT'; readonly text: string }
  | { readonly name: 'DELETESCRIPT' | 'GETSCRIPT' | 'SETACTIVE'; readonly script: string }
  | { readonly name: 'HAVESPACE'; readonly script: string; readonly octets: number }
  | { readonly name: 'PUTSCRIPT'; readonly script: string; readonly text: string }
  | { readonly name: 'RENAMESCRIPT'; readonly script: string; readonly newName: string };

export type ManageSieveCommandName = ManageSieveCommand['name'];

type ArgumentType = 'string' | 'number' | 'optionalString';

const COMMANDS: Readonly<Record<ManageSieveCommandName, readonly ArgumentType[]>> = {
  AUTHENTICATE: ['string', 'optionalString'],
  STARTTLS: [],
  LOGOUT: [],
  CAPABILITY: [],
  HAVESPACE: ['string', 'number'],
  PUTSCRIPT: ['string', 'string'],
  LISTSCRIPTS: [],
  SETACTIVE: ['string'],
  GETSCRIPT: ['string'],
  DELETESCRIPT: ['string'],
  RENAMESCRIPT: ['string', 'string'],
  CHECKSCRIPT: ['string'],
  NOOP: ['optionalString'],
  UNAUTHENTICATE: [],
};

/** Parses the tokens of a whole command; the error is a sentence for the client. */
export function parseManageSieveCommand(tokens: readonly Token[]): Result<ManageSieveCommand, string> {
  const [first, ...values] = tokens;
  if (first?.kind !== 'atom') return err('A command is wanted');
  const name = first.text.toUpperCase();
  if (!isCommandName(name)) return err('Unknown command');
  const types = COMMANDS[name];
  const needed = types.filter((type) => type !== 'optionalString').length;
  if (values.length < needed || values.length > types.length) return err(`${name} has other arguments`);
  const isFitting = values.every((value, index) => fits(value, types[index]));
  return isFitting ? ok(build(name, values)) : err(`${name} has other arguments`);
}

function isCommandName(name: string): name is ManageSieveCommandName {
  return Object.hasOwn(COMMANDS, name);
}

function fits(value: Token, type: ArgumentType | undefined): boolean {
  return type === 'number' ? value.kind === 'number' : value.kind === 'string';
}

function build(name: ManageSieveCommandName, values: readonly Token[]): ManageSieveCommand {
  const text = (index: number): string => {
    const value = values[index];
    return value?.kind === 'string' ? value.text : '';
  };
  const optional = (index: number) => (values.length > index ? text(index) : null);
  switch (name) {
    case 'AUTHENTICATE':
      return { name, mechanism: text(0), initialResponse: optional(1) };
    case 'NOOP':
      return { name, tag: optional(0) };
    case 'CHECKSCRIPT':
      return { name, text: text(0) };
    case 'HAVESPACE':
      return { name, script: text(0), octets: values[1]?.kind === 'number' ? values[1].value : 0 };
    case 'PUTSCRIPT':
      return { name, script: text(0), text: text(1) };
    case 'RENAMESCRIPT':
      return { name, script: text(0), newName: text(1) };
    case 'DELETESCRIPT':
    case 'GETSCRIPT':
    case 'SETACTIVE':
      return { name, script: text(0) };
    default:
      return { name };
  }
}
