/** What the demo tells the person who started it. */
import type { RunningService } from '../../src-main/service/run-service.ts';
import { ADMINISTRATOR, MAIL_PASSWORD, STAFF } from './office.ts';

export function describeDemo(service: RunningService, data: { path: string; isKept: boolean }): string {
  const port = (name: string) => service.ports[name] ?? 'off';
  const pair = (starttls: string, implicit: string) =>
    `127.0.0.1, port ${port(starttls)} (STARTTLS) or ${port(implicit)} (TLS)`;
  return `
Postroom demo: two domains, ${STAFF.length} accounts, and mail that comes and goes until you stop it (Ctrl+C).

  Console       ${service.consoleUrl}
                name ${ADMINISTRATOR.name}, password ${ADMINISTRATOR.password}
  Mail account  ${STAFF[0]?.address}, password ${MAIL_PASSWORD} (everybody's)
    IMAP        ${pair('imap', 'imaps')}
    POP3        ${pair('pop3', 'pop3s')}
    SMTP        ${pair('submission', 'submissions')}; from other servers: port ${port('smtp')}
  Data folder   ${data.path}${data.isKept ? '' : ' (removed at the end)'}
`;
}
