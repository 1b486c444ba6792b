/**
 * The queue as an administrator sees and steers it.
 *
 * Flow: console → reader worker for lists; console → steer() → batches of bounded size, each one commit → runner reads again.
 * Invariants: a batch begins behind the last place of the one before, so an order ends whatever it changes.
 */
import type {
  QueueFilter,
  QueueGroup,
  QueueLine,
  QueuePlace,
  QueueSteering,
  RecipientEdit,
  SteeringBatch,
  SteeringOrder,
} from '../mail/queue/port.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/** About 20 ms of the writing worker: others' commits wait no longer for an order. */
const BATCH_SIZE = 500;

export class SqliteQueueSteering implements QueueSteering {
  readonly #writer: Writer;
  readonly #reader: Reader;

  constructor(writer: Writer, reader: Reader) {
    this.#writer = writer;
    this.#reader = reader;
  }

  listLines(
    filter: QueueFilter,
    page: { after?: QueuePlace; offset?: number; limit: number },
  ): Promise<readonly QueueLine[]> {
    return this.#reader.run('listQueueLines', { filter, ...page });
  }

  countLines(filter: QueueFilter): Promise<number> {
    return this.#reader.run('countQueueLines', filter);
  }

  groupLines(filter: QueueFilter, by: 'nextHop' | 'reply', limit: number): Promise<readonly QueueGroup[]> {
    return this.#reader.run('groupQueueLines', { filter, by, limit });
  }

  async *steer({ selection, by, at, ...order }: SteeringOrder): AsyncGenerator<SteeringBatch, void, void> {
    const request = { order, by, at, limit: BATCH_SIZE };
    if (selection.kind === 'places') {
      for (let i = 0; i < selection.places.length; i += BATCH_SIZE) {
        const places = selection.places.slice(i, i + BATCH_SIZE);
        yield await this.#writer.run('steerBatch', { ...request, selection: { places } });
      }
      return;
    }
    const { filter } = selection;
    let batch = await this.#writer.run('steerBatch', { ...request, selection: { filter } });
    yield batch;
    while (batch.last !== null) {
      batch = await this.#writer.run('steerBatch', { ...request, selection: { filter }, after: batch.last });
      yield batch;
    }
  }

  editRecipients(edit: RecipientEdit): Promise<SteeringBatch | null> {
    return this.#writer.run('editRecipients', edit);
  }
}
