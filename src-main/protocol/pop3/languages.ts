/**
 * The languages that POP3 replies come in (RFC 6856 §3): English, and Chinese for those who ask for it.
 *
 * Invariants: response codes and numbers are the same in every language; a sentence without a translation stays English.
 */
import { STORAGE_TROUBLE_TEXTS, type StorageTrouble } from '../../base/storage-trouble.ts';

export type Language = 'en' | 'zh-CN';

/** As LANG lists them: tag and the language's own name. */
export const LANGUAGES: readonly { readonly tag: Language; readonly name: string }[] = [
  { tag: 'en', name: 'English' },
  { tag: 'zh-CN', name: '简体中文' },
];

/** The language that a basic range means (RFC 4647 §2.1, §3.4): `*` is ours to choose. */
export function findLanguage(range: string): Language | null {
  if (range === '*') return 'en';
  const wanted = range.toLowerCase();
  for (let text = wanted; text !== ''; text = text.slice(0, Math.max(0, text.lastIndexOf('-')))) {
    const found = LANGUAGES.find(
      ({ tag }) => tag.toLowerCase() === text || tag.toLowerCase().startsWith(`${text}-`),
    );
    if (found !== undefined) return found.tag;
  }
  return null;
}

/** The sentence in a language. Numbers stand as `#` in the table and keep their order. */
export function translate(text: string, language: Language): string {
  if (language === 'en') return text;
  const numbers = text.match(/\d+/g) ?? [];
  const translated = CHINESE.get(text.replaceAll(/\d+/g, '#'));
  if (translated === undefined) return text;
  let next = 0;
  return translated.replaceAll('#', () => numbers[next++] ?? '');
}

const CHINESE: ReadonlyMap<string, string> = new Map([
  ['# messages', '# 封邮件'],
  ['# octets', '# 字节'],
  ['AUTH cancelled', '已取消登录'],
  ['Another session has this maildrop', '另一个会话正在使用此信箱'],
  ['Begin TLS negotiation now', '请开始 TLS 协商'],
  ['Capabilities', '功能列表'],
  ['Goodbye', '再见'],
  ['Here', '在线'],
  ['Idle for too long', '空闲时间过长'],
  ['Internal error', '内部错误'],
  ['Languages', '语言列表'],
  ['Line too long', '命令行过长'],
  ['Mechanisms', '登录机制'],
  ['Message # is marked for removal', '邮件 # 已标记为删除'],
  ['No such message', '没有这封邮件'],
  ['Nobody can sign in as somebody else', '不能以他人身份登录'],
  ['Now the password', '请输入密码'],
  ...storageTroubleTexts({
    full: '服务器磁盘已满，请稍后再试',
    readOnly: '服务器磁盘无法写入，请稍后再试',
    faulty: '服务器磁盘出现错误，请稍后再试',
    damaged: '服务器的数据已损坏，需要管理员处理',
    outOfReach: '服务器暂时无法打开其文件，请稍后再试',
    tooManyFiles: '服务器打开的文件过多，请稍后再试',
    beginning: '服务器的存储正在重新启动，请稍后再试',
  }),
  ['The message is gone', '邮件已不存在'],
  ['Signing in does not work at the moment, try again later', '暂时无法登录，请稍后再试'],
  ['The response does not fit the mechanism', '响应不符合登录机制'],
  ['The response is not base64', '响应不是 base64'],
  ['The server is stopping', '服务器正在停止'],
  ['There is no maildrop', '信箱不存在'],
  ['This account is switched off', '此账户已停用'],
  ['This mechanism is not offered', '不支持此登录机制'],
  ['Too many commands that are not POP3', '无效命令过多'],
  ['Too many failed sign-ins', '登录失败次数过多'],
  ['Top of the message', '邮件开头'],
  ['USER comes first', '请先发送 USER'],
  ['UTF-8 it is', '已启用 UTF-8'],
  ['Unknown command', '未知命令'],
  ['Use STLS first: passwords are not taken in clear text', '请先使用 STLS：不接受明文密码'],
  ['Wait before the next sign-in', '登录过于频繁，请稍后再试'],
  ['Wrong name or password', '用户名或密码错误'],
]);

function storageTroubleTexts(chinese: Readonly<Record<StorageTrouble, string>>): [string, string][] {
  return Object.entries(STORAGE_TROUBLE_TEXTS).map(([trouble, text]) => [
    text,
    chinese[trouble as StorageTrouble],
  ]);
}
