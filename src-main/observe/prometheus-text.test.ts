import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatMetrics } from './prometheus-text.ts';

it('tells each metric with its help, its type and its samples', () => {
  expect(
    formatMetrics([
      {
        name: 'postroom_queue_recipients',
        help: 'Recipients in the queue.',
        type: 'gauge',
        samples: [
          { labels: { state: 'held' }, value: 3 },
          { labels: { state: 'deferred' }, value: 0 },
        ],
      },
      { name: 'postroom_disk_free_bytes', help: 'Free.', type: 'gauge', samples: [{ value: 1e12 }] },
    ]),
  ).toBe(
    [
      '# HELP postroom_queue_recipients Recipients in the queue.',
      '# TYPE postroom_queue_recipients gauge',
      'postroom_queue_recipients{state="held"} 3',
      'postroom_queue_recipients{state="deferred"} 0',
      '# HELP postroom_disk_free_bytes Free.',
      '# TYPE postroom_disk_free_bytes gauge',
      'postroom_disk_free_bytes 1000000000000',
      '',
    ].join('\n'),
  );
});

it('keeps every label value on its line and in its quotes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const text = formatMetrics([
        { name: 'm', help: 'h', type: 'gauge', samples: [{ labels: { l: value }, value: 1 }] },
      ]);
      const [, , sample, end, ...more] = text.split('\n');
      expect([end, more]).toEqual(['', []]);
      const [, escaped = ''] = /^m\{l="(.*)"\} 1$/su.exec(sample ?? '') ?? [];
      const read = escaped.replaceAll(/\\(.)/gsu, (_, character) =>
        character === 'n' ? '\n' : String(character),
      );
      expect(read).toBe(value);
    }),
  );
});
