/**
 * Notices: what Postroom writes to people, one file for each, with a table that has every language: a missing one does not compile.
 * The office's language is a setting; machine parts and header fields are not among them.
 */
export interface NoticeText {
  readonly subject: string;
  readonly lines: readonly string[];
  /** The same for programs that show HTML. */
  readonly html?: readonly string[];
}
