/**
 * MilterClient: shows a message to a milter (opendkim, rspamd's proxy, amavis …) as an MTA does, and hears what it wants.
 *
 * Protocol: version 6 (packets.ts). Flow: connect, HELO, MAIL, RCPT, DATA, header fields, body, end: replayed when all of it is here.
 * Invariants: content is never changed: fields are added above it, and a field that a milter would change or remove stays and is
 * told; a milter that asks for more breaks the protocol. Fields are shown octet by octet, since signatures cover them.
 * Where it says accept or refuses, nothing more is sent.
 */
import type { Result } from '../../base/result.ts';
import {
  converse,
  type EngineOptions,
  type EngineProblem,
  type OctetPieces,
} from '../engine/engine-channel.ts';
import { MilterDialogue } from './milter-dialogue.ts';
import type { MilterField, MilterVerdict } from './milter-verdict.ts';
import { COMMAND, encodeTexts, NOT_ANSWERED, NOT_WANTED } from './packets.ts';

export interface MilterAnswer {
  readonly verdict: MilterVerdict;
  /** To stand above the content. */
  readonly fields: readonly MilterField[];
  /** Names of fields in the content that it would have changed or removed; they stand as they came. */
  readonly unchanged: readonly string[];
}

/** A field of the message: all octets after the colon up to the CRLF that ends it. */
export interface ShownField {
  readonly name: string;
  readonly value: Uint8Array;
}

export interface MilterMessage {
  readonly client: {
    readonly address: string;
    readonly port: number;
    /** Its name in DNS, or its address in brackets. */
    readonly name: string;
    readonly hello: string;
  };
  readonly account?: string;
  readonly queueId: string;
  readonly hostname: string;
  readonly reversePath: string;
  readonly recipients: readonly string[];
  readonly header: readonly ShownField[];
  readonly body: OctetPieces;
}

/** SMFIC_BODY takes 65,535 octets at most. */
const BODY_PIECE_OCTETS = 65_535;

export function askMilter(
  options: EngineOptions,
  message: MilterMessage,
): Promise<Result<MilterAnswer, EngineProblem>> {
  return converse(options, async (channel) => {
    const dialogue = await MilterDialogue.open(channel);
    const verdict = await replay(dialogue, message);
    await dialogue.quit();
    return { verdict, fields: dialogue.fields, unchanged: [...dialogue.unchanged] };
  });
}

/** Whether it is there and speaks the protocol. */
export function pingMilter(options: EngineOptions): Promise<Result<void, EngineProblem>> {
  return converse(options, async (channel) => {
    const dialogue = await MilterDialogue.open(channel);
    await dialogue.quit();
  });
}

async function replay(dialogue: MilterDialogue, message: MilterMessage): Promise<MilterVerdict> {
  for (const step of [sayEnvelope, sayHeader, sayBody]) {
    const verdict = await step(dialogue, message);
    if (verdict !== null) return verdict;
  }
  const verdict = await dialogue.end(message.queueId);
  return verdict ?? { kind: 'accept' };
}

async function sayEnvelope(dialogue: MilterDialogue, message: MilterMessage): Promise<MilterVerdict | null> {
  const { client, reversePath, recipients, queueId } = message;
  const signedIn = message.account === undefined ? [] : ['{auth_authen}', message.account];
  const steps = [
    {
      name: 'connect',
      data: connectData(client),
      macros: ['j', message.hostname, '{daemon_name}', 'postroom'],
    },
    { name: 'hello', data: encodeTexts(client.hello), macros: [] },
    { name: 'mail', data: encodeTexts(`<${reversePath}>`), macros: ['i', queueId, ...signedIn] },
    ...recipients.map((recipient) => ({
      name: 'recipient' as const,
      data: encodeTexts(`<${recipient}>`),
      macros: [],
    })),
    { name: 'data', data: Buffer.alloc(0), macros: ['i', queueId] },
  ] as const;
  for (const { name, data, macros } of steps) {
    if (dialogue.isUnwanted(NOT_WANTED[name])) continue;
    if (macros.length > 0) await dialogue.tellMacros(COMMAND[name], macros);
    const verdict = await dialogue.ask(COMMAND[name], data, NOT_ANSWERED[name]);
    // A milter that refuses one recipient means this one; here all of them have been accepted, so it counts for the message.
    if (verdict !== null) return verdict;
  }
  return null;
}

function connectData({ address, port, name }: MilterMessage['client']): Buffer {
  const family = address.includes(':') ? '6' : '4';
  const portOctets = Buffer.alloc(2);
  portOctets.writeUInt16BE(port);
  return Buffer.concat([encodeTexts(name), Buffer.from(family), portOctets, encodeTexts(address)]);
}

async function sayHeader(dialogue: MilterDialogue, { header }: MilterMessage): Promise<MilterVerdict | null> {
  if (!dialogue.isUnwanted(NOT_WANTED.header)) {
    for (const field of header) {
      const data = headerData(field, dialogue.keepsLeadingSpace);
      const verdict = await dialogue.ask(COMMAND.header, data, NOT_ANSWERED.header);
      if (verdict !== null) return verdict;
    }
  }
  if (dialogue.isUnwanted(NOT_WANTED.endOfHeader)) return null;
  return dialogue.ask(COMMAND.endOfHeader, Buffer.alloc(0), NOT_ANSWERED.endOfHeader);
}

/** Lines end with LF here, as sendmail has it; a NUL would end the text early. */
function headerData({ name, value }: ShownField, keepsLeadingSpace: boolean): Buffer {
  const text = Buffer.from(value).toString('latin1').replaceAll('\r\n', '\n').replaceAll('\0', '');
  const shown = keepsLeadingSpace ? text : text.replace(/^ /u, '');
  return Buffer.concat([encodeTexts(name), Buffer.from(`${shown}\0`, 'latin1')]);
}

async function sayBody(dialogue: MilterDialogue, { body }: MilterMessage): Promise<MilterVerdict | null> {
  if (dialogue.isUnwanted(NOT_WANTED.body)) return null;
  for await (const octets of body) {
    for (let at = 0; at < octets.length; at += BODY_PIECE_OCTETS) {
      const piece = octets.subarray(at, at + BODY_PIECE_OCTETS);
      const verdict = await dialogue.ask(COMMAND.body, piece, NOT_ANSWERED.body);
      if (verdict !== null) return verdict;
      if (dialogue.hasSkipped) return null;
    }
  }
  return null;
}
