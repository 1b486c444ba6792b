/** Keeps transcripts as lines, for tests that look at what the console would show. */
import type {
  SessionEnd,
  SessionStart,
  SessionTranscript,
  TranscriptPhase,
  TranscriptRecorder,
} from '../../src-main/protocol/connection/session.ts';

export class MemoryTranscript implements SessionTranscript {
  readonly sessionId: string;
  /** `C: line`, `S: line`, `-- note`, `[phase]`, `<n octets>`. */
  readonly lines: string[] = [];
  readonly facts: Record<string, unknown> = {};
  end: SessionEnd | undefined;

  constructor(sessionId: string) {
    this.sessionId = sessionId;
  }

  client(line: string): void {
    this.lines.push(`C: ${line}`);
  }

  server(line: string): void {
    this.lines.push(`S: ${line}`);
  }

  content(_from: 'client' | 'server', octets: number): void {
    this.lines.push(`<${octets} octets>`);
  }

  note(text: string): void {
    this.lines.push(`-- ${text}`);
  }

  phase(phase: TranscriptPhase): void {
    this.lines.push(`[${phase}]`);
  }

  update(facts: Record<string, unknown>): void {
    Object.assign(this.facts, facts);
  }

  close(end: SessionEnd): void {
    this.end = end;
  }
}

export class MemoryTranscripts implements TranscriptRecorder {
  readonly sessions: MemoryTranscript[] = [];

  open(_start: SessionStart): SessionTranscript {
    const transcript = new MemoryTranscript(`session-${this.sessions.length + 1}`);
    this.sessions.push(transcript);
    return transcript;
  }

  get last(): MemoryTranscript {
    const last = this.sessions.at(-1);
    if (last === undefined) throw new Error('no session was opened');
    return last;
  }
}
