/** A group whose moderators were asked keeps its place in the queue, and the row remembers for which group that was. */
import type { Connection } from '../connection.ts';

export function addModeration(connection: Connection): void {
  connection.execute('ALTER TABLE queue_recipient ADD COLUMN moderated_group TEXT');
}
