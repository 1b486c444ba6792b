/**
 * What a service that is managed owes its manager: that it is ready and alive (systemd), and to end when its input ends (Windows).
 *
 * systemd hears of it through systemd-notify(1): a datagram to a Unix socket is what Node cannot send by itself.
 */
import { execFile } from 'node:child_process';
import type { ServiceManager } from '../host/system-service/port.ts';

/** sd_watchdog_enabled(3) recommends half of the time; a third forgives one that is lost. */
const WATCHDOG_SHARE = 3;
const US_PER_MS = 1_000;

export interface ManagedOptions {
  readonly managedBy: ServiceManager | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly notify: (message: readonly string[]) => void;
}

/** Called when everything listens. */
export function tellReady({ managedBy, environment, notify }: ManagedOptions, status: string): void {
  if (managedBy !== 'systemd' || environment['NOTIFY_SOCKET'] === undefined) return;
  notify(['--ready', `--status=${status}`]);
  const everyMs = Number(environment['WATCHDOG_USEC'] ?? 0) / US_PER_MS / WATCHDOG_SHARE;
  if (everyMs > 0) setInterval(() => notify(['WATCHDOG=1']), everyMs).unref();
}

/** Windows has no signal that asks: the wrapper closes our input, and the system does so when the wrapper dies. */
export function onInputEnd(managedBy: ServiceManager | null, stop: () => void): void {
  if (managedBy !== 'windows') return;
  process.stdin.once('end', stop).once('error', stop).resume();
}

export function notifySystemd(message: readonly string[]): void {
  execFile('systemd-notify', [...message], (error) => {
    if (error !== null) console.error('postroom: systemd does not hear of us:', error.message);
  });
}
