/** Encryption of the console's world: as a test or a picture says; nothing goes on by itself. */
import { Emitter } from '../../src-main/base/emitter.ts';
import type { EncryptionDesk, EncryptionStatus } from '../../src-main/host/port.ts';

export class WorldEncryption implements EncryptionDesk {
  now: EncryptionStatus = {
    state: 'on',
    isPaused: false,
    done: 0,
    total: 0,
    changedAt: 0,
    keyKind: 'file',
    keyPath: '/var/lib/postroom/postroom.key',
  };
  rotations = 0;
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.subscribe;

  status = (): EncryptionStatus => this.now;

  switch(isOn: boolean): Promise<void> {
    return this.set({ state: isOn ? 'sealing' : 'opening', done: 0, total: 50_000 });
  }

  pause(isPaused: boolean): Promise<void> {
    return this.set({ isPaused });
  }

  rotate(): Promise<void> {
    this.rotations++;
    return this.set({});
  }

  set(change: Partial<EncryptionStatus>): Promise<void> {
    this.now = { ...this.now, ...change };
    this.#changed.emit();
    return Promise.resolve();
  }
}
