/**
 * Connection test: goes to a next hop as a delivery would, up to signing in, and tells each step while it happens.
 *
 * Flow: console → here → DNS, SMTP client → steps, lines, certificate. Invariants: no MAIL is ever said, so no mail leaves; the
 * dialogue is recorded as any other.
 */
import type { SessionTarget, SmtpClientOptions } from '../../../protocol/smtp/client/open-session.ts';
import { openSession } from '../../../protocol/smtp/client/open-session.ts';
import { temporaryProblem, type SessionProblem } from '../../../protocol/smtp/client/problem.ts';
import type { NextHop } from '../../routing/port.ts';
import { findTargets, type TargetFinderOptions } from '../find-targets.ts';
import { observeTls, type CertificateFacts } from './observed-connection.ts';
import { tellTimed, type Tell, type Timed } from './tell-timed.ts';
import { watchDialogue, type DialogueStep } from './watch-dialogue.ts';

/** No MAIL and no RCPT is said. */
export type ConnectionStep = 'dns' | Exclude<DialogueStep, 'mail' | 'rcpt'>;

export type ConnectionEvent = Timed<ConnectionFinding>;

type ConnectionFinding =
  | { readonly type: 'step'; readonly step: ConnectionStep }
  | {
      readonly type: 'line';
      readonly line: { readonly from: 'client' | 'server' | 'note'; readonly text: string };
    }
  | { readonly type: 'certificate'; readonly certificate: CertificateFacts }
  | {
      readonly type: 'done';
      readonly isOk: boolean;
      /** Where it ended. */
      readonly step: ConnectionStep;
      readonly problem: { readonly status: string; readonly diagnostic: string } | null;
    };

export interface ConnectionTestOptions extends SmtpClientOptions, TargetFinderOptions {}

/** Every host that is worse is tried only where those before it failed, as for mail. */
export function testConnection(
  nextHop: NextHop,
  options: ConnectionTestOptions,
): AsyncIterable<ConnectionEvent> {
  return tellTimed<ConnectionFinding>(options.clock, (tell) => new RunningTest(tell, options).run(nextHop));
}

class RunningTest {
  readonly #tell: Tell<ConnectionFinding>;
  readonly #options: ConnectionTestOptions;
  #step: ConnectionStep = 'dns';

  constructor(tell: Tell<ConnectionFinding>, options: ConnectionTestOptions) {
    this.#tell = tell;
    this.#options = options;
  }

  async run(nextHop: NextHop): Promise<void> {
    this.#enter('dns');
    const targets = await findTargets(nextHop, this.#options);
    if (!targets.ok) return this.#end(targets.error);
    for (const { host, address, port } of targets.value) this.#note(`${host}: ${address}, port ${port}`);
    this.#end(await this.#tryTargets(targets.value));
  }

  /** null where one of them let us in. */
  async #tryTargets(targets: readonly SessionTarget[]): Promise<SessionProblem | null> {
    let problem = temporaryProblem('4.4.4', 'There is no host to try');
    for (const target of targets) {
      const opened = await openSession(target, this.#observed());
      if (opened.ok) {
        this.#enter('close');
        await opened.value.quit();
        return null;
      }
      problem = opened.error.problem;
    }
    return problem;
  }

  #observed(): SmtpClientOptions {
    const onCertificate = (certificate: CertificateFacts): void =>
      this.#tell({ type: 'certificate', certificate });
    const connect = observeTls(this.#options.connect, onCertificate);
    return watchDialogue(
      { ...this.#options, connect },
      {
        step: (step) => {
          if (step !== 'mail' && step !== 'rcpt' && step !== 'close') this.#enter(step);
        },
        line: (from, text) => this.#tell({ type: 'line', line: { from, text } }),
      },
    );
  }

  #note(text: string): void {
    this.#tell({ type: 'line', line: { from: 'note', text } });
  }

  #enter(step: ConnectionStep): void {
    this.#step = step;
    this.#tell({ type: 'step', step });
  }

  #end(problem: SessionProblem | null): void {
    const told = problem === null ? null : { status: problem.status, diagnostic: problem.diagnostic };
    this.#tell({ type: 'done', isOk: problem === null, step: this.#step, problem: told });
  }
}
