/** What is shown of a delivery test: its phases so far, each with what was found and said in it, and how it went. */
import type {
  DeliveryTestEvent,
  DeliveryTestPhase,
  DeliveryVerdict,
} from '../../../src-main/contract/delivery-test.ts';
import type { AttemptTls } from '../../../src-main/contract/messages.ts';
import type { DialogueLine } from '../../../src-main/contract/relay.ts';
import type { Tone } from '../../ui/StatusMark.vue';

export interface ShownPhase {
  readonly phase: DeliveryTestPhase;
  /** null before a host is spoken to. */
  readonly host: string | null;
  readonly startedMs: number;
  /** null while it goes on. */
  readonly endedMs: number | null;
  readonly tone: Tone;
  readonly facts: readonly { readonly text: string; readonly isDoubt: boolean }[];
  readonly lines: readonly DialogueLine[];
  readonly tls: AttemptTls | null;
}

export interface DeliveryRun {
  readonly phases: readonly ShownPhase[];
  readonly verdict: DeliveryVerdict | null;
}

export const NO_RUN: DeliveryRun = { phases: [], verdict: null };

const TONES: Readonly<Record<DeliveryVerdict['kind'], Tone>> = {
  accepted: 'ok',
  local: 'ok',
  later: 'warning',
  stopped: 'warning',
  refused: 'error',
  unreachable: 'error',
  noWay: 'error',
};

export function toneOfVerdict({ kind }: DeliveryVerdict): Tone {
  return TONES[kind];
}

export function addEvent(run: DeliveryRun, event: DeliveryTestEvent): DeliveryRun {
  switch (event.type) {
    case 'phase':
      return { ...run, phases: [...endLast(run.phases, event.atMs), begin(event)] };
    case 'fact': {
      const { text, isDoubt } = event;
      return changeLast(run, (phase) => ({ facts: [...phase.facts, { text, isDoubt }] }));
    }
    case 'line':
      return changeLast(run, (phase) => ({ lines: [...phase.lines, event.line] }));
    case 'tls':
      return tellTls(run, event.tls);
    case 'hostVerdict':
      return judgeLast(run, event.verdict);
    case 'done':
      return finish(run, event);
  }
}

function begin({ phase, host, atMs }: Extract<DeliveryTestEvent, { type: 'phase' }>): ShownPhase {
  return {
    ...{ phase, host, startedMs: atMs, endedMs: null, tone: 'busy' },
    ...{ facts: [], lines: [], tls: null },
  };
}

function endLast(phases: readonly ShownPhase[], atMs: number): readonly ShownPhase[] {
  return phases.map((phase) =>
    phase.endedMs !== null
      ? phase
      : { ...phase, endedMs: atMs, tone: phase.tone === 'busy' ? toneOfFacts(phase) : phase.tone },
  );
}

function toneOfFacts({ facts, tls }: ShownPhase): Tone {
  return facts.some(({ isDoubt }) => isDoubt) || (tls !== null && tls.version === null) ? 'warning' : 'ok';
}

function changeLast(run: DeliveryRun, change: (phase: ShownPhase) => Partial<ShownPhase>): DeliveryRun {
  return changeAt(run, run.phases.length - 1, change);
}

function changeAt(
  run: DeliveryRun,
  index: number,
  change: (phase: ShownPhase) => Partial<ShownPhase>,
): DeliveryRun {
  const phases = run.phases.map((phase, at) => (at === index ? { ...phase, ...change(phase) } : phase));
  return { ...run, phases };
}

/** What is known of TLS stands with its handshake; where there was none, with the greeting of capabilities. */
function tellTls(run: DeliveryRun, tls: AttemptTls): DeliveryRun {
  const handshake = run.phases.findLastIndex(({ phase }) => phase === 'tls');
  const hello = run.phases.findLastIndex(({ phase }) => phase === 'hello');
  const connect = run.phases.findLastIndex(({ phase }) => phase === 'connect');
  return changeAt(run, handshake > connect ? handshake : Math.max(hello, connect), () => ({ tls }));
}

/** The phase that decided is the last one before goodbye. */
function judgeLast(run: DeliveryRun, verdict: DeliveryVerdict): DeliveryRun {
  const index = run.phases.findLastIndex(({ phase }) => phase !== 'close');
  const tone = toneOfVerdict(verdict);
  return tone === 'ok' ? run : changeAt(run, index, () => ({ tone }));
}

function finish(run: DeliveryRun, event: Extract<DeliveryTestEvent, { type: 'done' }>): DeliveryRun {
  const { verdict, atMs } = event;
  const isAboutHost = run.phases.some(({ host }) => host !== null);
  const judged = isAboutHost ? run : judgeLast(run, verdict);
  return { phases: endLast(judged.phases, atMs), verdict };
}
