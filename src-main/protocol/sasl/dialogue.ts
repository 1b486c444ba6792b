/**
 * A SASL exchange as IMAP, POP3 and ManageSieve hold it: challenge and response, each a line in base64, until it is decided.
 *
 * RFC 9051 §6.2.2, RFC 5034 §4, RFC 5804 §2.1. Flow: the session's AUTHENTICATE or AUTH → here → exchange → its backend.
 */
import { decodeInitialResponse, decodeSaslLine, encodeSaslLine, type SaslLine } from './base64-line.ts';
import type { SaslExchange, SaslFailure, SaslStep } from './exchange.ts';

export type SaslOutcome<Account> =
  | { readonly kind: 'success'; readonly account: Account }
  | { readonly kind: 'failure'; readonly reason: SaslFailure }
  /** The client gave the exchange up, or went away. */
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'notBase64' };

export interface SaslDialogue<Account> {
  readonly exchange: SaslExchange<Account>;
  /** What came with the command; null: nothing. */
  readonly initialResponse: string | null;
  /** Sends a challenge; the client's line, or null where the connection is lost. */
  readonly challenge: (text: string) => Promise<string | null>;
}

export async function runSaslDialogue<Account>(
  dialogue: SaslDialogue<Account>,
): Promise<SaslOutcome<Account>> {
  const { exchange, initialResponse, challenge } = dialogue;
  let step: SaslStep<Account>;
  if (initialResponse === null) step = await exchange.start();
  else {
    const line = decodeInitialResponse(initialResponse);
    if (line.kind !== 'data') return broken(line);
    step = await exchange.start(line.octets);
  }
  while (step.kind === 'challenge') {
    const line = decodeSaslLine((await challenge(encodeSaslLine(step.data))) ?? '*');
    if (line.kind !== 'data') return broken(line);
    step = await exchange.respond(line.octets);
  }
  return step;
}

function broken({ kind }: Exclude<SaslLine, { kind: 'data' }>): { kind: 'cancelled' | 'notBase64' } {
  return { kind: kind === 'cancel' ? 'cancelled' : 'notBase64' };
}
