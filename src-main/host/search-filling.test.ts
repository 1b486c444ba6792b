import { describe, expect, it } from 'vitest';
import { ManualClock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { MailboxChanged } from '../mail/mailstore/port.ts';
import { startSearchFilling } from './search-filling.ts';

describe('filling the search index', () => {
  function start() {
    const clock = new ManualClock();
    const changed = new Emitter<MailboxChanged>(() => undefined);
    let fills = 0;
    const stop = startSearchFilling({
      search: {
        fill: () => {
          fills++;
          return Promise.resolve();
        },
      },
      mailStore: { onChange: changed.subscribe },
      clock,
      onError: () => undefined,
    });
    const mailComes = (kind: MailboxChanged['kind'] = 'messages') =>
      changed.emit({ accountId: 1, mailboxId: 1, kind });
    return { clock, mailComes, stop, fills: () => fills };
  }

  it('begins at once, with what is there already', () => {
    expect(start().fills()).toBe(1);
  });

  it('waits until mail has stopped coming for five seconds', () => {
    const { clock, mailComes, fills } = start();
    for (let second = 0; second < 20; second++) {
      mailComes();
      clock.advance(1_000);
    }
    expect(fills()).toBe(1);
    clock.advance(4_000);
    expect(fills()).toBe(2);
  });

  it('does not wait for more than a minute for mail that never stops', () => {
    const { clock, mailComes, fills } = start();
    for (let second = 0; second < 61; second++) {
      mailComes();
      clock.advance(1_000);
    }
    expect(fills()).toBe(2);
  });

  it('minds only messages, and nothing after its end', () => {
    const { clock, mailComes, stop, fills } = start();
    mailComes('renamed');
    clock.advance(10_000);
    expect(fills()).toBe(1);
    mailComes();
    stop();
    clock.advance(10_000);
    expect(fills()).toBe(1);
  });
});
