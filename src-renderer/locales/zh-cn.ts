/** 简体中文 */
import type { Messages } from './en.ts';
import { access } from './zh-cn/access.ts';
import { backups } from './zh-cn/backups.ts';
import { delivery } from './zh-cn/delivery.ts';
import { deliveryTest } from './zh-cn/delivery-test.ts';
import { encryption } from './zh-cn/encryption.ts';
import { filters } from './zh-cn/filters.ts';
import { findings } from './zh-cn/findings.ts';
import { fix } from './zh-cn/fix.ts';
import { general } from './zh-cn/general.ts';
import { health } from './zh-cn/health.ts';
import { mail } from './zh-cn/mail.ts';
import { moveIn } from './zh-cn/move-in.ts';
import { observe } from './zh-cn/observe.ts';
import { office } from './zh-cn/office.ts';
import { queue } from './zh-cn/queue.ts';
import { relay } from './zh-cn/relay.ts';
import { reports } from './zh-cn/reports.ts';
import { running } from './zh-cn/running.ts';
import { senders } from './zh-cn/senders.ts';
import { certificates } from './zh-cn/certificates.ts';
import { sieve } from './zh-cn/sieve.ts';
import { signIns } from './zh-cn/sign-ins.ts';

export const zhCn: Messages = {
  ...access,
  ...backups,
  ...delivery,
  ...deliveryTest,
  ...encryption,
  ...filters,
  ...findings,
  ...fix,
  ...general,
  ...health,
  ...mail,
  ...moveIn,
  ...observe,
  ...office,
  ...queue,
  ...relay,
  ...reports,
  ...running,
  ...senders,
  ...sieve,
  ...signIns,
  ...certificates,
};
