/** The filter of accounts, built from the host's stores: scripts, mailboxes, marks. */
import type { AccountFilter } from '../mail/delivery/port.ts';
import { createAccountFilter } from '../mail/delivery/sieve/filtering/create-account-filter.ts';
import type { MailPathOptions } from './mail-path.ts';

export function createFiltering(options: MailPathOptions, hostname: () => string): AccountFilter {
  const { storage } = options;
  return createAccountFilter({
    ...options,
    hostname,
    scripts: storage.scripts,
    mailStore: storage.mailStore,
    marks: storage.queue,
    zoneMinutesAt: (ms) => -new Date(ms).getTimezoneOffset(),
    language: () => options.settings().noticeLanguage,
    separators: () => options.settings().detailSeparators,
  });
}
