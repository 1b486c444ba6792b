import { expect, test } from 'vitest';
import { ManualClock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { MailEvent, RefusalEvent } from '../mail/events.ts';
import { startTimelineFilling } from './timeline-filling.ts';

test('the index is filled at the start, and once for all that comes within two seconds', () => {
  const clock = new ManualClock();
  const events = new Emitter<MailEvent | RefusalEvent>();
  let fills = 0;
  const timelines = { fill: () => Promise.resolve(void fills++) };
  const stop = startTimelineFilling({
    timelines,
    onMailEvent: events.subscribe,
    clock,
    onError: () => undefined,
  });
  expect(fills).toBe(1);
  const attempt = { type: 'queued', traceId: 'a', at: 0, recipients: [] } as const;
  const received = { ...attempt, type: 'received', via: 'reception', reversePath: '', sizeBytes: 1 } as const;
  for (let at = 0; at < 100; at++) events.emit(received);
  clock.advance(1_999);
  expect(fills).toBe(1);
  clock.advance(1);
  expect(fills).toBe(2);
  events.emit(attempt);
  clock.advance(10_000);
  expect(fills).toBe(2);
  events.emit(received);
  stop();
  clock.advance(10_000);
  expect(fills).toBe(2);
});
