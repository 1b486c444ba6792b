/** RouteDraft: a route while it is typed: every field as text. */
import type { ConnectionTest, RouteInput, RouteView } from '../../../src-main/contract/relay.ts';
import { linesOf } from './relay-words.ts';

export const ROUTE_TLS_MODES = ['opportunistic', 'required', 'implicit', 'none'] as const;

export interface RouteDraft {
  name: string;
  recipientDomain: string;
  senderAccount: string;
  senderDomain: string;
  client: string;
  hosts: string;
  protocol: RouteView['protocol'];
  tls: RouteView['tls'];
  verifyCertificate: boolean;
  user: string;
  password: string;
  maxSessions: string;
  messagesPerMinute: string;
  /** Minutes and hours, as people think of them. */
  firstRetryMinutes: string;
  longestRetryMinutes: string;
  delayWarningHours: string;
  lifetimeHours: string;
}

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;

/** The fields of times, with the unit that each is typed in. */
export const TIME_FIELDS = [
  { field: 'firstRetryMinutes', key: 'firstRetrySeconds', unit: MINUTE_SECONDS },
  { field: 'longestRetryMinutes', key: 'longestRetrySeconds', unit: MINUTE_SECONDS },
  { field: 'delayWarningHours', key: 'delayWarningSeconds', unit: HOUR_SECONDS },
  { field: 'lifetimeHours', key: 'lifetimeSeconds', unit: HOUR_SECONDS },
] as const;

export function draftOfRoute(route: RouteView | null): RouteDraft {
  const text = (value: string | number | undefined): string => String(value ?? '');
  return {
    name: text(route?.name),
    recipientDomain: text(route?.recipientDomain),
    senderAccount: text(route?.senderAccount),
    senderDomain: text(route?.senderDomain),
    client: text(route?.client),
    hosts: route?.hosts.join('\n') ?? '',
    protocol: route?.protocol ?? 'smtp',
    tls: route?.tls ?? 'opportunistic',
    verifyCertificate: route?.verifyCertificate ?? false,
    user: text(route?.user),
    password: '',
    maxSessions: text(route?.maxSessions),
    messagesPerMinute: text(route?.messagesPerMinute),
    ...draftTimes(route?.retry ?? {}),
  };
}

type Times = NonNullable<RouteView['retry']>;
type DraftTimes = Pick<RouteDraft, (typeof TIME_FIELDS)[number]['field']>;

function draftTimes(retry: Times): DraftTimes {
  const typed = TIME_FIELDS.map(({ field, key, unit }) => {
    const seconds = retry[key];
    return [field, seconds === undefined ? '' : String(seconds / unit)] as const;
  });
  return Object.fromEntries(typed) as unknown as DraftTimes;
}

function timesOf(draft: RouteDraft): { retry?: Times } {
  const typed = TIME_FIELDS.flatMap(({ field, key, unit }) =>
    draft[field].trim() === '' ? [] : [[key, Number(draft[field]) * unit] as const],
  );
  return typed.length === 0 ? {} : { retry: Object.fromEntries(typed) };
}

export function isCompleteRoute(draft: RouteDraft): boolean {
  const { hosts, maxSessions, messagesPerMinute } = draft;
  const times = TIME_FIELDS.map(({ field }) => draft[field]);
  const numbers = [maxSessions, messagesPerMinute, ...times].filter((text) => text.trim() !== '');
  return hosts.trim() !== '' && numbers.every((text) => Number(text) > 0);
}

/** `saved`: the route as it was, whose password stays. */
export function toRoute(draft: RouteDraft, saved: RouteView | null): RouteInput {
  const recipientDomain = draft.recipientDomain.trim() || '*';
  const optional = (key: 'senderAccount' | 'senderDomain' | 'client') =>
    draft[key].trim() === '' ? {} : { [key]: draft[key].trim() };
  return {
    name: draft.name.trim() || recipientDomain,
    recipientDomain,
    ...optional('senderAccount'),
    ...optional('senderDomain'),
    ...optional('client'),
    hosts: linesOf(draft.hosts),
    protocol: draft.protocol,
    tls: draft.tls,
    verifyCertificate: draft.verifyCertificate,
    ...credentialsOf(draft),
    ...timesOf(draft),
    ...(draft.maxSessions.trim() !== '' && { maxSessions: Math.ceil(Number(draft.maxSessions)) }),
    ...(draft.messagesPerMinute.trim() !== '' && { messagesPerMinute: Number(draft.messagesPerMinute) }),
    ...(saved !== null && { savedAs: saved.name }),
  };
}

export function testOfRoute(draft: RouteDraft): ConnectionTest {
  const { tls, verifyCertificate } = draft;
  return { kind: 'hosts', hosts: linesOf(draft.hosts), tls, verifyCertificate, ...credentialsOf(draft) };
}

function credentialsOf({ user, password }: RouteDraft): { user?: string; password?: string } {
  if (user === '') return {};
  return { user, ...(password !== '' && { password }) };
}

/** A route that stays as it is. */
export function keepRoute({ hasPassword: _, ...route }: RouteView): RouteInput {
  return { ...route, savedAs: route.name };
}
