/** PasswordRules: how strong a password must be, and which words say too much of whom it belongs to. */
import { isStrongEnough, type PasswordKind } from '../../base/password-strength.ts';
import { refusal } from './base.ts';
import type { ConsoleServices } from './services.ts';

export async function checkPassword(
  services: Pick<ConsoleServices, 'settings'>,
  { kind, password, known }: { kind: PasswordKind; password: string; known: readonly string[] },
): Promise<void> {
  const { hostname } = await services.settings.read();
  if (!isStrongEnough(password, kind, [...known, hostname])) throw refusal('weakPassword');
}
