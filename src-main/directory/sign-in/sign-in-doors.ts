/** SignInDoors: the blocks of several guards as one list, each opened by its own guard. */
import type { SignInBlock, SignInGuardDesk } from './port.ts';

export class SignInDoors implements SignInGuardDesk {
  readonly #guards: SignInGuardDesk[];

  constructor(...guards: SignInGuardDesk[]) {
    this.#guards = guards;
  }

  /** Before anybody looks. */
  add(guard: SignInGuardDesk): void {
    this.#guards.push(guard);
  }

  listBlocks(): readonly SignInBlock[] {
    return this.#guards.flatMap((guard) => guard.listBlocks());
  }

  unblock(id: string): boolean {
    return this.#guards.some((guard) => guard.unblock(id));
  }

  readonly onChange: SignInGuardDesk['onChange'] = (listener) => {
    const cancels = this.#guards.map((guard) => guard.onChange(listener));
    return () => {
      for (const cancel of cancels) cancel();
    };
  };
}
