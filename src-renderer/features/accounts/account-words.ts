/** Words for an account's state. */
import type { AccountRow } from '../../../src-main/contract/accounts.ts';
import { t } from '../../locales/text.ts';
import type { Tone } from '../../ui/StatusMark.vue';

export function accountState(account: AccountRow): { readonly tone: Tone; readonly label: string } {
  if (!account.isEnabled) return { tone: 'off', label: t('accounts.disabled') };
  if (account.quotaBytes !== null && account.usedBytes > account.quotaBytes) {
    return { tone: 'warning', label: t('accounts.overLimit') };
  }
  return { tone: 'ok', label: t('accounts.enabled') };
}
