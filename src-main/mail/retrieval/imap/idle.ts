/**
 * IDLE (RFC 9051 §6.3.13): the client waits, and hears of changes as they happen.
 */
import type { CommandOf } from '../../../protocol/imap/grammar/command.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import { bad, okay } from './completion.ts';
import type { ImapSession } from './imap-session.ts';

export async function idle(
  session: ImapSession,
  _command: CommandOf<'IDLE'>,
  io: CommandIo,
): Promise<Completion> {
  const updates = new UpdatePump(() => tellChanges(session, io));
  // What has changed before this moment is told right after the go-ahead.
  const done = io.challenge('idling', { isSecret: false });
  session.onMailboxChange = () => updates.poke();
  updates.poke();
  const line = await done;
  session.onMailboxChange = null;
  await updates.stop();
  return line.kind === 'line' && line.text.toUpperCase() !== 'DONE'
    ? bad('Expected DONE')
    : okay('IDLE completed');
}

async function tellChanges(session: ImapSession, io: CommandIo): Promise<void> {
  await session.announce(io, { mayExpunge: true });
  await io.flush();
}

/** Runs one update at a time; pokes that come meanwhile are joined into one more. */
class UpdatePump {
  readonly #update: () => Promise<void>;
  #running: Promise<void> | null = null;
  #isPoked = false;
  #isStopped = false;
  #failure: Error | null = null;

  constructor(update: () => Promise<void>) {
    this.#update = update;
  }

  poke(): void {
    this.#isPoked = true;
    this.#running ??= this.#run();
  }

  /** Waits for the update that is running; a failure of one comes out here. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    if (this.#failure !== null) throw this.#failure;
  }

  async #run(): Promise<void> {
    try {
      while (this.#isPoked && !this.#isStopped) {
        this.#isPoked = false;
        await this.#update();
      }
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    } finally {
      this.#running = null;
    }
  }
}
