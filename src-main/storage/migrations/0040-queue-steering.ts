/**
 * What the runner and administrators need of the queue: a lane for bulk, the next hop as routed last, one that was chosen,
 * and the rule that holds a recipient.
 *
 * `chosen_next_hop` is JSON of ChosenNextHop. The lane stands with every recipient as well, so that what is due in it is a
 * walk along one index. What was queued before is ordinary, and was routed nowhere yet.
 */
import type { Connection } from '../connection.ts';

export function addQueueSteering(connection: Connection): void {
  connection.execute(`
    ALTER TABLE queue_entry ADD COLUMN is_bulk INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE queue_recipient ADD COLUMN is_bulk INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE queue_recipient ADD COLUMN next_hop TEXT;
    ALTER TABLE queue_recipient ADD COLUMN chosen_next_hop TEXT;
    ALTER TABLE queue_recipient ADD COLUMN held_by TEXT;
    DROP INDEX queue_recipient_due;
    CREATE INDEX queue_recipient_due ON queue_recipient (is_bulk, next_attempt_at, entry_id, ordinal, state)
      WHERE state IN ('queued', 'deferred');
    CREATE INDEX queue_recipient_state ON queue_recipient (state);
  `);
}
