/**
 * Encryption area: whether what lies in the data folder is encrypted, how far that is, and where its key lies.
 */
import { z } from 'zod';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { count, time } from './values.ts';

const encryptionView = z.object({
  /** `sealing`: from off to on; `opening`: from on to off. */
  state: z.enum(['off', 'sealing', 'on', 'opening']),
  isPaused: z.boolean(),
  /** Rows that were gone through, of how many; only while something is under way. */
  done: count,
  total: count,
  /** When the state began; null: it was never changed. */
  changedAt: time.nullable(),
  /** `file`: whoever can read the file has the key; `passphrase`: it is asked for at each start; `keystore`: the system's. */
  keyKind: z.enum(['file', 'passphrase', 'keystore']),
  keyPath: z.string(),
  /** The key lies where what it protects lies: a copy of the data folder has both. */
  isKeyInFolder: z.boolean(),
});
export type EncryptionView = z.infer<typeof encryptionView>;

export const encryptionContract = {
  watch: callFor('settings.read').output(feedOf(encryptionView, noChange)),
  switch: callFor('encryption.change')
    .input(z.object({ isOn: z.boolean() }))
    .output(z.void()),
  pause: callFor('encryption.change')
    .input(z.object({ isPaused: z.boolean() }))
    .output(z.void()),
  /** A new master key; the old one opens nothing of this folder any more. */
  rotate: callFor('encryption.change').output(z.void()),
};
