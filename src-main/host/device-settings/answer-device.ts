/**
 * AnswerDevice: what devices hear on the web ports when they look for the settings of an address or a domain.
 *
 * Flow: web doors → here → autoconfig, autodiscover, profile, page. Invariants: only for domains of ours; every address in them is
 * answered alike, so that nobody learns which accounts there are; over plain HTTP nothing is told that is about an address.
 */
import { formatAppleProfile, PROFILE_TYPE } from './apple-profile.ts';
import { formatAutoconfig } from './autoconfig.ts';
import {
  formatAutodiscover,
  formatAutodiscoverError,
  formatAutodiscoverJson,
  isOutlookSchema,
  readAutodiscover,
} from './autodiscover.ts';
import { formatDevicePage, languageOf } from './device-page.ts';
import type { DeviceFacts } from './offered-services.ts';
import {
  AUTOCONFIG_PATHS,
  AUTODISCOVER_JSON_PATH,
  AUTODISCOVER_PATH,
  DEVICE_PATH,
  PROFILE_PATH,
} from './paths.ts';

export interface DeviceRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  /** Lower case, without the port. */
  readonly host: string;
  readonly isSecure: boolean;
  readonly body: string;
  readonly acceptLanguage: string;
}

export interface DeviceAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  /** Where to go instead. */
  readonly location?: string;
  /** What to call what is downloaded. */
  readonly fileName?: string;
}

export interface DeviceContext {
  readonly facts: DeviceFacts;
  /** Lower case. */
  readonly domains: ReadonlySet<string>;
}

const XML_TYPE = 'text/xml; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const HTML_TYPE = 'text/html; charset=utf-8';
const ADDRESS = /^[^\s@<>"\p{Cc}]{1,64}@[^\s@<>"\p{Cc}]{1,255}$/u;

/** Whether it is about us at all: a longer body need not be read for anything else. */
export function isDevicePath(url: string): boolean {
  const path = pathOf(url);
  return (
    AUTOCONFIG_PATHS.has(path) ||
    [AUTODISCOVER_PATH, DEVICE_PATH, PROFILE_PATH].includes(path) ||
    path.startsWith(AUTODISCOVER_JSON_PATH)
  );
}

/** null: there is nothing here. */
export function answerDevice(request: DeviceRequest, context: DeviceContext): DeviceAnswer | null {
  const path = pathOf(request.url);
  if (AUTOCONFIG_PATHS.has(path)) return answerAutoconfig(request, context);
  // Outlook asks so over HTTP where to go, and POSTs there (MS-OXDSCLI §3.1.5.3).
  if (path === AUTODISCOVER_PATH && !request.isSecure)
    return redirect(`${context.facts.origin}${AUTODISCOVER_PATH}`);
  if (!request.isSecure)
    return isDevicePath(request.url) ? redirect(context.facts.origin + request.url) : null;
  if (path === AUTODISCOVER_PATH) return answerAutodiscover(request, context);
  if (path.startsWith(AUTODISCOVER_JSON_PATH)) return answerJson(request, context);
  if (path === PROFILE_PATH) return answerProfile(request, context);
  if (path === DEVICE_PATH) return answerPage(request, context);
  return null;
}

function answerAutoconfig(
  { url, host }: DeviceRequest,
  { facts, domains }: DeviceContext,
): DeviceAnswer | null {
  const address = parameterOf(url, 'emailaddress');
  const named = address === '' ? host.replace(/^(?:autoconfig|autodiscover)\./u, '') : domainOf(address);
  if (!domains.has(named)) return null;
  return { status: 200, type: XML_TYPE, body: formatAutoconfig(named, facts) };
}

function answerAutodiscover(
  { method, body }: DeviceRequest,
  { facts, domains }: DeviceContext,
): DeviceAnswer {
  const asked = method === 'POST' ? readAutodiscover(body) : null;
  const answer = (text: string): DeviceAnswer => ({ status: 200, type: XML_TYPE, body: text });
  if (asked === null || !ADDRESS.test(asked.address)) return answer(formatAutodiscoverError(600));
  if (!isOutlookSchema(asked)) return answer(formatAutodiscoverError(601));
  if (!domains.has(domainOf(asked.address))) return answer(formatAutodiscoverError(500));
  return answer(formatAutodiscover(asked.address, facts));
}

function answerJson({ url }: DeviceRequest, { facts }: DeviceContext): DeviceAnswer {
  const body = formatAutodiscoverJson(parameterOf(url, 'protocol'), facts);
  if (body !== null) return { status: 200, type: JSON_TYPE, body };
  const problem = { ErrorCode: 'InvalidProtocol', ErrorMessage: 'The protocol is not one of this server.' };
  return { status: 400, type: JSON_TYPE, body: JSON.stringify(problem) };
}

function answerProfile({ url }: DeviceRequest, { facts, domains }: DeviceContext): DeviceAnswer | null {
  const address = ownAddress(url, domains);
  const body = address === null ? null : formatAppleProfile(address, facts);
  if (address === null || body === null) return null;
  return { status: 200, type: PROFILE_TYPE, body, fileName: 'mail.mobileconfig' };
}

function answerPage(
  { url, acceptLanguage }: DeviceRequest,
  { facts, domains }: DeviceContext,
): DeviceAnswer | null {
  const address = ownAddress(url, domains);
  if (address === null) return null;
  return { status: 200, type: HTML_TYPE, body: formatDevicePage(address, facts, languageOf(acceptLanguage)) };
}

function redirect(location: string): DeviceAnswer {
  return { status: 302, type: 'text/plain', body: '', location };
}

function ownAddress(url: string, domains: ReadonlySet<string>): string | null {
  const address = parameterOf(url, 'emailaddress');
  return ADDRESS.test(address) && domains.has(domainOf(address)) ? address : null;
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

function pathOf(url: string): string {
  return (url.split('?')[0] ?? '').toLowerCase();
}

/** Names of parameters are written in any case. */
function parameterOf(url: string, name: string): string {
  const parameters = new URLSearchParams(url.split('?').slice(1).join('?'));
  const found = [...parameters].find(([key]) => key.toLowerCase() === name);
  return (found?.[1] ?? '').trim();
}
