/** Columns of a list of accounts that move in, known to the host and to the page's template. No schema library in here. */
export const MOVE_IN_COLUMNS = ['address', 'password', 'server', 'port', 'tls', 'user'] as const;
export type MoveInColumn = (typeof MOVE_IN_COLUMNS)[number];
