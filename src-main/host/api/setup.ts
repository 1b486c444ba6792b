/**
 * Setup handlers: the first administrator, the DNS records to publish, a message through the real path.
 */
import type { NoticeLanguage } from '../../base/notice-language.ts';
import { guardedCalls, openCalls, refusal } from './base.ts';
import { dnsRecordsOf } from './dns-records.ts';
import type { ConsoleServices } from './services.ts';
import { describeSession } from './session.ts';

interface FirstAdministrator {
  readonly name: string;
  readonly password: string;
  readonly language?: NoticeLanguage;
}

export function createSetupHandlers(services: ConsoleServices) {
  const { administrators, directory, settings } = services;
  /** Two windows may press the button at once: the second waits and is then refused. */
  let creation: Promise<void> = Promise.resolve();

  async function createFirst({ language, ...administrator }: FirstAdministrator): Promise<void> {
    if ((await administrators.count()) > 0) throw refusal('alreadySetUp');
    await administrators.put(administrator);
    if (language !== undefined) await settings.change({ noticeLanguage: language });
  }

  return {
    createAdministrator: openCalls.setup.createAdministrator.handler(
      async ({ input, context: { visitor } }) => {
        if (!visitor.isLocal) throw refusal('notOnThisMachine');
        const created = creation.then(() => createFirst(input));
        creation = created.catch(() => undefined);
        await created;
        services.logger.info('first administrator created', { administrator: input.name });
        visitor.signIn?.(input.name);
        return describeSession(services, visitor);
      },
    ),

    dnsRecords: guardedCalls.setup.dnsRecords.handler(async () => {
      const [domains, { hostname, mtaSts }] = await Promise.all([directory.listDomains(), settings.read()]);
      return dnsRecordsOf({
        domains: domains.map((domain) => domain.name),
        hostname,
        listeners: services.listeners(),
        keys: services.signing.list(),
        policies: mtaSts,
        serverKeys: services.certificates.keysFor(hostname),
      });
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
