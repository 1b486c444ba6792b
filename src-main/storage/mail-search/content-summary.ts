/** What lists and orders of messages need of a content, as it is stored beside it (content_summary). */
import { summarize } from '../../mail/mailstore/listing/message-summary.ts';
import type { MessageSummary } from '../../mail/mailstore/port.ts';
import {
  packEnvelope,
  SearchableMessage,
  type MessageSource,
} from '../../mail/mailstore/search/searchable-message.ts';
import { readContentFacts } from '../../mail/mailstore/search/sort-messages.ts';
import { packFacts } from '../../mail/mailstore/search/packed-facts.ts';
import { openContent, unlessGone, type ContentPlace } from './stored-message.ts';

/** A header section beyond this is read when somebody asks for it. */
const MOST_HEADER_OCTETS = 64 * 1024;

/** Of messages to hundreds of people it is read from their index. */
const MOST_SEARCHED_CHARACTERS = 4_000;

export interface ContentSummary extends MessageSummary {
  readonly contentId: number;
  /** Packed ContentFacts (content-facts.ts); null where they cannot be. */
  readonly sorted: string | null;
  /** Packed SearchedEnvelope (searchable-message.ts); null where that is long. */
  readonly searched: string | null;
}

/** Null where the content is gone. */
export function summarizeContent(place: ContentPlace, contentId: number): ContentSummary | null {
  const content = openContent(place, contentId);
  return content === null ? null : unlessGone(() => summaryOf(contentId, content));
}

function summaryOf(contentId: number, content: MessageSource): ContentSummary {
  const { index, readRange } = content;
  const { headerStart, bodyStart } = index.root;
  const readHeader = () => (bodyStart > MOST_HEADER_OCTETS ? null : readRange(headerStart, bodyStart));
  const searched = packEnvelope(new SearchableMessage(content));
  return {
    contentId,
    ...summarize(index, readHeader),
    sorted: packFacts(readContentFacts(index)),
    searched: searched.length > MOST_SEARCHED_CHARACTERS ? null : searched,
  };
}
