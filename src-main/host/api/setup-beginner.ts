/** Who may begin: whoever sits at this machine, or can read its files. */
import { SETUP_NAME } from '../console/console-door.ts';
import { refusal } from './base.ts';
import type { ConsoleServices, Visitor } from './services.ts';

/** From this machine, or with what only whoever can read its files knows; guesses are counted as passwords are. */
export async function checkBeginner(
  { access, logger }: ConsoleServices,
  { isLocal, remoteAddress: address }: Visitor,
  token: string | undefined,
): Promise<void> {
  if (isLocal) return;
  if (token === undefined) throw refusal('notOnThisMachine');
  const comer = { name: SETUP_NAME, address, method: 'token' } as const;
  const isRight = await access.door.admit(comer, async () =>
    access.setupToken.isRight(token) ? true : null,
  );
  if (isRight === true) return;
  logger.warn('setup token refused', { remoteAddress: address });
  throw refusal('wrongSetupToken');
}
