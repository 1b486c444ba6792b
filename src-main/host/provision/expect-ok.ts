/** What must not go wrong when a checked provision file is applied. */
import type { Result } from '../../base/result.ts';

/** The file was checked against the directory; what is refused all the same stops the start with its name. */
export function expectOk<T>(result: Result<T, string>, name: string): T {
  if (!result.ok) throw new ProvisionError(`${name}: ${result.error}`);
  return result.value;
}

/** The directory refused something of the provision file. */
export class ProvisionError extends Error {
  override name = 'ProvisionError' as const;
}
