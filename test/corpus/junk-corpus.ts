/**
 * A corpus of mail and junk in German, English and Chinese, made of sentences that were written for it (public domain, CC0), put together
 * by dice with a committed seed: what a small office gets, and what it does not want.
 *
 * Each message takes a few sentences of its kind and language, and some that both kinds share; names, sums and hosts change. So no two are
 * alike, and words alone do not always tell them apart.
 */
import { createDice, type Dice } from '../support/dice.ts';

export type Language = 'de' | 'en' | 'zh';
export interface CorpusMessage {
  readonly language: Language;
  readonly isJunk: boolean;
  readonly text: string;
}

interface Texts {
  readonly subjects: readonly string[];
  readonly sentences: readonly string[];
}

const MAIL: Readonly<Record<Language, Texts>> = {
  de: {
    subjects: [
      'Protokoll der Sitzung',
      'Angebot Nr. {n}',
      'Urlaub im August',
      'Rechnung {n}',
      'Lieferung für {name}',
      'Termin am Montag',
    ],
    sentences: [
      'anbei das Protokoll unserer letzten Sitzung mit der Bitte um Durchsicht.',
      'Könnten Sie mir bitte bis Freitag die Zeichnungen für das Projekt schicken?',
      'Die Lieferung mit {n} Kartons kommt am Dienstag gegen zehn Uhr im Lager an.',
      'Ich bin vom 3. bis zum 17. im Urlaub, {name} vertritt mich in dieser Zeit.',
      'Die Rechnung über {n} Euro ist gebucht und wird am Monatsende bezahlt.',
      'Wir haben den Vertrag geprüft und nur im dritten Absatz eine Anmerkung.',
      'Der Drucker im zweiten Stock ist wieder defekt, die Werkstatt kommt morgen.',
      'Für das Sommerfest brauchen wir noch jemanden, der den Grill mitbringt.',
      'Die Messwerte der Anlage liegen im Ordner, die Auswertung folgt nächste Woche.',
    ],
  },
  en: {
    subjects: [
      'Minutes of the meeting',
      'Quote no. {n}',
      'Holiday in August',
      'Invoice {n}',
      'Delivery for {name}',
      'Call on Monday',
    ],
    sentences: [
      'please find attached the minutes of our last meeting for review.',
      'Could you send me the drawings for the project by Friday, please?',
      'The delivery of {n} boxes will arrive at the warehouse on Tuesday morning.',
      'I am on holiday from the 3rd to the 17th; {name} will stand in for me.',
      'The invoice over {n} euros is booked and will be paid at the end of the month.',
      'We have read the contract and have one remark on the third paragraph only.',
      'The printer on the second floor is broken again; the workshop comes tomorrow.',
      'For the summer party we still need somebody who brings the grill.',
      'The measurements of the plant are in the folder; the report follows next week.',
    ],
  },
  zh: {
    subjects: ['会议纪要', '报价单 {n}', '八月休假安排', '发票 {n}', '给{name}的送货', '周一的电话会议'],
    sentences: [
      '附件是上次会议的纪要，请您审阅。',
      '请在周五之前把项目的图纸发给我好吗？',
      '{n} 箱货物将于周二上午送到仓库。',
      '我三号到十七号休假，期间由{name}代理我的工作。',
      '金额为 {n} 元的发票已经入账，月底付款。',
      '合同我们已经看过，只有第三段有一点意见。',
      '二楼的打印机又坏了，维修人员明天过来。',
      '夏季聚会还需要有人带烧烤架。',
      '设备的测量数据在文件夹里，分析报告下周提交。',
    ],
  },
};

