/** The transcripts list's filter for sessions in memory; the store applies the same to those on disk. */
import type { OpenTranscript } from './open-transcript.ts';
import type { SessionFilter, SessionSummary } from './port.ts';

export function matchesFilter(summary: SessionSummary, filter: SessionFilter): boolean {
  if (filter.before !== undefined && summary.id >= filter.before) return false;
  if (filter.protocol !== undefined && summary.protocol !== filter.protocol) return false;
  if (filter.onlyWithErrors === true && summary.lastError === null) return false;
  const { remoteAddress, remoteName, account, id } = summary;
  const searched = [remoteAddress, remoteName, account, id].join(' ').toLowerCase();
  const words = (filter.text ?? '').toLowerCase().split(/\s+/u);
  return words.every((word) => searched.includes(word));
}

/** Also by what was said. */
export function compileFilter(filter: SessionFilter): (transcript: OpenTranscript) => boolean {
  const said = (filter.said ?? '').toLowerCase();
  return (transcript) =>
    matchesFilter(transcript.summary, filter) && (said === '' || transcript.isSaid(said));
}
