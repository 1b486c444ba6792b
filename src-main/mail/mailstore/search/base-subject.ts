/**
 * Base subject: what is left of a Subject without the marks of replies and forwards (RFC 5256 §2.1).
 *
 * Invariants: never throws; linear time for subjects of people, bounded by their length squared for hostile ones, which the
 * indexer has cut; the base subject of a base subject is itself.
 */
export interface BaseSubject {
  readonly text: string;
  /** RFC 5256 §2.1: a mark was removed that only replies and forwards have. */
  readonly isReply: boolean;
}

/** subj-trailer */
const TRAILER = /(?:\(fwd\)|[ \t])$/i;
/** subj-refwd with the blobs before it: `[list] Re [3]: `. */
const LEADER = /^(?:\[[^[\]]*\][ \t]*)*(?:re|fwd?)[ \t]*(?:\[[^[\]]*\][ \t]*)?:/i;
const WHITE_SPACE = /^[ \t]+/;
/** subj-blob */
const BLOB = /^\[[^[\]]*\][ \t]*/;
const FORWARD = /^\[fwd:(.*)\]$/is;
/** Longer subjects compare by their beginning; nobody reads more. */
const MOST_CHARACTERS = 1_000;

/** `subject` has its encoded words decoded. */
export function baseSubject(subject: string): BaseSubject {
  // (1) white space runs become one space.
  let text = subject.slice(0, MOST_CHARACTERS).replace(/\s+/g, ' ');
  let isReply = false;
  for (;;) {
    const trimmed = removeTrailers(text);
    const opened = removeLeaders(trimmed.text);
    isReply ||= trimmed.isReply || opened.isReply;
    // (6) `[fwd: …]` around it all, and again from (2).
    const forwarded = FORWARD.exec(opened.text)?.[1];
    if (forwarded === undefined) return { text: opened.text, isReply };
    text = forwarded;
    isReply = true;
  }
}

/** (2) */
function removeTrailers(subject: string): BaseSubject {
  let text = subject;
  let isReply = false;
  for (let found = TRAILER.exec(text); found !== null; found = TRAILER.exec(text)) {
    isReply ||= found[0].length > 1;
    text = text.slice(0, found.index);
  }
  return { text, isReply };
}

/** (3), (4), (5) */
function removeLeaders(subject: string): BaseSubject {
  let text = subject;
  let isReply = false;
  for (;;) {
    const before = text;
    text = text.replace(WHITE_SPACE, '');
    const leader = LEADER.exec(text)?.[0];
    if (leader !== undefined) {
      text = text.slice(leader.length);
      isReply = true;
    } else {
      // (4) a blob goes only where something is left behind it.
      const blob = BLOB.exec(text)?.[0] ?? '';
      if (blob.length < text.length) text = text.slice(blob.length);
    }
    if (text === before) return { text, isReply };
  }
}
