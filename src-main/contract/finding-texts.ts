/** The words for what screening finds, for pages. */
export { textOf, textOfMeaning, type FindingDetail } from '../base/finding-texts.ts';
