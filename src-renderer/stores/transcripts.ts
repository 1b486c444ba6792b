/** Transcripts store: what was said on the wire. */
import { defineStore } from 'pinia';
import type {
  RecordingState,
  SessionFilter,
  SessionRow,
  SessionTranscript,
  TranscriptGrowth,
} from '../../src-main/contract/transcripts.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';
import { createPagedList } from './paged-list.ts';

export const useTranscriptsStore = defineStore('transcripts', () => {
  const list = createPagedList<SessionFilter, SessionRow>({
    key: (row) => row.id,
    order: (row) => row.startedAt,
    open: (filter, signal) => useConsole().client.transcripts.watch(filter, { signal }),
    fetch: (filter, before) => useConsole().client.transcripts.list({ ...filter, before }),
  });
  const dialogue = createLive<string, SessionTranscript | null, TranscriptGrowth>({
    open: (sessionId, signal) => useConsole().client.transcripts.watchSession({ sessionId }, { signal }),
    show: (snapshot) => snapshot,
    change: (view, growths) => (view === null ? null : growths.reduce(grow, view)),
  });
  const recording = createLive<void, RecordingState, never>({
    open: (_, signal) => useConsole().client.transcripts.watchRecording(undefined, { signal }),
    show: (snapshot) => snapshot,
    keepsView: true,
  });
  return { list, dialogue, recording };
});

export function grow(transcript: SessionTranscript, growth: TranscriptGrowth): SessionTranscript {
  return { ...transcript, summary: growth.summary, lines: [...transcript.lines, ...growth.lines] };
}
