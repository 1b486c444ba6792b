/** What a milter says about a message. */
import { EngineFailure } from '../engine/engine-channel.ts';
import { REPLY } from './packets.ts';

export interface MilterField {
  readonly name: string;
  readonly value: string;
}

export type MilterVerdict =
  | { readonly kind: 'accept' | 'discard' | 'reject' | 'temporaryFailure' }
  /** With the reply that it wants the client to hear, e.g. `550 5.7.1 No`. */
  | { readonly kind: 'reply'; readonly reply: string }
  | { readonly kind: 'quarantine'; readonly reason: string };

/** The verdict that a reply stands for; null: go on. */
export function readVerdict(command: string, data: Buffer): MilterVerdict | null {
  switch (command) {
    case REPLY.continue:
      return null;
    case REPLY.accept:
      return { kind: 'accept' };
    case REPLY.discard:
      return { kind: 'discard' };
    case REPLY.reject:
      return { kind: 'reject' };
    case REPLY.temporaryFailure:
    case REPLY.connectionFailed:
    case REPLY.shutdown:
      return { kind: 'temporaryFailure' };
    case REPLY.replyCode:
      return { kind: 'reply', reply: data.toString('utf8').replace(/\0.*$/su, '') };
    default:
      throw new EngineFailure('garbage', `it asked for something that was not offered ("${command}")`);
  }
}
