/** The host and the page measure passwords alike. */
export {
  isStrongEnough,
  LEAST_SCORES,
  strengthOf,
  type PasswordKind,
  type PasswordStrength,
} from '../base/password-strength.ts';
