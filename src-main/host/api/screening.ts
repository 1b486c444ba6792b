/**
 * Screening handlers: what is checked and how much it counts, rules, lists, engines, what was learned.
 *
 * Invariants: an engine's password never goes out; one that is not given again stays as it is.
 */
import type { Engine, ScreeningSettings as SettingsView, ScreeningState } from '../../contract/screening.ts';
import { parseIpNetwork } from '../../format/ip-network.ts';
import { DEFAULT_WEIGHTS } from '../../mail/screening/default-settings.ts';
import { OFFICE } from '../../mail/screening/store-port.ts';
import type { EngineSetting, ScreeningRule, ScreeningSettings } from '../../mail/screening/settings.ts';
import { guardedCalls, refusal } from './base.ts';
import { unsubscribeAll, windowFeed } from './feed.ts';
import { createQuarantineHandlers } from './quarantine.ts';
import { createSenderHandlers } from './senders.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 500;
/** States of lists and what was learned have no notices of their own. */
const HEARTBEAT_MS = 5_000;
const MINUTE_MS = 60_000;

export function createScreeningHandlers(services: ConsoleServices) {
  const { screening, settings, clock } = services;
  const read = async () => (await settings.read()).screening;
  const change = async (changed: Partial<ScreeningSettings>): Promise<void> => {
    await settings.change({ screening: { ...(await read()), ...changed } });
  };
  return {
    ...createQuarantineHandlers(services),
    ...createSenderHandlers(services),
    watch: guardedCalls.screening.watch.handler(({ signal }) =>
      windowFeed({
        clock,
        signal,
        intervalMs: FEED_INTERVAL_MS,
        snapshot: async () => readState(services, await read()),
        open: (changed) => watchState(services, changed),
      }),
    ),

    changeSettings: guardedCalls.screening.changeSettings.handler(async ({ input }) =>
      change(toSettings(input, await read())),
    ),

    changeRules: guardedCalls.screening.changeRules.handler(({ input: { rules } }) => {
      for (const rule of rules) checkRule(rule);
      return change({ rules });
    }),

    changeWeight: guardedCalls.screening.changeWeight.handler(async ({ input: { name, weight } }) => {
      const { [name]: _before, ...others } = (await read()).weights;
      await change({ weights: weight === null ? others : { ...others, [name]: weight } });
    }),

    changeDnsLists: guardedCalls.screening.changeDnsLists.handler(({ input: { lists } }) =>
      change({ dnsLists: lists }),
    ),

    testDnsList: guardedCalls.screening.testDnsList.handler(async ({ input: { zone } }) => {
      const list = (await read()).dnsLists.find((each) => each.zone === zone);
      if (list === undefined) throw refusal('noSuchDomain');
      const state = await screening.testList(list);
      return { isWorking: state.kind === 'working', detail: 'reason' in state ? state.reason : '' };
    }),

    changeEngines: guardedCalls.screening.changeEngines.handler(async ({ input: { engines } }) => {
      const before = (await read()).engines;
      await change({ engines: engines.map((engine) => withPassword(engine, before)) });
    }),

    testEngine: guardedCalls.screening.testEngine.handler(async ({ input: { engine } }) =>
      screening.testEngine(withPassword(engine, (await read()).engines)),
    ),

    forgetLearned: guardedCalls.screening.forgetLearned.handler(() => screening.forgetLearned()),
  };
}

function watchState({ clock, settings, screening }: ConsoleServices, changed: () => void) {
  let cancel = (): void => undefined;
  const beat = (): void => {
    changed();
    cancel = clock.after(HEARTBEAT_MS, beat);
  };
  cancel = clock.after(HEARTBEAT_MS, beat);
  return unsubscribeAll(() => cancel(), settings.onChange(changed), screening.quarantine.onChange(changed));
}

async function readState({ screening }: ConsoleServices, now: ScreeningSettings): Promise<ScreeningState> {
  const { junk, mail, tokens } = await screening.learned(OFFICE);
  return {
    settings: toView(now),
    rules: now.rules,
    weights: Object.entries(DEFAULT_WEIGHTS).map(([name, weight]) => ({
      name,
      weight: now.weights[name] ?? weight,
      isChanged: now.weights[name] !== undefined,
    })),
    dnsLists: now.dnsLists.map((list) => {
      const state = screening.stateOfList(list);
      return { ...list, state: state.kind, reason: 'reason' in state ? state.reason : null };
    }),
    engines: now.engines.map(({ password, factor: _factor, ...engine }) => ({
      ...engine,
      hasPassword: password !== undefined,
    })),
    learned: { junk, mail, words: tokens, needed: now.bayes.minimumTrained },
    quarantined: await screening.quarantine.count({}),
  };
}

function toView(now: ScreeningSettings): SettingsView {
  const { isEnabled, thresholds, checksHello, checksHeader, obeysDmarc, attachments, brakes } = now;
  const { isEnabled: isGreylisting, delayMs } = now.greylisting;
  return {
    ...{ isEnabled, thresholds, checksHello, checksHeader, obeysDmarc, attachments, brakes },
    greylisting: { isEnabled: isGreylisting, delayMinutes: delayMs / MINUTE_MS },
    bayes: { isEnabled: now.bayes.isEnabled, weight: now.bayes.weight },
    ...now.quarantine,
  };
}

function toSettings(input: SettingsView, now: ScreeningSettings): Partial<ScreeningSettings> {
  const { greylisting, bayes, keepDays, digestHour, consoleUrl, handledBy, ...plain } = input;
  return {
    ...plain,
    bayes: { ...now.bayes, ...bayes },
    quarantine: { keepDays, digestHour, consoleUrl, handledBy },
    greylisting: {
      ...now.greylisting,
      isEnabled: greylisting.isEnabled,
      delayMs: greylisting.delayMinutes * MINUTE_MS,
    },
  };
}

/** A rule that asks nothing would hold for nothing, and nobody would know why. */
function checkRule(rule: ScreeningRule): void {
  const { sender, recipient, client, header, body, attachment, largerThanBytes } = rule;
  const conditions = [sender, recipient, client, header, body, attachment, largerThanBytes];
  if (conditions.every((condition) => condition === undefined)) throw refusal('emptyRule');
  if (client !== undefined && parseIpNetwork(client) === null) throw refusal('invalidNetwork');
}

function withPassword(
  engine: Engine & { readonly password?: string },
  before: readonly EngineSetting[],
): EngineSetting {
  const known = before.find(({ id, kind }) => id === engine.id && kind === engine.kind);
  const password = engine.password ?? known?.password;
  return {
    ...engine,
    ...(known?.factor !== undefined && { factor: known.factor }),
    ...(password !== undefined && { password }),
  };
}
