/** The mail that tells administrators what has become worse or better since health was looked at last. */
import type { DirectoryAdmin } from '../directory/port.ts';
import type { HealthNotice } from './health-desk.ts';
import { composeHealthNotice } from './notices/health-notice.ts';
import { sendOwnMessage, type OwnMessageOptions } from './own-message.ts';
import type { HostSettings } from './port.ts';

export interface HealthNoticeOptions extends OwnMessageOptions {
  readonly directory: Pick<DirectoryAdmin, 'listDomains'>;
  readonly settings: () => HostSettings;
}

export async function sendHealthNotice(options: HealthNoticeOptions, notice: HealthNotice): Promise<void> {
  const { screening } = options.settings();
  const text = composeHealthNotice(options.language(), {
    ...notice,
    hostname: options.hostname(),
    consoleUrl: screening.quarantine.consoleUrl,
  });
  for (const address of await readersOf(options)) {
    await sendOwnMessage(options, { to: { address }, reversePath: '', ...text });
  }
}

/** RFC 5321 §4.5.1: postmaster is always somebody. */
async function readersOf({ settings, directory }: HealthNoticeOptions): Promise<readonly string[]> {
  const { tells } = settings().health;
  if (tells.length > 0) return tells;
  const [domain] = await directory.listDomains();
  return domain === undefined ? [] : [`postmaster@${domain.name}`];
}
