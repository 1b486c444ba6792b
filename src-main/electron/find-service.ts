/**
 * Finds a server that has our data already: the system's service, or one that was started by hand. The desktop app is its window then.
 *
 * Invariants: an address is believed only from where others cannot write: the record of the installed service (administrators), or the
 * data folder itself (its owner).
 */
import { findConsole } from '../host/console-notice.ts';
import type { SystemService } from '../host/system-service/port.ts';

export type FoundServer =
  | { readonly kind: 'running'; readonly url: string }
  /** The service has the data and does not run. */
  | { readonly kind: 'stopped'; readonly detail: string | null };

export interface FindOptions {
  readonly service: Pick<SystemService, 'status'> | null;
  readonly dataFolder: string;
  /** Whether somebody asked for that folder: then the service is ours only if it has it. */
  readonly isChosen: boolean;
}

/** null: nobody has it; we host it ourselves. */
export async function findServer({
  service,
  dataFolder,
  isChosen,
}: FindOptions): Promise<FoundServer | null> {
  const status = (await service?.status()) ?? { kind: 'notInstalled' };
  const installed = status.kind === 'installed' ? status.installed : null;
  const isOurs = installed !== null && (!isChosen || installed.dataFolder === dataFolder);
  if (status.kind === 'notInstalled' || !isOurs) {
    const url = await findConsole(dataFolder);
    return url === null ? null : { kind: 'running', url };
  }
  if (status.state === 'running') return { kind: 'running', url: urlOf(installed.console) };
  return { kind: 'stopped', detail: status.detail };
}

/** What listens on every address is reached on this machine's own. */
function urlOf(console: string): string {
  const url = new URL(`http://${console}/`);
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  if (url.hostname === '[::]') url.hostname = '[::1]';
  return url.href;
}
