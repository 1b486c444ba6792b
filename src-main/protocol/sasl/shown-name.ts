/** Names in transcripts and logs: people type their password where the name should be, so only an address is shown. */
import { MASKED } from '../connection/session.ts';

/** Enough to be an address, and to be read. */
const ADDRESS = /^[^@\s]{1,64}@[^@\s]{1,255}$/u;

export function showSignInName(name: string): string {
  return ADDRESS.test(name) ? name : MASKED;
}
