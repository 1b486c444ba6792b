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
}

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
  };
}

export function isCompleteRoute({ hosts, maxSessions, messagesPerMinute }: RouteDraft): boolean {
  const numbers = [maxSessions, messagesPerMinute].filter((text) => text.trim() !== '');
  return hosts.trim() !== '' && numbers.every((text) => Number(text) > 0);
}

/** `saved`: the route as it was, whose password and times stay. */
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
