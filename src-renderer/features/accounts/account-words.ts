/** Words for an account's state. */
import type { AccountRow } from '../../../src-main/contract/accounts.ts';
import { t } from '../../locales/text.ts';
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
