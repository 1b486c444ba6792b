/** The quarantine on SQLite: short indexed reads here, orders in the writer (quarantine-orders.ts). */
import type { MakeId } from '../../base/ids.ts';
import type {
  QuarantinedMessage,
  QuarantineFilter,
  QuarantineOrder,
  QuarantineStore,
} from '../../mail/screening/quarantine/port.ts';
import type { Connection } from '../connection.ts';
import type { Writer } from '../writer.ts';
import { countQuarantined, selectQuarantined } from './quarantine-rows.ts';

/** Of one commit, so that other writes get their turn. */
const MOST_A_COMMIT = 100;

export class SqliteQuarantineStore implements QuarantineStore {
  readonly #writer: Writer;
  readonly #connection: Connection;
  readonly #makeId: MakeId;

  constructor(options: { writer: Writer; connection: Connection; makeId: MakeId }) {
    this.#writer = options.writer;
    this.#connection = options.connection;
    this.#makeId = options.makeId;
  }

  list(
    filter: QuarantineFilter,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<readonly QuarantinedMessage[]> {
    return Promise.resolve(selectQuarantined(this.#connection, filter, page));
  }

  count(filter: QuarantineFilter): Promise<number> {
    return Promise.resolve(countQuarantined(this.#connection, filter));
  }

  carryOut(order: QuarantineOrder): Promise<readonly QuarantinedMessage[]> {
    const traceIds = Array.from({ length: MOST_A_COMMIT }, this.#makeId);
    return this.#writer.run('carryOutQuarantine', { ...order, traceIds });
  }
}
