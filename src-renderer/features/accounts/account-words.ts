/** Words for an account's state. */
import type { AccountRow } from '../../../src-main/contract/accounts.ts';
import type { AliasRow } from '../../../src-main/contract/domains.ts';
import { t } from '../../locales/text.ts';
import { formatDay } from '../../ui/format.ts';
import type { Tone } from '../../ui/StatusMark.vue';

export function accountState(account: AccountRow): { readonly tone: Tone; readonly label: string } {
  if (!account.isEnabled) return { tone: 'off', label: t('accounts.disabled') };
  if (isFull(account)) return { tone: 'warning', label: t('accounts.overLimit') };
  return { tone: 'ok', label: t('accounts.enabled') };
}

function isFull({ quotaBytes, usedBytes, quotaMessages, messages }: AccountRow): boolean {
  return (
    (quotaBytes !== null && usedBytes >= quotaBytes) || (quotaMessages !== null && messages >= quotaMessages)
  );
}

/** What is special about an alias's or group's time; empty where it simply works. */
export function aliasStateText({ isEnabled, expiresAt }: AliasRow): string {
  if (!isEnabled) return t('aliasState.off');
  if (expiresAt === null) return '';
  const time = formatDay(expiresAt - 1);
  return t(expiresAt <= Date.now() ? 'aliasState.ended' : 'aliasState.until', { time });
}
