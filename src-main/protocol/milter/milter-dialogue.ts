/**
 * MilterDialogue: packets there and back: what was negotiated, what the milter has asked for so far.
 *
 * Invariants: an answer is at most MAX_PACKET_OCTETS; at most MAX_CHANGES are taken from one milter; progress packets prolong nothing
 * (the conversation's own time bounds it).
 */
import { EngineFailure, type EngineChannel } from '../engine/engine-channel.ts';
import { readVerdict, type MilterField, type MilterVerdict } from './milter-verdict.ts';
import {
  ACTION_ADD_HEADER,
  ACTION_CHANGE_HEADER,
  ACTION_QUARANTINE,
  COMMAND,
  decodeNumbers,
  decodeTexts,
  encodeNumbers,
  encodePacket,
  encodeTexts,
  KEEPS_LEADING_SPACE,
  MAY_SKIP,
  NOT_ANSWERED,
  NOT_WANTED,
  REPLY,
  VERSION,
  type MilterPacket,
} from './packets.ts';

/** A header field or a reply; bodies are never taken. */
const MAX_PACKET_OCTETS = 64 * 1024;
/** Header fields that one milter may add. */
const MAX_CHANGES = 100;
/** opendkim goes away where it may not remove fields, although it seldom does; such a wish is told, not fulfilled: content stays as it came. */
const OFFERED_ACTIONS = ACTION_ADD_HEADER | ACTION_CHANGE_HEADER | ACTION_QUARANTINE;
const OFFERED_STEPS =
  MAY_SKIP |
  KEEPS_LEADING_SPACE |
  [...Object.values(NOT_WANTED), ...Object.values(NOT_ANSWERED)].reduce((all, flag) => all | flag, 0);

export class MilterDialogue {
  readonly fields: MilterField[] = [];
  /** Names of fields in the content that it would change or remove. */
  readonly unchanged = new Set<string>();
  /** It needs no more of the body. */
  hasSkipped = false;
  readonly #channel: EngineChannel;
  readonly #steps: number;
  #quarantine: string | null = null;

  private constructor(channel: EngineChannel, steps: number) {
    this.#channel = channel;
    this.#steps = steps;
  }

  static async open(channel: EngineChannel): Promise<MilterDialogue> {
    await channel.write(
      encodePacket(COMMAND.negotiate, encodeNumbers(VERSION, OFFERED_ACTIONS, OFFERED_STEPS)),
    );
    const { command, data } = await readPacket(channel);
    const numbers = command === REPLY.negotiate ? decodeNumbers(data, 3) : null;
    if (numbers === null) throw new EngineFailure('garbage', 'it does not speak the milter protocol');
    const [version = 0, actions = 0, steps = 0] = numbers;
    if (version < 2 || version > VERSION) {
      throw new EngineFailure('refused', `it speaks version ${version} of the milter protocol`);
    }
    if ((actions & ~OFFERED_ACTIONS) !== 0) {
      throw new EngineFailure('refused', 'it insists on changing messages, which is not offered');
    }
    return new MilterDialogue(channel, steps);
  }

  get keepsLeadingSpace(): boolean {
    return (this.#steps & KEEPS_LEADING_SPACE) !== 0;
  }

  isUnwanted(flag: number): boolean {
    return (this.#steps & flag) !== 0;
  }

  async tell(command: string, data: Uint8Array): Promise<void> {
    await this.#channel.write(encodePacket(command, data));
  }

  /** Names and values in turn, for the command that comes next. */
  tellMacros(command: string, macros: readonly string[]): Promise<void> {
    return this.tell(COMMAND.macros, Buffer.concat([Buffer.from(command), encodeTexts(...macros)]));
  }

  /** Null: it wants to hear more. `unanswered`: the flag with which it has said that it answers nothing here. */
  async ask(command: string, data: Uint8Array, unanswered: number): Promise<MilterVerdict | null> {
    await this.tell(command, data);
    if ((this.#steps & unanswered) !== 0) return null;
    for (;;) {
      const packet = await readPacket(this.#channel);
      if (packet.command === REPLY.progress) continue;
      this.hasSkipped = packet.command === REPLY.skip;
      return this.hasSkipped ? null : readVerdict(packet.command, packet.data);
    }
  }

  /** The end of the message: changes come, then the last word. */
  async end(queueId: string): Promise<MilterVerdict | null> {
    await this.tellMacros(COMMAND.endOfMessage, ['i', queueId]);
    await this.tell(COMMAND.endOfMessage, new Uint8Array(0));
    for (;;) {
      const packet = await readPacket(this.#channel);
      if (this.#takeChange(packet)) continue;
      const verdict = readVerdict(packet.command, packet.data);
      const isKept = verdict === null || verdict.kind === 'accept';
      return isKept && this.#quarantine !== null ? { kind: 'quarantine', reason: this.#quarantine } : verdict;
    }
  }

  async quit(): Promise<void> {
    await this.tell(COMMAND.quit, new Uint8Array(0));
    await this.#channel.flush();
  }

  #takeChange({ command, data }: MilterPacket): boolean {
    switch (command) {
      case REPLY.progress:
        return true;
      case REPLY.quarantine:
        this.#quarantine = decodeTexts(data)[0] ?? '';
        return true;
      case REPLY.addHeader:
        this.#addField(decodeTexts(data));
        return true;
      case REPLY.insertHeader:
        // The place is not kept: all that is added stands above the content.
        this.#addField(decodeTexts(data.subarray(4)));
        return true;
      case REPLY.changeHeader:
        this.#keepField(decodeTexts(data.subarray(4))[0]);
        return true;
      default:
        return false;
    }
  }

  #keepField(name: string | undefined): void {
    if (name === undefined) throw new EngineFailure('garbage', 'it would change a field without a name');
    if (this.unchanged.size === MAX_CHANGES) throw new EngineFailure('garbage', 'its answer does not end');
    this.unchanged.add(name);
  }

  #addField([name = '', value = '']: readonly string[]): void {
    if (!/^[\x21-\x39\x3b-\x7e]+$/u.test(name)) {
      throw new EngineFailure('garbage', 'it asked for a header field whose name is none');
    }
    if (this.fields.length === MAX_CHANGES) throw new EngineFailure('garbage', 'its answer does not end');
    this.fields.push({ name, value: this.keepsLeadingSpace ? value.replace(/^ /u, '') : value });
  }
}

async function readPacket(channel: EngineChannel): Promise<MilterPacket> {
  await channel.flush();
  const length = (await channel.readOctets(4)).readUInt32BE();
  if (length === 0 || length > MAX_PACKET_OCTETS) {
    throw new EngineFailure('garbage', 'it does not speak the milter protocol');
  }
  const packet = await channel.readOctets(length);
  return { command: packet.toString('latin1', 0, 1), data: packet.subarray(1) };
}
