/** Changes to single entries of the queue, checked before they are made. */
import { parseAddress } from '../../format/address.ts';
import type { ChosenNextHop, QueueEntry, RecipientEdit, SteeringBatch } from '../../mail/queue/port.ts';
import { parseHostPort } from '../../mail/routing/host-port.ts';
import { refusal } from './base.ts';
import type { ConsoleServices } from './services.ts';

/** Refuses a next hop that is none, or a route that is not there. */
export async function checkNextHop(services: ConsoleServices, chosen: ChosenNextHop | null): Promise<void> {
  if (chosen === null) return;
  if (chosen.kind === 'host') {
    const isIpv6 = chosen.host.includes(':');
    if (parseHostPort(isIpv6 ? `[${chosen.host}]` : chosen.host) === null) throw refusal('invalidNextHop');
    return;
  }
  const { routes } = await services.settings.read();
  if (routes.every(({ name }) => name !== chosen.name)) throw refusal('noSuchRoute');
}

/** Makes the edit; answers what undoes it. */
export async function editRecipients(
  services: ConsoleServices,
  edit: RecipientEdit,
): Promise<Omit<RecipientEdit, 'by' | 'at'>> {
  const entry = await services.queue.find(edit.entryId);
  if (entry === null) throw refusal('entryGone');
  await checkEdit(services, entry, edit);
  const batch = await services.queue.editRecipients(edit);
  if (batch === null) throw refusal('underWay');
  return inverseOf(entry, edit, batch);
}

async function checkEdit(services: ConsoleServices, entry: QueueEntry, edit: RecipientEdit): Promise<void> {
  const named = [...edit.change.map(({ ordinal }) => ordinal), ...edit.remove];
  const touched = entry.recipients.filter(({ ordinal }) => named.includes(ordinal));
  if (touched.length < new Set(named).size) throw refusal('entryGone');
  if (touched.some(({ state }) => state === 'active')) throw refusal('underWay');
  const fresh = [...edit.change.map(({ address }) => address), ...edit.add];
  const kept = entry.recipients.filter(({ ordinal }) => !named.includes(ordinal));
  const all = [...kept.map(({ address }) => address), ...fresh].map((address) => address.toLowerCase());
  if (all.length === 0) throw refusal('noRecipientLeft');
  if (new Set(all).size < all.length) throw refusal('recipientTwice');
  for (const address of fresh) {
    // RFC 6531 §3.2: only a message that came with SMTPUTF8 may go to such an address.
    if (!parseAddress(address, { allowUtf8: entry.smtpUtf8 }).ok) throw refusal('invalidAddress');
    if (!(await services.isDeliverable(address))) throw refusal('noSuchRecipient');
  }
}

function inverseOf(
  { recipients }: QueueEntry,
  { entryId, change, add, remove }: RecipientEdit,
  { changed }: SteeringBatch,
): Omit<RecipientEdit, 'by' | 'at'> {
  const addressOf = (wanted: number): string =>
    recipients.find(({ ordinal }) => ordinal === wanted)?.address ?? '';
  const added = add.length === 0 ? [] : changed.slice(-add.length);
  return {
    entryId,
    change: change.map(({ ordinal }) => ({ ordinal, address: addressOf(ordinal) })),
    add: remove.map(addressOf),
    remove: added.map(({ ordinal }) => ordinal),
  };
}
