/** What the summaries of messages (MessageSummary of the mailstore's port) hold, for whoever answers from them. */
export { fieldPattern, hasKeptFields } from './message-summary.ts';
