/** Limits of administrators and their means, with their reasons. */

/** Places that an administrator is known at: the office, home, a phone's few networks. */
export const MOST_PLACES = 20;
/** RFC 4226 §5.3 */
export const TOTP_DIGITS = 6;
/** RFC 6238 §5.2 */
export const TOTP_STEP_MS = 30_000;
/** RFC 6238 §5.2: one step either way for clocks that are off. */
export const TOTP_DRIFT_STEPS = 1;
/** RFC 4226 §4 R6: 160 bits. */
export const TOTP_KEY_OCTETS = 20;
/** Enough for years of lost phones. */
export const RECOVERY_CODES = 10;
/** From showing the QR code to the first code typed; from the challenge to the touch. */
export const ENROLMENT_MS = 10 * 60_000;
export const MOST_ENROLLING = 1_000;
export const MOST_PASSKEYS = 10;
export const MOST_TOKENS = 50;
export const TOKEN_OCTETS = 32;
/** A script that calls every second does not write every second. */
export const NOTE_TOKEN_USE_MS = 60_000;
