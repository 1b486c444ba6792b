/** Limits of the message format code: hostile mail must cost no more than a large honest one. */

/** A header section beyond this is not looked at; the largest seen in the wild (long ARC and Received chains) are near 64 KiB. */
export const MAX_HEADER_BYTES = 256 * 1024;

/** Levels of multipart and message/rfc822; real forwards of forwards stay under 20, and recursion must stay shallow. */
export const MAX_NESTING = 50;

/** Body parts of one message; digests have hundreds, and an index of more would outgrow its message. */
export const MAX_PARTS = 1000;

/** Octets of a line looked at for a boundary: RFC 2046 §5.1.1 allows 70, some software writes more. */
export const MAX_BOUNDARY_LINE_BYTES = 512;

/** Addresses kept of one message's envelope: enough for any list that people typed, and the index stays small. */
export const MAX_ENVELOPE_ADDRESSES = 2000;

/** Message-IDs kept of a References field, the newest: threading needs the last ones. */
export const MAX_REFERENCES = 100;

/** Parameters kept of one Content-Type or Content-Disposition field. */
export const MAX_PARAMETERS = 64;

/** Characters of a preview, as the lists show it. */
export const PREVIEW_CHARACTERS = 200;

/** Encoded octets of a plain text that are enough for a preview, with room for quoted lines and indentation. */
export const PREVIEW_PLAIN_BYTES = 1024;

/** The same for HTML, which often opens with a long style sheet. */
export const PREVIEW_HTML_BYTES = 32 * 1024;
