import { expect, it } from 'vitest';
import { HandshakeRoom } from './handshake-room.ts';

it('ends the handshake that has taken longest where there is no room for another', () => {
  const ended: string[] = [];
  const room = new HandshakeRoom(2);
  const leaveFirst = room.enter(() => ended.push('first'));
  const leaveSecond = room.enter(() => ended.push('second'));
  room.enter(() => ended.push('third'));
  expect(ended).toEqual(['first']);
  leaveFirst();
  leaveSecond();
  room.enter(() => ended.push('fourth'));
  expect(ended).toEqual(['first']);
  expect(room.size).toBe(2);
});
