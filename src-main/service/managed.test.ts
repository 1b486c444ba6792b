import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tellReady, type ManagedOptions } from './managed.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const UNDER_SYSTEMD = { NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '90000000' };

function ready(managedBy: ManagedOptions['managedBy'], environment: ManagedOptions['environment']) {
  const notify = vi.fn();
  tellReady({ managedBy, environment, notify }, 'console at http://127.0.0.1:8025/');
  return notify;
}

test('systemd hears that it is ready, and then that it is alive, three times in its patience', () => {
  const notify = ready('systemd', UNDER_SYSTEMD);
  expect(notify.mock.calls).toEqual([[['--ready', '--status=console at http://127.0.0.1:8025/']]]);
  vi.advanceTimersByTime(90_000);
  expect(notify.mock.calls.slice(1)).toEqual([[['WATCHDOG=1']], [['WATCHDOG=1']], [['WATCHDOG=1']]]);
});

test('without a watchdog nothing is said again', () => {
  const notify = ready('systemd', { NOTIFY_SOCKET: '/run/systemd/notify' });
  vi.advanceTimersByTime(600_000);
  expect(notify).toHaveBeenCalledTimes(1);
});

test('nobody else is told', () => {
  expect(ready(null, UNDER_SYSTEMD)).not.toHaveBeenCalled();
  expect(ready('launchd', {})).not.toHaveBeenCalled();
});
