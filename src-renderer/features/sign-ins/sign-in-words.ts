/** What happened at a sign-in, in words. */
import type { SignInEntry } from '../../../src-main/contract/sign-ins.ts';
import { t } from '../../locales/text.ts';
import type { Tone } from '../../ui/StatusMark.vue';

/** What was typed is no address, so it may have been a password. */
const HIDDEN = '[hidden]';

const TONES: Readonly<Record<SignInEntry['outcome'], Tone>> = {
  ok: 'ok',
  refused: 'warning',
  disabled: 'warning',
  notAllowed: 'warning',
  blocked: 'error',
  unavailable: 'warning',
};

export function outcomeOf({ outcome }: SignInEntry): { tone: Tone; label: string } {
  return { tone: TONES[outcome], label: t(`signIns.outcomes.${outcome}`) };
}

export function nameOf({ name }: SignInEntry): string {
  if (name === '*') return t('signIns.manyNames');
  if (name === HIDDEN) return t('signIns.noAddress');
  return name === '' ? t('signIns.noName') : name;
}

export function addressOf({ address }: SignInEntry): string {
  return address === '*' ? t('signIns.manyAddresses') : address;
}

export function methodOf({ method, appPassword }: SignInEntry): string {
  if (method === 'appPassword' && appPassword !== null)
    return t('signIns.byAppPassword', { name: appPassword });
  return t(`signIns.methods.${method}`);
}
