/** Screening store: what is checked, rules, lists, engines, what was learned; and what is kept apart. */
import { defineStore } from 'pinia';
import type {
  DnsList,
  Engine,
  QuarantinedContent,
  QuarantineOwner,
  QuarantinePage,
  ScreeningRule,
  ScreeningSettings,
  ScreeningState,
  Trial,
} from '../../src-main/contract/screening.ts';
import type { Lesson, SenderList, SenderLists, Training } from '../../src-main/contract/senders.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export type QuarantineSelection =
  | { readonly kind: 'ids'; readonly ids: readonly number[] }
  | { readonly kind: 'filter'; readonly text: string; readonly owner: QuarantineOwner };

type Calls = ReturnType<typeof useConsole>['client']['screening'];

/** Lists of senders, and what messages are by hand; an owner is an account's address, null: the office. */
function senderCalls(calls: () => Calls) {
  return {
    readSenderLists: (account: number | null): Promise<SenderLists> => calls().readSenderLists({ account }),
    changeSenderLists: (account: number | null, lists: SenderLists): Promise<void> =>
      calls().changeSenderLists({ account, ...lists }),
    listSender: async (owner: string | null, sender: string, list: SenderList | null) =>
      (await calls().listSender({ owner, sender, list })).before,
    teach: async (traceId: string, owner: string | null, lesson: Lesson): Promise<Lesson> =>
      (await calls().teach({ traceId, owner, lesson })).before,
    readTraining: (owner: string | null): Promise<Training> => calls().readTraining({ owner }),
  };
}

export const useScreeningStore = defineStore('screening', () => {
  const calls = () => useConsole().client.screening;
  const live = createLive<undefined, ScreeningState, never>({
    open: (_, signal) => calls().watch(undefined, { signal }),
    show: (state) => state,
    keepsView: true,
  });
  const quarantine = createLive<
    { text: string; owner: QuarantineOwner; limit: number },
    QuarantinePage,
    never
  >({
    open: (query, signal) => calls().watchQuarantine(query, { signal }),
    show: (page) => page,
    keepsView: true,
  });

  const changeSettings = (settings: ScreeningSettings): Promise<void> => calls().changeSettings(settings);
  const changeRules = (rules: readonly ScreeningRule[]): Promise<void> => calls().changeRules({ rules });
  const changeWeight = (name: string, weight: number | null): Promise<void> =>
    calls().changeWeight({ name, weight });
  const changeDnsLists = (lists: readonly DnsList[]): Promise<void> => calls().changeDnsLists({ lists });
  const testDnsList = (zone: string): Promise<Trial> => calls().testDnsList({ zone });
  const changeEngines = (engines: readonly Engine[]): Promise<void> => calls().changeEngines({ engines });
  const testEngine = (engine: Engine): Promise<Trial> => calls().testEngine({ engine });
  const forgetLearned = (): Promise<void> => calls().forgetLearned();
  const readQuarantined = (id: number): Promise<QuarantinedContent | null> => calls().readQuarantined({ id });

  async function release(selection: QuarantineSelection, learns: boolean): Promise<number> {
    return (await calls().releaseQuarantined({ selection, learns })).count;
  }

  async function remove(selection: QuarantineSelection): Promise<number> {
    return (await calls().removeQuarantined({ selection })).count;
  }

  return {
    live,
    ...senderCalls(calls),
    quarantine,
    changeSettings,
    changeRules,
    changeWeight,
    changeDnsLists,
    testDnsList,
    changeEngines,
    testEngine,
    forgetLearned,
    readQuarantined,
    release,
    remove,
  };
});
