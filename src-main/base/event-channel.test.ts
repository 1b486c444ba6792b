import { expect, test } from 'vitest';
import { EventChannel } from './event-channel.ts';

test('a channel gives all that was pushed, in order, and then ends', async () => {
  const channel = new EventChannel<number>();
  channel.push(1);
  const read: number[] = [];
  const reading = (async () => {
    for await (const event of channel) read.push(event);
  })();
  await Promise.resolve();
  channel.push(2);
  channel.push(3);
  channel.end();
  await reading;
  expect(read).toEqual([1, 2, 3]);
});

test('a channel that ends with an error throws it after what was pushed', async () => {
  const channel = new EventChannel<number>();
  channel.push(1);
  channel.end(new Error('broken'));
  const read: number[] = [];
  const reading = (async () => {
    for await (const event of channel) read.push(event);
  })();
  await expect(reading).rejects.toThrow('broken');
  expect(read).toEqual([1]);
});
