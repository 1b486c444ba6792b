/** In which language a sender is told: whoever writes Chinese reads Chinese; everybody else gets English. */
import type { DsnLanguage } from '../../format/dsn-texts.ts';
import type { MessageIndex } from '../../format/message-index.ts';

/** Han characters, but not the kana and hangul that go with them in Japanese and Korean. */
const HAN = /\p{Script=Han}/u;
const OTHER_SCRIPTS = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

export function chooseDsnLanguage(original: MessageIndex | null): DsnLanguage {
  if (original === null) return 'en';
  const words = `${original.subject} ${original.author} ${original.preview}`;
  return HAN.test(words) && !OTHER_SCRIPTS.test(words) ? 'zh-CN' : 'en';
}
