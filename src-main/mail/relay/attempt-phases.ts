/** Phases of a session that is being opened, as its transcript hears of them. */
import type {
  SessionTranscript,
  TranscriptPhase,
  TranscriptRecorder,
} from '../../protocol/connection/session.ts';
import type { AttemptPhase } from '../queue/port.ts';

const PHASES: Readonly<Partial<Record<TranscriptPhase, AttemptPhase>>> = { tls: 'tls', 'sign-in': 'signIn' };

/** A recorder that tells of the phases of what it opens, until end(); the session may live on for others. */
export function followPhases(
  recorder: TranscriptRecorder,
  tell: (phase: AttemptPhase) => void,
): { readonly transcripts: TranscriptRecorder; end(): void } {
  let isOver = false;
  const follow = (transcript: SessionTranscript): SessionTranscript => ({
    sessionId: transcript.sessionId,
    client: (line) => transcript.client(line),
    server: (line) => transcript.server(line),
    content: (from, octets) => transcript.content(from, octets),
    note: (text) => transcript.note(text),
    update: (facts) => transcript.update(facts),
    close: (end) => transcript.close(end),
    phase: (phase) => {
      transcript.phase(phase);
      const told = PHASES[phase];
      if (told !== undefined && !isOver) tell(told);
    },
  });
  return {
    transcripts: {
      open: (start) => {
        tell('connecting');
        return follow(recorder.open(start));
      },
    },
    end: () => {
      isOver = true;
    },
  };
}
