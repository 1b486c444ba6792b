/**
 * Errors: the one vocabulary in which the host refuses a call of the console. The page has a sentence for each reason.
 *
 * Invariants: an expected refusal is one of these, with data that a program can act on; anything else is the host's fault
 * and reaches the page as INTERNAL_SERVER_ERROR without detail. A malformed input is BAD_REQUEST.
 */
import { z } from 'zod';

/** Why the host would not do what it was asked to. */
export const refusalReason = z.enum([
  'domainExists',
  'noSuchDomain',
  'domainInUse',
  'domainInRules',
  'addressTaken',
  'noSuchAccount',
  'noSuchAlias',
  'aliasLoop',
  'invalidDelivery',
  'noSuchScript',
  'tooManyScripts',
  'invalidScriptName',
  'invalidScriptUse',
  'invalidAddress',
  'invalidDomain',
  'weakPassword',
  'invalidHostname',
  'wrongNameOrPassword',
  'alreadySetUp',
  'notOnThisMachine',
  'noSuchMessage',
  'noSuchSession',
  'testMessageFailed',
  'cannotSignInHere',
  'tooLateToUndo',
  'entryGone',
  'underWay',
  'recipientTwice',
  'noRecipientLeft',
  'noSuchRecipient',
  'noSuchRoute',
  'invalidNextHop',
  'emptyRule',
  'invalidNetwork',
  'invalidSender',
  'ruleNameTaken',
  'changedMeanwhile',
  'passwordMissing',
  'notListening',
  'transferUnderWay',
  'moveInUnderWay',
  'noSuchFile',
  'notMail',
  'invalidFileName',
  'keysAreWaiting',
  'keyIsActive',
  'noSuchKey',
  'tooManyAppPasswords',
  'noSuchAppPassword',
  'invalidCertificate',
  'noCertificateToRenew',
  'noSuchAdministrator',
  'administratorExists',
  'lastOwner',
  'noDomains',
  'wrongCode',
  'wrongSetupToken',
  'passkeyRefused',
  'tooManyPasskeys',
  'tooManyTokens',
  'noSuchToken',
  'noSecondFactorHere',
  'secretMissing',
  'keptByHand',
  'nothingToUndo',
  'nothingChosen',
]);
export type RefusalReason = z.infer<typeof refusalReason>;

export const commonErrors = {
  /** Nobody is signed in, or not any more. */
  UNAUTHORIZED: { status: 401, message: 'Sign in first' },
  /** Signed in, and not allowed to. */
  FORBIDDEN: { status: 403, message: 'Not allowed' },
  /** Understood, and refused. */
  REFUSED: { status: 422, message: 'Refused', data: z.object({ reason: refusalReason }) },
  /** Too many wrong passwords from there. */
  TOO_MANY_ATTEMPTS: {
    status: 429,
    message: 'Too many attempts',
    data: z.object({ retryAfterMs: z.int().nonnegative() }),
  },
} as const;
