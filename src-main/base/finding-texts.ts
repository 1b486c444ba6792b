/**
 * Finding texts: what screening says of a message as data, a code and its values, and the words for it in each language.
 *
 * Flow: checks → `tell(code, values)` → verdicts, header fields and logs (English), the console and mails to people (their language).
 * It stands here because stages, host and pages share it. Invariants: types hold what is told to the values that the English text
 * names, and the other languages to the same codes; a test holds them to the same values. Names and words of others stay as they are.
 */

import type { NoticeLanguage } from './notice-language.ts';

/** A text instead of a code: words of others, or of an earlier version. */
export type FindingDetail = string | ToldDetail;

export interface ToldDetail {
  readonly code: string;
  readonly values: Readonly<Record<string, string | number>>;
}

const ENGLISH = {
  isOurName: 'it calls itself "{name}", which is our name',
  isBareAddress: 'it calls itself "{name}", an address where a name belongs',
  isOtherAddress: 'it calls itself {name}, but its address is {address}',
  notFullyQualified: 'it calls itself "{name}", which is no name in DNS',
  nameDoesNotExist: 'it calls itself "{name}", which does not exist in DNS',
  noReverseName: '{address} has no name in DNS (PTR)',
  reverseNotConfirmed: '{address} is called {name}, but that name does not lead back',
  looksDynamic: '{name} looks like the line of a home',
  noAuthor: 'it has no From with an address',
  severalAuthors: 'its From names {count} authors',
  noDate: 'it has no Date that can be read',
  dateFarOff: 'its Date is more than a week off',
  noMessageId: 'it has no Message-ID',
  nameIsOtherAddress: 'its author is shown as {shown}, but the address is {address}',
  nameOfOurs: '{domain} is one of our domains',
  shouting: 'its subject is in capitals',
  onlyPicture: 'it shows a picture and no words',
  hiddenTarget: 'a link shows {shown} and leads to {host}',
  numericHost: 'a link leads to the bare address {host}',
  isList: 'it comes from a mailing list that says so',
  forbiddenType: 'the attachment "{name}" is of a forbidden type',
  forbiddenInside: 'the archive "{name}" holds "{inside}", which is of a forbidden type',
  isProgram: 'the attachment "{name}" is a {program}, whatever its name says',
  encrypted: 'the archive "{name}" is locked with a password, so nobody could look inside',
  spfNone: '{domain} does not say who may send for it ({reason})',
  spfNeutral: '{domain} leaves open who may send for it ({reason})',
  spfPass: '{domain} lets this server send for it ({reason})',
  spfFail: '{domain} does not let this server send for it ({reason})',
  spfSoftfail: '{domain} probably does not let this server send for it ({reason})',
  spfTemperror: 'nobody could say whether {domain} lets this server send for it ({reason})',
  spfPermerror: 'what {domain} says of who may send for it cannot be read ({reason})',
  dkimPass: 'the signature of {domain} is good ({reason})',
  dkimFail: 'the signature of {domain} does not fit ({reason})',
  dkimPolicy: 'the signature of {domain} is not accepted ({reason})',
  dkimNeutral: 'the signature of {domain} says nothing ({reason})',
  dkimTemperror: 'the key of {domain} could not be asked for ({reason})',
  dkimPermerror: 'the signature of {domain} is not valid ({reason})',
  dmarcPass: 'the author’s domain {domain} is proved ({reason})',
  dmarcNone: 'the author’s domain {domain} asks for nothing ({reason})',
  dmarcFail: 'the author’s domain {domain} is not proved ({reason})',
  dmarcTemperror: 'nobody could say what the author’s domain {domain} asks for ({reason})',
  dmarcPermerror: 'what the author’s domain {domain} asks for cannot be read ({reason})',
  arcPass: 'the seals of those who forwarded it are good ({reason})',
  arcFail: 'the seals of those who forwarded it do not fit ({reason})',
  arcTemperror: 'the seals of those who forwarded it could not be checked ({reason})',
  learnedByOffice: '{percent} % junk by what the office has learned',
  learnedByAccount: '{percent} % junk by what this account has learned',
  correspondent: 'this account writes to {address}',
  knownForJunk: '{count} messages of {domain} were called junk here',
  knownForMail: 'mail of {domain} was kept here before',
  senderAllowed: '{sender} is always accepted',
  senderBlocked: '{sender} is blocked',
  senderNotProved: '{sender} is always accepted, but nothing proves that it is from there',
  ruleApplies: 'the rule "{name}" applies',
  listed: '{key} is {meaning}',
  listedUnknown: '{key} is listed as {answers}',
  engineTooLarge: 'the message is larger than {octets} octets and was not shown to it',
  engineMalicious: 'it holds malicious content: {signature}',
  engineScore: 'it gives {score} of {of} points',
  engineScoreFor: 'it gives {score} of {of} points ({symbols})',
  engineAccepts: 'it has nothing against it',
  engineWouldChange: 'it has nothing against it; it would change or remove {fields}, which stays as it came',
  engineQuarantines: 'it asks to keep it apart: {reason}',
  engineDiscards: 'it asks to drop the message; it is kept apart instead',
  engineRefuses: 'it refuses the message',
  engineDefers: 'it asks to try again later',
  engineReplies: 'it answers "{reply}"',
  noAnswer: 'it gave no answer',
  notInTime: 'it was not done within {seconds} seconds',
  failed: 'it failed; the log says why',
  points: '{score} points',
} as const;

