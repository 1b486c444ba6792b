/** How a command ends, as scripts and service managers read it. No code is used in two senses. */
import { EXIT_RESTART } from '../host/system-service/port.ts';

/** Something went wrong, or something is left, which the output names. */
export const EXIT_FAILED = 1;
/** Nothing was begun, and nothing changed. */
export const EXIT_UNUSABLE = 2;
export const EXIT_STOPPED = 3;
export const EXIT_NOT_INSTALLED = 4;

/** For the reference. */
export const EXIT_MEANINGS: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'all is well'],
  [EXIT_FAILED, 'it failed, or something is left, which the output names'],
  [EXIT_UNUSABLE, 'nothing was begun and nothing changed: one line says what is unusable'],
  [EXIT_STOPPED, '`service status`: installed, and not running'],
  [EXIT_NOT_INSTALLED, '`service status`: not installed'],
  [EXIT_RESTART, '`serve`: the service manager is to start it again'],
];