const JUNK: Readonly<Record<Language, Texts>> = {
  de: {
    subjects: [
      'Ihr Gewinn wartet',
      'Konto gesperrt',
      'Nur heute {n} % Rabatt',
      'Abnehmen ohne Diät',
      'Sofortkredit ohne Schufa',
    ],
    sentences: [
      'Herzlichen Glückwunsch, Sie haben {n} Euro gewonnen, klicken Sie jetzt hier!',
      'Ihr Konto wurde aus Sicherheitsgründen gesperrt, bestätigen Sie sofort Ihre Daten.',
      'Nur noch heute sparen Sie {n} Prozent auf alle Potenzmittel ohne Rezept.',
      'Verlieren Sie {n} Kilo in zwei Wochen mit dieser geheimen Wunderpille.',
      'Sofortkredit bis {n} Euro ohne Schufa, Auszahlung in wenigen Minuten.',
      'Investieren Sie in Kryptowährung und verdienen Sie garantiert {n} Euro am Tag.',
      'Heiße Singles in Ihrer Nähe warten schon auf Ihre Nachricht.',
      'Ihr Paket konnte nicht zugestellt werden, zahlen Sie jetzt die Zollgebühr.',
    ],
  },
  en: {
    subjects: [
      'You are a winner',
      'Account suspended',
      '{n} % off today only',
      'Lose weight fast',
      'Instant loan approved',
    ],
    sentences: [
      'Congratulations, you have won {n} dollars, click here to claim your prize now!',
      'Your account was suspended for security reasons, confirm your password at once.',
      'Today only you save {n} percent on all pills, no prescription needed.',
      'Lose {n} pounds in two weeks with this secret miracle formula.',
      'Instant loan of up to {n} dollars, no credit check, cash within minutes.',
      'Invest in crypto and earn a guaranteed {n} dollars a day from home.',
      'Hot singles in your area are waiting for your message tonight.',
      'Your parcel could not be delivered, pay the customs fee now.',
    ],
  },
  zh: {
    subjects: ['恭喜您中奖', '账户已被冻结', '今日特价 {n} 折', '快速减肥秘方', '无抵押贷款'],
    sentences: [
      '恭喜您获得 {n} 元大奖，请立即点击领取奖金！',
      '您的账户因安全原因已被冻结，请马上验证您的密码。',
      '仅限今日，全场药品优惠 {n} 元，无需处方。',
      '神奇秘方，两周轻松减肥 {n} 斤，无效退款。',
      '无抵押贷款最高 {n} 元，几分钟到账，利息超低。',
      '投资虚拟货币，每天稳赚 {n} 元，零风险高回报。',
      '代开各类增值税发票，税点优惠，欢迎来电咨询。',
      '您的包裹无法投递，请立即支付关税。',
    ],
  },
};

/** What stands in both kinds. */
const SHARED: Readonly<Record<Language, readonly string[]>> = {
  de: [
    'Guten Tag,',
    'Mit freundlichen Grüßen',
    'Bitte antworten Sie auf diese Nachricht.',
    'Weitere Informationen finden Sie unten.',
  ],
  en: [
    'Dear Sir or Madam,',
    'Kind regards',
    'Please answer to this message.',
    'You find more information below.',
  ],
  zh: ['您好，', '此致敬礼', '请回复此邮件。', '更多信息请见下文。'],
};

const NAMES = ['Anna', 'Tom', 'Li Wei', 'Jürgen', 'Maria', '王芳', 'Jack', 'Sabine'];

export interface CorpusOptions {
  readonly seed: number;
  /** `some`: a third of the sentences does not occur. */
  readonly knows: 'some' | 'all';
}

/** `count` messages in turn of language and kind. */
export function makeCorpus(count: number, { seed, knows }: CorpusOptions): readonly CorpusMessage[] {
  const dice = createDice(seed);
  const languages: readonly Language[] = ['de', 'en', 'zh'];
  return Array.from({ length: count }, (_, index) => {
    const language = languages[index % languages.length] ?? 'en';
    const isJunk = Math.floor(index / languages.length) % 2 === 0;
    return { language, isJunk, text: makeMessage(dice, { language, isJunk, index, knows }) };
  });
}

interface MessagePlan extends Pick<CorpusOptions, 'knows'> {
  readonly language: Language;
  readonly isJunk: boolean;
  readonly index: number;
}

/** How often a sentence of the other kind slips in: a customer quotes junk, junk pretends to be about business. */
const MIXED = 0.3;

function makeMessage(dice: Dice, { language, isJunk, index, knows }: MessagePlan): string {
  const [texts, others] = isJunk ? [JUNK[language], MAIL[language]] : [MAIL[language], JUNK[language]];
  const fill = (text: string) =>
    text.replace('{n}', String(10 + dice.below(9000))).replace('{name}', dice.pick(NAMES));
  const known = (list: readonly string[]) =>
    knows === 'all' ? list : list.slice(0, Math.ceil((2 * list.length) / 3));
  const [hello = '', regards = '', ...shared] = SHARED[language];
  const own = Array.from({ length: 1 + dice.below(3) }, () => fill(dice.pick(known(texts.sentences))));
  const mixed = dice.falls(MIXED) ? [fill(dice.pick(known(others.sentences)))] : [];
  const lines = [hello, ...own, ...mixed, dice.pick(shared), regards, dice.pick(NAMES)];
  // Hosts tell little: both kinds come from everywhere.
  const host = `mx${dice.below(300)}.example.${dice.pick(['com', 'net'])}`;
  const subject = fill(dice.pick(known(texts.subjects)));
  return `Date: Thu, 1 Jan 2026 00:00:00 +0000
From: ${encode(dice.pick(NAMES))} <p${dice.below(60)}@${host}>
To: office@server1.com
Subject: ${encode(subject)}
Message-ID: <${index}.${dice.below(1_000_000)}@${host}>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

${Buffer.from(lines.join('\n')).toString('base64').replace(/.{76}/g, '$&\n')}
`;
}

function encode(text: string): string {
  return `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;
}
