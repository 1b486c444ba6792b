/**
 * Session area: who is at the console, and whether this server has been set up. Open to everyone who reaches the console.
 */
import { z } from 'zod';
import { call } from './errors.ts';
import { LIMITS } from './limits.ts';

export const sessionState = z.discriminatedUnion('kind', [
  /** First start: nobody administers this server yet. Only a client on this machine may begin. */
  z.object({ kind: z.literal('needsSetup'), mayBegin: z.boolean() }),
  z.object({ kind: z.literal('needsSignIn') }),
  z.object({
    kind: z.literal('signedIn'),
    administrator: z.string(),
    /** Whether the setup pages were walked through. */
    isSetUp: z.boolean(),
    /** Which shell shows the page; the desktop app's window is signed in by itself. */
    shell: z.enum(['browser', 'desktop']),
  }),
]);
export type SessionState = z.infer<typeof sessionState>;

export const credentials = z.object({
  name: z.string().trim().min(1).max(LIMITS.administratorNameLength),
  password: z.string().min(1).max(LIMITS.passwordLength),
});

export const sessionContract = {
  state: call.output(sessionState),
  signIn: call.input(credentials).output(sessionState),
  signOut: call.output(sessionState),
};
