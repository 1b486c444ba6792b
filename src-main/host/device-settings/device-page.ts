/** The page behind the QR code: the profile for Apple's devices, and what to enter on all others. English and Chinese; no script. */
import { escapeHtml } from '../../format/escape-html.ts';
import { bestOf, type DeviceFacts, type OfferedService } from './offered-services.ts';
import { profilePath } from './paths.ts';

const WORDS = {
  en: {
    title: 'Mail on this device',
    apple: 'iPhone, iPad, Mac: install the settings',
    after:
      'Then open Settings, "Profile downloaded". The profile is not signed and holds no password; the device asks for it.',
    other: 'Other devices: add a mail account and enter these.',
    incoming: 'Incoming mail',
    outgoing: 'Outgoing mail',
    server: 'Server',
    port: 'Port',
    security: 'Security',
    user: 'User name',
  },
  'zh-CN': {
    title: '在此设备上收发邮件',
    apple: 'iPhone、iPad、Mac：安装设置',
    after: '然后打开“设置”中的“已下载描述文件”。描述文件未签名，也不含密码；设备会要求输入密码。',
    other: '其他设备：添加邮件账户并填写以下内容。',
    incoming: '收件服务器',
    outgoing: '发件服务器',
    server: '服务器',
    port: '端口',
    security: '安全性',
    user: '用户名',
  },
} as const;

export type PageLanguage = keyof typeof WORDS;
type Words = (typeof WORDS)[PageLanguage];

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}' +
  'a.b{display:block;padding:.8rem;border-radius:.5rem;background:#2457c5;color:#fff;text-align:center;text-decoration:none}' +
  'dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dd{margin:0;overflow-wrap:anywhere}';

/** RFC 9110 §12.5.4, as far as two languages need it. */
export function languageOf(acceptLanguage: string): PageLanguage {
  return /^\s*zh\b/iu.test(acceptLanguage) ? 'zh-CN' : 'en';
}

export function formatDevicePage(address: string, facts: DeviceFacts, language: PageLanguage): string {
  const words = WORDS[language];
  const sides = [
    { title: words.incoming, service: bestOf(facts, 'imap', 'pop3') },
    { title: words.outgoing, service: bestOf(facts, 'smtp') },
  ];
  return [
    `<!doctype html><html lang="${language}"><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">',
    `<title>${words.title}</title><style>${STYLE}</style><h1>${words.title}</h1><p>${escapeHtml(address)}</p>`,
    `<p><a class="b" href="${escapeHtml(profilePath(address))}">${words.apple}</a></p><p>${words.after}</p>`,
    `<p>${words.other}</p>`,
    ...sides.flatMap(({ title, service }) =>
      service === null ? [] : [`<h2>${title}</h2>${serviceList(service, { address, facts, words })}`],
    ),
    '</html>\n',
  ].join('\n');
}

function serviceList(
  { protocol, port, tls }: OfferedService,
  { address, facts, words }: { address: string; facts: DeviceFacts; words: Words },
): string {
  const rows = [
    [words.server, `${facts.hostname} (${protocol.toUpperCase()})`],
    [words.port, String(port)],
    [words.security, tls === 'implicit' ? 'SSL/TLS' : 'STARTTLS'],
    [words.user, address],
  ];
  return `<dl>${rows.map(([term = '', text = '']) => `<dt>${term}</dt><dd>${escapeHtml(text)}</dd>`).join('')}</dl>`;
}
