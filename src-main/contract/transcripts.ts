/**
 * Transcripts area: what was said on the wire. Passwords are masked and content is left out before lines get here.
 */
import { z } from 'zod';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { count, id, mailProtocol, pageSize, searchText, time, tlsDetails } from './values.ts';

export const sessionRow = z.object({
  id,
  protocol: mailProtocol,
  direction: z.enum(['in', 'out']),
  remoteAddress: z.string(),
  remotePort: z.int(),
  localPort: z.int(),
  remoteName: z.string().nullable(),
  account: z.string().nullable(),
  tls: tlsDetails.nullable(),
  startedAt: time,
  /** null while it is open. */
  endedAt: time.nullable(),
  end: z.enum(['closed', 'lost', 'timeout', 'refused', 'failed']).nullable(),
  messages: count,
  /** The last reply that refused something. */
  lastError: z.string().nullable(),
  lineCount: count,
});
export type SessionRow = z.infer<typeof sessionRow>;

export const transcriptPhase = z.enum([
  'connect',
  'tls',
  'sign-in',
  'envelope',
  'content',
  'mailbox',
  'close',
]);
export type TranscriptPhase = z.infer<typeof transcriptPhase>;

export const transcriptLine = z.object({
  /** Milliseconds since the session began. */
  offsetMs: z.number(),
  kind: z.enum(['client', 'server', 'content', 'note']),
  phase: transcriptPhase,
  text: z.string(),
});
export type TranscriptLine = z.infer<typeof transcriptLine>;

export const sessionTranscript = z.object({
  summary: sessionRow,
  lines: z.array(transcriptLine).readonly(),
  /** Lines left out because the session said more than is kept. */
  omittedLines: count,
});
export type SessionTranscript = z.infer<typeof sessionTranscript>;

/** Lines that came, and the session as it is now. */
export const transcriptGrowth = z.object({
  summary: sessionRow,
  lines: z.array(transcriptLine).readonly(),
});
export type TranscriptGrowth = z.infer<typeof transcriptGrowth>;

export const sessionFilter = z.object({
  protocol: mailProtocol.nullable().default(null),
  /** Parts of an address, name or account. */
  text: searchText.default(''),
  /** Part of a line that was said: a reply code, an address, a host's name. */
  said: searchText.default(''),
  onlyWithErrors: z.boolean().default(false),
  limit: pageSize.default(100),
});
export type SessionFilter = z.input<typeof sessionFilter>;

export const sessionPage = z.object({
  items: z.array(sessionRow).readonly(),
  hasMore: z.boolean(),
  /** What `before` has to be for the next page; null: there is none. */
  next: z.string().nullable(),
  /** How far back it was looked; null: to the beginning. */
  searchedTo: time.nullable(),
});
export type SessionPage = z.infer<typeof sessionPage>;

/** How much of what is said is recorded and shown just now. */
export const recordingState = z.object({
  /** Sessions that began within the last whole second. */
  sessionsPerSecond: count,
  /** One of so many is shown as it goes on; the others when the list is opened again. */
  shownOneOf: count,
  /** Not kept since the start, because there were more a second than the settings allow. */
  leftOut: count,
  /** Lost since the start, because the disk did not keep up. */
  dropped: count,
});
export type RecordingState = z.infer<typeof recordingState>;

export const transcriptsContract = {
  /** Newest first; `before` (`next` of the page before) asks for the next page. */
  list: callFor('transcripts.read')
    .input(sessionFilter.extend({ before: id.exactOptional() }))
    .output(sessionPage),
  /** The first page, then sessions that opened or changed. */
  watch: callFor('transcripts.read').input(sessionFilter).output(feedOf(sessionPage, sessionRow)),
  watchRecording: callFor('transcripts.read').output(feedOf(recordingState, noChange)),
  read: callFor('transcripts.read')
    .input(z.object({ sessionId: id }))
    .output(sessionTranscript),
  /** One session's dialogue as it goes on; null when there is no such session (any more). */
  watchSession: callFor('transcripts.read')
    .input(z.object({ sessionId: id }))
    .output(feedOf(sessionTranscript.nullable(), transcriptGrowth)),
};