type Code = keyof typeof ENGLISH;

const CHINESE: Readonly<Record<Code, string>> = {
  isOurName: '对方自称“{name}”，这是我们的名称',
  isBareAddress: '对方自称“{name}”，用地址代替了名称',
  isOtherAddress: '对方自称 {name}，但其地址是 {address}',
  notFullyQualified: '对方自称“{name}”，这不是 DNS 中的名称',
  nameDoesNotExist: '对方自称“{name}”，DNS 中不存在该名称',
  noReverseName: '{address} 在 DNS 中没有名称（PTR）',
  reverseNotConfirmed: '{address} 的名称是 {name}，但该名称不指回此地址',
  looksDynamic: '{name} 看起来是家庭宽带',
  noAuthor: '没有带地址的发件人（From）',
  severalAuthors: '发件人（From）列有 {count} 人',
  noDate: '没有可识别的日期',
  dateFarOff: '日期相差超过一周',
  noMessageId: '没有 Message-ID',
  nameIsOtherAddress: '发件人显示为 {shown}，但地址是 {address}',
  nameOfOurs: '{domain} 是我们的域名',
  shouting: '主题全部大写',
  onlyPicture: '只有图片没有文字',
  hiddenTarget: '链接显示 {shown}，实际指向 {host}',
  numericHost: '链接指向 IP 地址 {host}',
  isList: '来自声明身份的邮件列表',
  forbiddenType: '附件“{name}”属于禁止的类型',
  forbiddenInside: '压缩包“{name}”内含禁止类型的“{inside}”',
  isProgram: '附件“{name}”实为程序（{program}），与文件名不符',
  encrypted: '压缩包“{name}”有密码，无法查看内容',
  spfNone: '{domain} 未声明谁可代其发信（{reason}）',
  spfNeutral: '{domain} 未明确谁可代其发信（{reason}）',
  spfPass: '{domain} 允许此服务器代其发信（{reason}）',
  spfFail: '{domain} 不允许此服务器代其发信（{reason}）',
  spfSoftfail: '{domain} 可能不允许此服务器代其发信（{reason}）',
  spfTemperror: '无法得知 {domain} 是否允许此服务器代其发信（{reason}）',
  spfPermerror: '{domain} 的发信声明无法识别（{reason}）',
  dkimPass: '{domain} 的签名有效（{reason}）',
  dkimFail: '{domain} 的签名不符（{reason}）',
  dkimPolicy: '{domain} 的签名不被接受（{reason}）',
  dkimNeutral: '{domain} 的签名不说明问题（{reason}）',
  dkimTemperror: '暂时无法获取 {domain} 的密钥（{reason}）',
  dkimPermerror: '{domain} 的签名无效（{reason}）',
  dmarcPass: '作者域名 {domain} 已得到证明（{reason}）',
  dmarcNone: '作者域名 {domain} 没有要求（{reason}）',
  dmarcFail: '作者域名 {domain} 未得到证明（{reason}）',
  dmarcTemperror: '无法得知作者域名 {domain} 的要求（{reason}）',
  dmarcPermerror: '作者域名 {domain} 的要求无法识别（{reason}）',
  arcPass: '转发者的封签有效（{reason}）',
  arcFail: '转发者的封签不符（{reason}）',
  arcTemperror: '暂时无法核对转发者的封签（{reason}）',
  learnedByOffice: '按办公室所学，{percent}% 可能是垃圾邮件',
  learnedByAccount: '按此账户所学，{percent}% 可能是垃圾邮件',
  correspondent: '此账户给 {address} 写过信',
  knownForJunk: '{domain} 的 {count} 封邮件曾被标为垃圾邮件',
  knownForMail: '{domain} 的邮件以前被保留过',
  senderAllowed: '始终接受 {sender}',
  senderBlocked: '{sender} 已被屏蔽',
  senderNotProved: '始终接受 {sender}，但无法证明此邮件来自那里',
  ruleApplies: '符合规则“{name}”',
  listed: '{key} 被列为：{meaning}',
  listedUnknown: '{key} 在名单中，代码 {answers}',
  engineTooLarge: '邮件超过 {octets} 字节，未交其检查',
  engineMalicious: '含有恶意内容：{signature}',
  engineScore: '给出 {score} 分（阈值 {of}）',
  engineScoreFor: '给出 {score} 分（阈值 {of}；{symbols}）',
  engineAccepts: '没有异议',
  engineWouldChange: '没有异议；它想更改或删除 {fields}，但保持原样',
  engineQuarantines: '要求隔离：{reason}',
  engineDiscards: '要求丢弃该邮件；已改为隔离',
  engineRefuses: '拒绝该邮件',
  engineDefers: '要求稍后再试',
  engineReplies: '答复“{reply}”',
  noAnswer: '没有应答',
  notInTime: '未能在 {seconds} 秒内完成',
  failed: '检查失败，原因见日志',
  points: '{score} 分',
};

