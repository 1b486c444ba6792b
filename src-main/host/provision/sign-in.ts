/** What a provision file says of the means by which people may sign in. */
import { readFile } from 'node:fs/promises';
import type { SignInSettings } from '../../directory/sign-in/create-sign-in-desk.ts';
import { ProvisionError } from './expect-ok.ts';
import type { Provision } from './schema.ts';

export async function toSignInSettings(
  wanted: NonNullable<Provision['security']>,
  current: SignInSettings,
): Promise<SignInSettings> {
  const { allowScramSha1, tokenIssuer, clientAuthorityFile } = wanted;
  return {
    ...current,
    ...(allowScramSha1 !== undefined && { allowScramSha1 }),
    ...(tokenIssuer !== undefined && { tokenIssuer }),
    ...(clientAuthorityFile !== undefined && {
      clientAuthorities: clientAuthorityFile === null ? null : await readAuthorities(clientAuthorityFile),
    }),
  };
}

async function readAuthorities(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ProvisionError(`security.clientAuthorityFile: ${String(error)}`);
  }
}
