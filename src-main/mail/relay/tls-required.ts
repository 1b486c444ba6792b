/** `TLS-Required: No`: the sender would rather have the message arrive than have it safe (RFC 8689 §3, §4.2.2). */
import type { ContentReader } from '../content/port.ts';
import type { QueueEntry } from '../queue/port.ts';

const FIELD = /^TLS-Required:[ \t]*No[ \t]*\r?$/imu;

/** Whether policies of recipients' domains are passed over for this message; REQUIRETLS forbids that. */
export async function ignoresTlsPolicies(
  content: ContentReader,
  { contentId, requireTls }: QueueEntry,
): Promise<boolean> {
  if (requireTls === true) return false;
  const { root } = await content.readIndex(contentId);
  const header = await content.readRange(contentId, 0, root.bodyStart);
  return FIELD.test(Buffer.from(header).toString('latin1'));
}
