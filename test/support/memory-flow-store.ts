/** A flow store that forgets all at its end. */
import { sumFlow } from '../../src-main/observe/flow-kinds.ts';
import type { FlowBar, FlowHistoryStore, FlowQuery } from '../../src-main/observe/port.ts';

export class MemoryFlowStore implements FlowHistoryStore {
  readonly #minutes: FlowBar[] = [];

  add(minute: FlowBar): Promise<void> {
    this.#minutes.push(minute);
    return Promise.resolve();
  }

  read({ barMs, since }: FlowQuery): Promise<readonly FlowBar[]> {
    const starts = new Set(
      this.#minutes.map((minute) => barOf(minute, barMs)).filter((start) => start >= since),
    );
    return Promise.resolve(
      [...starts].map((start) => {
        const within = this.#minutes.filter((minute) => barOf(minute, barMs) === start);
        const mostWaiting = Math.max(...within.map((minute) => minute.mostWaiting));
        const oldestMs = Math.max(...within.map((minute) => minute.oldestMs));
        return { start, counts: sumFlow(...within.map(({ counts }) => counts)), mostWaiting, oldestMs };
      }),
    );
  }
}

function barOf({ start }: FlowBar, barMs: number): number {
  return Math.floor(start / barMs) * barMs;
}
