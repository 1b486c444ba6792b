/**
 * Correspondence: writes the letters of the demo: several languages, plain and HTML, attachments, answers that refer to
 * what they answer, newsletters, forwarded messages.
 */
import { readFileSync } from 'node:fs';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import type { Options } from 'nodemailer/lib/mailer/index.js';
import type { Dice } from '../../test/support/dice.ts';
import { createAttachment, type AttachmentKind } from './attachments.ts';
import { ALIASES, STAFF, STRANGERS, type Person } from './office.ts';

interface Topic {
  readonly language: string;
  readonly subject: string;
  readonly attachment?: AttachmentKind;
  readonly paragraphs: readonly string[];
}

export interface Letter {
  readonly author: Person;
  /** Addresses; all of them ours. */
  readonly recipients: readonly string[];
  readonly topic: Topic;
  readonly subject: string;
  readonly messageId: string;
  readonly date: Date;
  /** Message-IDs of the thread, oldest first, this one last. */
  readonly thread: readonly string[];
  readonly content: Buffer;
}

const TOPICS = JSON.parse(
  readFileSync(new URL('../../resources/demo/topics.json', import.meta.url), 'utf8'),
) as readonly Topic[];

/** Letters that somebody may still answer. */
const MOST_REMEMBERED = 60;
const LONGEST_THREAD = 6;
const ANSWER_SHARE = 0.3;
const ALIAS_SHARE = 0.08;
const HTML_SHARE = 0.6;
const ATTACHED_SHARE = 0.7;
const FORWARD_SHARE = 0.04;

export class Correspondence {
  readonly #dice: Dice;
  readonly #remembered: Letter[] = [];
  #number = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** A letter from elsewhere. */
  fromOutside(at: number): Promise<Letter> {
    return this.#write(at, this.#findAnswerable(STRANGERS), STRANGERS);
  }

  /** A letter from one of ours to others of ours. */
  fromInside(at: number): Promise<Letter> {
    return this.#write(at, this.#findAnswerable(STAFF), STAFF);
  }

  #write(at: number, answered: Letter | undefined, authors: readonly Person[]): Promise<Letter> {
    if (answered === undefined || !this.#dice.falls(ANSWER_SHARE)) return this.#begin(at, authors);
    return this.#answer(at, answered);
  }

  #begin(at: number, authors: readonly Person[]): Promise<Letter> {
    const author = this.#dice.pick(authors);
    const topic = this.#dice.pick(TOPICS);
    return this.#finish(at, {
      author,
      recipients: this.#pickRecipients(author),
      topic,
      subject: topic.subject,
    });
  }

  /** Colleagues answer each other; a stranger, whom we cannot write to yet, adds to what they wrote. */
  #answer(at: number, letter: Letter): Promise<Letter> {
    const colleague = STAFF.find((person) => person.address === letter.recipients[0]);
    const isInside = STAFF.includes(letter.author) && colleague !== undefined;
    const author = isInside ? colleague : letter.author;
    const recipients = isInside ? [letter.author.address] : letter.recipients;
    const subject = `Re: ${letter.subject.replace(/^Re: /u, '')}`;
    return this.#finish(at, { author, recipients, topic: letter.topic, subject, answered: letter });
  }

  async #finish(
    at: number,
    draft: Pick<Letter, 'author' | 'recipients' | 'topic' | 'subject'> & { readonly answered?: Letter },
  ): Promise<Letter> {
    const { answered, ...known } = draft;
    const domain = known.author.address.split('@')[1] ?? '';
    const messageId = `<${at.toString(36)}.${++this.#number}@${domain}>`;
    const thread = [...(answered?.thread ?? []), messageId];
    const date = new Date(at);
    const content = await compose({ ...this.#describe(known, answered), date, messageId });
    const letter = { ...known, messageId, date, thread, content };
    this.#remembered.push(letter);
    if (this.#remembered.length > MOST_REMEMBERED) this.#remembered.shift();
    return letter;
  }

  #describe(
    { author, recipients, topic, subject }: Pick<Letter, 'author' | 'recipients' | 'topic' | 'subject'>,
    answered: Letter | undefined,
  ): Options {
    const quoted = answered === undefined ? [] : answered.topic.paragraphs.map((line) => `> ${line}`);
    const paragraphs = [...topic.paragraphs, author.name, ...quoted];
    const isNewsletter = author.address.startsWith('newsletter@');
    return {
      from: { name: author.name, address: author.address },
      to: recipients.map((address) => ({ name: nameOf(address), address })),
      subject,
      text: paragraphs.join('\n\n'),
      ...(this.#dice.falls(HTML_SHARE) && { html: asHtml(topic.language, paragraphs) }),
      ...(answered !== undefined && {
        inReplyTo: answered.messageId,
        references: [...answered.thread],
      }),
      ...(isNewsletter && { list: NEWSLETTER }),
      attachments: this.#pickAttachments(topic),
    };
  }

  #pickAttachments(topic: Topic): Options['attachments'] {
    const forwarded = this.#remembered.at(-1);
    if (forwarded !== undefined && this.#dice.falls(FORWARD_SHARE)) {
      return [{ filename: 'forwarded.eml', contentType: 'message/rfc822', content: forwarded.content }];
    }
    if (topic.attachment === undefined || !this.#dice.falls(ATTACHED_SHARE)) return [];
    return [createAttachment(topic.attachment, this.#dice)];
  }

  /** Others than the author. */
  #pickRecipients(author: Person): readonly string[] {
    if (this.#dice.falls(ALIAS_SHARE)) return [this.#dice.pick(ALIASES)];
    const wanted = this.#dice.falls(0.2) ? 3 : 1;
    const others = STAFF.filter((person) => person !== author);
    return [...new Set(Array.from({ length: wanted }, () => this.#dice.pick(others).address))];
  }

  #findAnswerable(authors: readonly Person[]): Letter | undefined {
    const open = this.#remembered.filter(
      (letter) => authors.includes(letter.author) && letter.thread.length < LONGEST_THREAD,
    );
    return open.length === 0 ? undefined : this.#dice.pick(open);
  }
}

const NEWSLETTER = {
  id: { url: 'news.portnews.example', comment: 'Port News' },
  unsubscribe: { url: 'https://portnews.example/unsubscribe', comment: 'Unsubscribe' },
};

function nameOf(address: string): string {
  return STAFF.find((person) => person.address === address)?.name ?? '';
}

function asHtml(language: string, paragraphs: readonly string[]): string {
  const direction = language === 'ar' ? ' dir="rtl"' : '';
  const body = paragraphs.map((text) => `<p>${text.replaceAll('>', '&gt;')}</p>`).join('\n');
  return `<html lang="${language}"${direction}><body style="font-family: sans-serif">\n${body}\n</body></html>`;
}

function compose(options: Options): Promise<Buffer> {
  return new MailComposer({ ...options, newline: 'windows' }).compile().build();
}
