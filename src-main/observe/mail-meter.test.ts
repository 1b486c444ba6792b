import { describe, expect, it } from 'vitest';
import { ManualClock } from '../base/clock.ts';
import type { MailEvent, RecipientOutcome } from '../mail/events.ts';
import { EventMeter } from './mail-meter.ts';

const MINUTE_MS = 60_000;

function attempted(result: Pick<RecipientOutcome, 'kind' | 'remoteMta'>, at = 0): MailEvent {
  const outcome = { ...result, recipient: 'a@example.com', status: '2.1.5', diagnostic: '', at };
  return { type: 'attempted', traceId: 't', at, attempt: 1, outcome };
}

const delivered = (at: number) => attempted({ kind: 'delivered' }, at);

describe('the meter', () => {
  it('counts by kind, in all and per minute, with empty minutes between', () => {
    const clock = new ManualClock();
    const meter = new EventMeter({ clock, onError: () => undefined });
    meter.sink(delivered(0));
    clock.advance(2 * MINUTE_MS);
    meter.sink(delivered(0));
    meter.sink(delivered(0));
    meter.sink({ type: 'finished', traceId: 't', at: 0 });
    expect(meter.totals()).toMatchObject({ delivered: 3, received: 0, refused: 0 });
    expect(meter.history(4).map((bucket) => bucket.delivered)).toEqual([0, 1, 0, 2]);
  });

  it('tells what a next hop refused from what was given up here', () => {
    const meter = new EventMeter({ clock: new ManualClock(), onError: () => undefined });
    meter.sink(attempted({ kind: 'failed' }));
    meter.sink(attempted({ kind: 'failed', remoteMta: 'mx.partner.example' }));
    expect(meter.totals()).toMatchObject({ failed: 1, relayFailed: 1 });
  });

  it('counts what was judged, and what came of it', () => {
    const meter = new EventMeter({ clock: new ManualClock(), onError: () => undefined });
    const verdict = { score: 0, findings: [], decidedBy: 'score' };
    for (const action of ['accept', 'junk', 'junk', 'quarantine', 'reject', 'defer'] as const) {
      meter.sink({ type: 'screened', traceId: 't', at: 0, ...verdict, action });
    }
    expect(meter.totals()).toMatchObject({ screened: 6, foundJunk: 2, keptApart: 1, turnedAway: 2 });
  });

  it('keeps counting when a listener throws', () => {
    const errors: unknown[] = [];
    const meter = new EventMeter({ clock: new ManualClock(), onError: (error) => errors.push(error) });
    meter.onEvent(() => {
      throw new Error('a broken page');
    });
    meter.sink(delivered(0));
    meter.sink(delivered(0));
    expect(meter.totals().delivered).toBe(2);
    expect(errors).toHaveLength(2);
  });

  it('remembers an hour and no more', () => {
    const clock = new ManualClock();
    const meter = new EventMeter({ clock, onError: () => undefined });
    for (let minute = 0; minute < 90; minute++) {
      meter.sink(delivered(0));
      clock.advance(MINUTE_MS);
    }
    expect(meter.history(90).filter((bucket) => bucket.delivered > 0)).toHaveLength(60);
  });
});
