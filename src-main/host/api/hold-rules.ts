/**
 * Hold rules' handlers: list, add, switch on and off, remove; and hold what waits already, where that is asked for.
 *
 * Invariants: a rule that asks for nothing is refused: it would hold all mail. Removing a rule releases nothing.
 */
import type { HoldRule as RuleView } from '../../contract/queue.ts';
import { parseIpNetwork } from '../../format/ip-network.ts';
import { holds } from '../../mail/queue/hold-rules.ts';
import type { HoldRule, QueuePlace } from '../../mail/queue/port.ts';
import { guardedCalls, refusal } from './base.ts';
import { windowFeed } from './feed.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 200;
/** Recipients looked at between two commits. */
const PAGE_SIZE = 500;

export function createHoldRuleHandlers(services: ConsoleServices) {
  const { clock, settings } = services;
  return {
    watchHoldRules: guardedCalls.queue.watchHoldRules.handler(({ signal }) =>
      windowFeed({
        clock,
        signal,
        intervalMs: FEED_INTERVAL_MS,
        snapshot: async () => (await settings.read()).holdRules.map(toView),
        open: (changed) => settings.onChange(() => changed()),
      }),
    ),

    addHoldRule: guardedCalls.queue.addHoldRule.handler(async ({ input, context }) => {
      const { holdRules } = await settings.read();
      const rule = toRule(input, nextId(holdRules));
      if (holdRules.some(({ name }) => name === rule.name)) throw refusal('ruleNameTaken');
      await settings.change({ holdRules: [...holdRules, rule] });
      return { held: input.includesWaiting ? await holdWaiting(services, rule, context.administrator) : 0 };
    }),

    enableHoldRule: guardedCalls.queue.enableHoldRule.handler(async ({ input: { id, isEnabled } }) => {
      const { holdRules } = await settings.read();
      await settings.change({
        holdRules: holdRules.map((rule) => (rule.id === id ? { ...rule, isEnabled } : rule)),
      });
    }),

    removeHoldRule: guardedCalls.queue.removeHoldRule.handler(async ({ input: { id } }) => {
      const { holdRules } = await settings.read();
      await settings.change({ holdRules: holdRules.filter((rule) => rule.id !== id) });
    }),
  };
}

type RuleInput = Omit<RuleView, 'id' | 'isEnabled'>;

function toRule(input: RuleInput, id: string): HoldRule {
  const { name, sender, recipient, client, account, largerThanBytes } = input;
  const conditions = {
    ...(sender !== null && { sender }),
    ...(recipient !== null && { recipient }),
    ...(client !== null && { client }),
    ...(account !== null && { account }),
    ...(largerThanBytes !== null && { largerThanBytes }),
  };
  if (Object.keys(conditions).length === 0) throw refusal('emptyRule');
  if (client !== null && parseIpNetwork(client) === null) throw refusal('invalidNetwork');
  return { id, name, isEnabled: true, ...conditions };
}

function nextId(rules: readonly HoldRule[]): string {
  return String(1 + Math.max(0, ...rules.map(({ id }) => Number(id))));
}

function toView({ id, name, isEnabled, ...conditions }: HoldRule): RuleView {
  const none = { sender: null, recipient: null, client: null, account: null, largerThanBytes: null };
  return { ...none, ...conditions, id, name, isEnabled };
}

/** Holds what waits and matches, page by page; answers how many. */
async function holdWaiting({ queue, clock }: ConsoleServices, rule: HoldRule, by: string): Promise<number> {
  let held = 0;
  let after: QueuePlace | undefined;
  for (;;) {
    const lines = await queue.listLines({}, { limit: PAGE_SIZE, ...(after !== undefined && { after }) });
    const places = lines
      .filter((line) => holds(rule, line, line.recipient.address))
      .map(({ entryId, ordinal }) => ({ entryId, ordinal }));
    const order = { action: 'hold', heldBy: rule.name, selection: { kind: 'places', places } } as const;
    if (places.length > 0) {
      for await (const { changed } of queue.steer({ ...order, by, at: clock.now() })) held += changed.length;
    }
    after = lines.at(-1);
    if (after === undefined || lines.length < PAGE_SIZE) return held;
  }
}
