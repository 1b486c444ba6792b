/** What needs the administrator, in one sentence, and the way to where it is put right. */
import { healthText } from '../../../src-main/contract/health-texts.ts';
import type { RouteLocationRaw } from 'vue-router';
import type { Attention } from '../../../src-main/contract/overview.ts';
import type { ListenerName } from '../../../src-main/contract/settings.ts';
import { currentLocale, type MessageKey, t } from '../../locales/text.ts';
import { formatBytes, formatDuration, formatRelativeTime } from '../../ui/format.ts';

export interface Way {
  readonly label: MessageKey;
  readonly to: RouteLocationRaw;
}

export function attentionSentence(item: Attention, now: number): string {
  switch (item.kind) {
    case 'listenerFailed':
    case 'listenerMoved':
      return t(`attention.${item.kind}`, { ...item, listener: listenerName(item.listener) });
    case 'diskLow':
      return t('attention.diskLow', { free: formatBytes(item.freeBytes) });
    case 'certificateEnds':
      return item.notAfter <= now
        ? t('attention.certificateEnded')
        : t('attention.certificateEnds', { when: formatRelativeTime(item.notAfter, now) });
    case 'certificateNotRenewed':
      return item.notAfter === null
        ? t('attention.certificateNotObtained', { name: item.name })
        : t('attention.certificateNotRenewed', {
            name: item.name,
            when: formatRelativeTime(item.notAfter, now),
          });
    case 'certificateFileBad':
      return t('attention.certificateFileBad', { path: item.path });
    case 'proofWaits':
      return t('attention.proofWaits', { record: item.record });
    case 'backupFailed':
      return t('attention.backupFailed', { when: formatRelativeTime(item.endedAt, now) });
    case 'heldAfterRestore':
      return t('attention.heldAfterRestore', { count: item.recipients });
    case 'mailWaits':
      return t('attention.mailWaits', {
        count: item.recipients,
        age: formatDuration(Math.max(0, now - item.oldestReceivedAt)),
      });
    case 'overQuota':
    case 'nearQuota':
      return t(`attention.${item.kind}`, { count: item.accounts });
    case 'accountBraked':
      return t('attention.accountBraked', { account: item.account });
    case 'healthError':
      return healthText(item.text, currentLocale());
    case 'keyWaits':
    case 'keyUnpublished':
      return t(`attention.${item.kind}`, { domain: item.domain });
    default:
      return t(`attention.${item.kind}`);
  }
}

function listenerName(name: string): string {
  return t(`settings.listenerNames.${name as ListenerName}`);
}

export function attentionWay(item: Attention): Way {
  switch (item.kind) {
    case 'listenerFailed':
    case 'listenerMoved':
      return { label: 'attention.seeListeners', to: '/settings#listeners' };
    case 'certificateEnds':
    case 'certificateSelfSigned':
    case 'certificateNotRenewed':
    case 'certificateFileBad':
    case 'proofWaits':
      return { label: 'attention.seeCertificate', to: '/settings/certificates' };
    case 'backupFailed':
    case 'heldAfterRestore':
      return { label: 'attention.seeBackups', to: '/settings/backups' };
    case 'mailWaits':
      return { label: 'attention.seeQueue', to: '/queue' };
    case 'accountBraked':
      return {
        label: 'attention.seeQueue',
        to: { name: 'queue', query: { state: 'held', text: item.account } },
      };
    case 'overQuota':
    case 'nearQuota':
      return { label: 'attention.seeAccounts', to: '/accounts' };
    case 'healthError':
      return {
        label: 'attention.seeHealth',
        to: { name: 'health', query: { row: [item.check, item.domain, item.subject].join('~') } },
      };
    case 'keyWaits':
    case 'keyUnpublished':
      return { label: 'attention.seeRecords', to: '/accounts/domains' };
    case 'cleartextAuth':
      return { label: 'attention.seeSettings', to: '/settings#identity' };
    case 'diskLow':
      return { label: 'attention.seeData', to: '/settings#about' };
    case 'noDomain':
      return { label: 'attention.addDomain', to: '/accounts/domains' };
    case 'noAccount':
      return { label: 'attention.addAccount', to: '/accounts?add=1' };
  }
}