/** What the lists that come with Postroom mean by their answers, as settings have it. */
const CHINESE_MEANINGS: Readonly<Record<string, string>> = {
  'a source of junk (SBL)': '垃圾邮件来源（SBL）',
  'a source of newsletters that nobody asked for (CSS)': '未经订阅的群发邮件来源（CSS）',
  'a hijacked or infected machine (XBL)': '被劫持或感染的机器（XBL）',
  'in a stolen network (DROP)': '位于被盗用的网段（DROP）',
  'a line of a home, which sends no mail itself (PBL)': '家庭宽带，不应直接发信（PBL）',
  'reported for junk': '因垃圾邮件被举报',
  'a server that is known, with some trust': '已知服务器，有一定信任',
  'a server that is known to be good': '已知的良好服务器',
  'a server that is known to be very good': '已知的优良服务器',
  'a domain of junk': '垃圾邮件域名',
  'a good domain that was broken into': '被入侵的正常域名',
};

export const FINDING_TEXTS: Readonly<Record<NoticeLanguage, Readonly<Record<Code, string>>>> = {
  en: ENGLISH,
  'zh-CN': CHINESE,
};

type Named<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Named<Rest>
  : never;
export type ValuesOf<Told extends Code> = Readonly<Record<Named<(typeof ENGLISH)[Told]>, string | number>>;

/** What a finding rests on: types hold the values to what the text of the code names. */
export function tell<Told extends Code>(code: Told, values: ValuesOf<Told>): ToldDetail {
  return { code, values };
}

/** A sentence without its full stop. A code of another version keeps its values readable. */
export function textOf(detail: FindingDetail, language: NoticeLanguage = 'en'): string {
  if (typeof detail === 'string') return detail;
  const { code, values } = detail;
  const texts: Readonly<Record<string, string | undefined>> = FINDING_TEXTS[language];
  const text = Object.hasOwn(texts, code) ? texts[code] : undefined;
  if (text === undefined) return [code, ...Object.values(values)].join(' ');
  return text.replace(/\{(\w+)\}/gu, (_, name: string) => {
    const value = String(values[name] ?? '');
    return name === 'meaning' ? textOfMeaning(value, language) : value;
  });
}

/** What an answer of a list means: those that come with Postroom have words in each language. */
export function textOfMeaning(meaning: string, language: NoticeLanguage): string {
  if (language === 'en') return meaning;
  return Object.hasOwn(CHINESE_MEANINGS, meaning) ? (CHINESE_MEANINGS[meaning] ?? meaning) : meaning;
}
