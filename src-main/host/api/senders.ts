/** Handlers of lists of senders and of training by hand. */
import { keyOfAddress } from '../../directory/address-key.ts';
import { isNetworkPattern, parseSenderPattern } from '../../mail/screening/sender-lists/port.ts';
import { OFFICE, type BayesOwner, type HeldAs } from '../../mail/screening/store-port.ts';
import { guardedCalls, refusal } from './base.ts';
import type { ConsoleServices } from './services.ts';

export function createSenderHandlers(services: ConsoleServices) {
  const { screening, settings } = services;
  const { senderLists } = screening;
  return {
    readSenderLists: guardedCalls.screening.readSenderLists.handler(({ input: { account } }) =>
      senderLists.read(account ?? OFFICE),
    ),

    changeSenderLists: guardedCalls.screening.changeSenderLists.handler(({ input }) => {
      const { account, allow, block } = input;
      const owner = account ?? OFFICE;
      const toPatterns = (texts: readonly string[]) => texts.map((text) => toPattern(owner, text));
      return senderLists.replace(owner, { allow: toPatterns(allow), block: toPatterns(block) });
    }),

    listSender: guardedCalls.screening.listSender.handler(async ({ input }) => {
      const owner = await ownerOf(services, input.owner);
      return { before: await senderLists.put(owner, toPattern(owner, input.sender), input.list) };
    }),

    teach: guardedCalls.screening.teach.handler(async ({ input: { traceId, owner: address, lesson } }) => {
      const owner = await ownerOf(services, address);
      const office = { owner: OFFICE, as: lesson.office };
      const lessons = owner === OFFICE ? [office] : [office, { owner, as: lesson.account }];
      const before = await screening.teach(traceId, lessons);
      if (before === null) throw refusal('noSuchMessage');
      return { before: toLesson(before) };
    }),

    readTraining: guardedCalls.screening.readTraining.handler(async ({ input: { owner } }) => {
      const { junk, mail } = await screening.learned(await ownerOf(services, owner));
      const { minimumTrained } = (await settings.read()).screening.bayes;
      return { junk, mail, needed: minimumTrained };
    }),
  };
}

function toLesson([office = null, account = null]: readonly HeldAs[]): { office: HeldAs; account: HeldAs } {
  return { office, account };
}

async function ownerOf({ directory }: ConsoleServices, address: string | null): Promise<BayesOwner> {
  if (address === null) return OFFICE;
  const key = keyOfAddress(address);
  const account = (await directory.listAccounts()).find((each) => keyOfAddress(each.address) === key);
  if (account === undefined) throw refusal('noSuchAccount');
  return account.id;
}

/** An account does not see clients: networks are for the office. */
function toPattern(owner: BayesOwner, text: string): string {
  const pattern = parseSenderPattern(text);
  if (pattern === null || (owner !== OFFICE && isNetworkPattern(pattern))) throw refusal('invalidSender');
  return pattern;
}
