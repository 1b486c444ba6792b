/** StateOf: the thing that a call is about, as it is now, so that the audit log can say what became different. */
import type { ConsoleServices } from '../api/services.ts';

type State = Readonly<Record<string, unknown>>;

/** Nothing in here is a secret's own value that is written: difference.ts masks by name. */
export async function stateOf(
  services: ConsoleServices,
  { call, input }: { readonly call: string; readonly input: unknown },
): Promise<State> {
  const [area = ''] = call.split('.');
  const fields = typeof input === 'object' && input !== null ? (input as State) : {};
  switch (area) {
    case 'accounts':
    case 'sharing':
    case 'sieve':
      return { account: await accountOf(services, fields) };
    case 'aliases':
      return { alias: await aliasOf(services, fields) };
    case 'domains':
      return { domain: (await services.directory.listDomains()).find(({ name }) => name === fields['name']) };
    case 'administrators':
    case 'profile':
    case 'setup':
      return { ...administratorsOf(services), settings: await services.settings.read() };
    case 'signIns':
      return {
        appPasswords: await appPasswordsOf(services, fields),
        settings: await services.settings.read(),
      };
    case 'queue':
      return { holdRules: (await services.settings.read()).holdRules };
    default:
      return { settings: await services.settings.read() };
  }
}

async function accountOf({ directory }: ConsoleServices, fields: State): Promise<unknown> {
  const wanted = fields['id'] ?? fields['accountId'];
  const accounts = await directory.listAccounts();
  const address = `${String(fields['localPart'])}@${String(fields['domain'])}`.toLowerCase();
  return accounts.find((account) => account.id === wanted || account.address.toLowerCase() === address);
}

async function aliasOf({ directory }: ConsoleServices, fields: State): Promise<unknown> {
  const wanted = fields['address'] ?? `${String(fields['localPart'])}@${String(fields['domain'])}`;
  const aliases = await directory.listAliases();
  return aliases.find(({ address }) => address.toLowerCase() === String(wanted).toLowerCase());
}

async function appPasswordsOf({ signIns }: ConsoleServices, { accountId }: State): Promise<unknown> {
  if (typeof accountId !== 'number') return undefined;
  const list = await signIns.appPasswords.list(accountId);
  return Object.fromEntries(list.map(({ id, name, scopes, expiresAt }) => [id, { name, scopes, expiresAt }]));
}

function administratorsOf({ access }: ConsoleServices): State {
  const people = access.administrators.list().map(({ name, role, domains, passwordChangedAt }) => {
    const { hasTotp, passkeys, recoveryCodesLeft } = access.factors.stateOf(name);
    const keys = passkeys.map((key) => key.name);
    const secondFactor = { app: hasTotp, keys, recoveryLeft: recoveryCodesLeft };
    return [name, { role, domains, changedAt: timeText(passwordChangedAt), secondFactor }] as const;
  });
  const tokens = access.tokens.list().map(({ id, administrator, name, scopes, expiresAt }) => {
    return [id, { administrator, name, scopes, expiresAt: timeText(expiresAt) }] as const;
  });
  return { administrators: Object.fromEntries(people), apiAccess: Object.fromEntries(tokens) };
}

function timeText(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
