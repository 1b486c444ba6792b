/**
 * Relay, as the console sees it: the next hops that mail goes to or waits for.
 */
export interface NextHopState {
  /** As people call it; entries show the same name. */
  readonly name: string;
  readonly sessions: number;
  readonly waiting: number;
  /** It refused us, and is left alone until then; null where it is not. */
  readonly restsUntil: number | null;
  /** `status diagnostic` of what it said; null where it does not rest. */
  readonly reason: string | null;
}

export interface NextHopDesk {
  /** Those that rest first, then the busiest. */
  list(): readonly NextHopState[];
  /** Ends the rest of a next hop. */
  tryNow(name: string): void;
  /** Hears when one begins or ends its rest. */
  readonly onChange: (listener: () => void) => () => void;
}
