/**
 * Session area: who is at the console, and whether this server has been set up. Open to everyone who reaches the console.
 */
import { z } from 'zod';
import { callFor, role } from './access.ts';
import { LIMITS } from './limits.ts';
import { time } from './values.ts';

/** What a WebAuthn call of the browser takes and gives, as JSON; the host's library reads it. */
export const passkeyJson = z.record(z.string().max(LIMITS.nameLength), z.unknown());

export const sessionState = z.discriminatedUnion('kind', [
  z.object({
    /** First start: nobody administers this server yet. */
    kind: z.literal('needsSetup'),
    /** A client on this machine may begin at once, others with the token that the service wrote. */
    mayBegin: z.boolean(),
  }),
  z.object({ kind: z.literal('needsSignIn') }),
  z.object({
    /** The password was right; one of these is asked for besides. */
    kind: z.literal('needsSecondFactor'),
    hasTotp: z.boolean(),
    hasPasskeys: z.boolean(),
    until: time,
  }),
  z.object({
    kind: z.literal('signedIn'),
    administrator: z.string(),
    role,
    /** Only for administrators of some domains. */
    domains: z.array(z.string()).readonly(),
    /** Their role asks for a second factor that they do not have: until then nothing else may be done. */
    mustEnrol: z.boolean(),
    /** Whether the setup pages were walked through. */
    isSetUp: z.boolean(),
    /** Which shell shows the page; the desktop app's window is signed in by itself. */
    shell: z.enum(['browser', 'desktop', 'script']),
  }),
]);
export type SessionState = z.infer<typeof sessionState>;

export const credentials = z.object({
  name: z.string().trim().min(1).max(LIMITS.administratorNameLength),
  password: z.string().min(1).max(LIMITS.passwordLength),
});

const nothing = () => callFor('nothing');

export const sessionContract = {
  state: nothing().output(sessionState),
  signIn: nothing().input(credentials).output(sessionState),
  /** A code of the phone or a recovery code, after the password. */
  confirm: nothing()
    .input(z.object({ code: z.string().trim().min(1).max(LIMITS.codeLength) }))
    .output(sessionState),
  /** What the browser asks the security key with, after the password. */
  challenge: nothing().output(passkeyJson),
  confirmPasskey: nothing()
    .input(z.object({ response: passkeyJson }))
    .output(sessionState),
  signOut: nothing().output(sessionState),
};
