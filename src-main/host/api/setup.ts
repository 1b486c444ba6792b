/**
 * Setup handlers: the first administrator, the DNS records to publish, a message through the real path; a backup to restore instead:
 * setup-restore.ts.
 */
import type { NoticeLanguage } from '../../base/notice-language.ts';
import { guardedCalls, openCalls, refusal } from './base.ts';
import { audited } from './gate.ts';
import { describeRecord, listWantedRecords } from './dns-records.ts';
import { checkPassword } from './password-rules.ts';
import type { ConsoleServices } from './services.ts';
import { describeSession } from './session.ts';
import { checkBeginner } from './setup-beginner.ts';
import { createSetupRestoreHandlers } from './setup-restore.ts';

interface FirstAdministrator {
  readonly name: string;
  readonly password: string;
  readonly language?: NoticeLanguage;
}

const FIRST_MEANS = { kind: 'browser' } as const;

export function createSetupHandlers(services: ConsoleServices) {
  return {
    ...beginningHandlers(services),
    ...createSetupRestoreHandlers(services),
    ...furtherHandlers(services),
  };
}

function beginningHandlers(services: ConsoleServices) {
  const { access, settings } = services;
  const { administrators, setupToken } = access;
  /** Two windows may press the button at once: the second waits and is then refused. */
  let creation: Promise<void> = Promise.resolve();

  async function createFirst({ language, ...administrator }: FirstAdministrator): Promise<void> {
    if ((await administrators.count()) > 0) throw refusal('alreadySetUp');
    await administrators.put(administrator);
    await setupToken.drop();
    if (language !== undefined) await settings.change({ noticeLanguage: language });
  }

  return {
    createAdministrator: openCalls.setup.createAdministrator.handler(
      async ({ input, context: { visitor } }) => {
        const { token, ...first } = input;
        await checkBeginner(services, visitor, token);
        const { name, password } = first;
        await checkPassword(services, { kind: 'administrator', password, known: [name] });
        const actor = {
          who: name,
          role: 'owner',
          address: visitor.remoteAddress,
          means: FIRST_MEANS,
        } as const;
        const change = { actor, call: 'setup.createAdministrator', input };
        const created = creation.then(() => audited(services, change, () => createFirst(first)));
        creation = created.catch(() => undefined);
        await created;
        services.logger.info('first administrator created', { administrator: input.name });
        visitor.signIn?.(input.name);
        return describeSession(services, visitor);
      },
    ),
  };
}

function furtherHandlers(services: ConsoleServices) {
  const { settings } = services;
  return {
    dnsRecords: guardedCalls.setup.dnsRecords.handler(async () => {
      const wanted = await listWantedRecords(services);
      return wanted.map(({ domain, records }) => ({
        domain,
        records: records.map((record) => describeRecord(domain, record)),
      }));
    }),

    sendTestMessage: guardedCalls.setup.sendTestMessage.handler(async ({ input }) => {
      try {
        return { traceId: await services.sendTestMessage(input.accountId) };
      } catch (error) {
        services.logger.error('test message was not accepted', { error });
        throw refusal('testMessageFailed');
      }
    }),

    finish: guardedCalls.setup.finish.handler(async ({ context: { visitor } }) => {
      await settings.change({ isSetUp: true });
      return describeSession(services, visitor);
    }),
  };
}
