/** Listens to the dialogues that a recorder is told of, while they are recorded as ever. */
import type {
  SessionTranscript,
  TranscriptPhase,
  TranscriptRecorder,
} from '../../../protocol/connection/session.ts';

export interface DialogueListener {
  /** A connection is being opened. */
  opened(target: { address: string; port: number }): void;
  line(from: 'client' | 'server' | 'note', text: string): void;
  phase(phase: TranscriptPhase): void;
}

export function tapTranscripts(recorder: TranscriptRecorder, listener: DialogueListener): TranscriptRecorder {
  return {
    open(start) {
      listener.opened({ address: start.remoteAddress, port: start.remotePort });
      return tap(recorder.open(start), listener);
    },
  };
}

function tap(transcript: SessionTranscript, listener: DialogueListener): SessionTranscript {
  return {
    sessionId: transcript.sessionId,
    client(line) {
      transcript.client(line);
      listener.line('client', line);
    },
    server(line) {
      transcript.server(line);
      listener.line('server', line);
    },
    note(text) {
      transcript.note(text);
      listener.line('note', text);
    },
    phase(phase) {
      transcript.phase(phase);
      listener.phase(phase);
    },
    content: (from, octets) => transcript.content(from, octets),
    update: (facts) => transcript.update(facts),
    close: (end) => transcript.close(end),
  };
}
