/** A method of delivery as a form holds it: every field a text. */
import type { DeliveryMethod, HandOverMethod } from '../../../src-main/contract/delivery.ts';
import { t } from '../../locales/text.ts';

export type DraftMethod = DeliveryMethod['method'] | 'none';

export interface DeliveryDraft {
  method: DraftMethod;
  path: string;
  /** One word a line. */
  command: string;
  host: string;
  port: string;
}

/** RFC 2033 §5 names none but 24 is what the others listen on. */
const LMTP_PORT = '24';

export function toDraft(delivery: DeliveryMethod | null): DeliveryDraft {
  return {
    method: delivery?.method ?? 'none',
    path: delivery !== null && 'path' in delivery ? delivery.path : '',
    command: delivery?.method === 'pipe' ? delivery.command.join('\n') : '',
    host: delivery?.method === 'lmtp' ? delivery.host : '',
    port: delivery?.method === 'lmtp' ? String(delivery.port) : LMTP_PORT,
  };
}

/** null: a field is missing. */
export function toHandOver(draft: DeliveryDraft): HandOverMethod | null {
  const { method } = draft;
  const path = draft.path.trim();
  const command = draft.command.split('\n').filter((word) => word.trim() !== '');
  const host = draft.host.trim();
  const port = Number(draft.port);
  switch (method) {
    case 'mbox':
    case 'maildir':
      return path === '' ? null : { method, path };
    case 'pipe':
      return command.length === 0 ? null : { method, command };
    case 'lmtp':
      return host === '' || !Number.isInteger(port) || port < 1 ? null : { method, host, port };
    case 'mailstore':
    case 'none':
      return null;
  }
}

export function isDraftComplete(draft: DeliveryDraft): boolean {
  return draft.method === 'mailstore' || draft.method === 'none' || toHandOver(draft) !== null;
}

/** What a method is called, with where it leads. */
export function describeDelivery(delivery: DeliveryMethod): string {
  switch (delivery.method) {
    case 'mailstore':
      return t('delivery.methods.mailstore');
    case 'mbox':
    case 'maildir':
      return delivery.path;
    case 'pipe':
      return delivery.command.join(' ');
    case 'lmtp':
      return `${delivery.host}:${delivery.port} (LMTP)`;
  }
}

/** Addresses as people write them into a field. */
export function toAddresses(text: string): string[] {
  return text.split(/[\s,;]+/u).filter((address) => address !== '');
}
