/** Gathers what the scripts of one message want into the result that the courier commits. */
import { assertNever } from '../../../../base/result.ts';
import type { StagedContent } from '../../../content/port.ts';
import type { FiledCopy, FilterMessage, FilterRefusal, FilterResult } from '../../port.ts';
import type { SieveMessage } from '../running/environment.ts';
import type { EditedContent, Filing, SieveAction } from '../running/outcome.ts';
import { editedMessage, stageMessage } from './edited-message.ts';
import type { AccountFilterOptions, FilterContext } from './filter-context.ts';
import { composeNotification } from './notification.ts';
import { answerVacation } from './vacation-answer.ts';

const INBOX = 'INBOX';
/** RFC 3463 §3.8: delivery not authorized, message refused. */
const REFUSED = '5.7.1';

type Mark = FilterResult['marks'][number];

export class ResultBuilder {
  readonly #options: AccountFilterOptions;
  readonly #context: FilterContext;
  readonly #copies: FiledCopy[] = [];
  readonly #redirects: string[] = [];
  readonly #messages: FilterMessage[] = [];
  readonly #marks: Mark[] = [];
  readonly #rules: string[] = [];
  #refusal: FilterRefusal | null = null;
  #changed: StagedContent | null = null;
  #endedBy: string | null = null;
  /** Something becomes of the message itself. */
  #isAccepted = false;

  constructor(options: AccountFilterOptions, context: FilterContext) {
    this.#options = options;
    this.#context = context;
  }

  /** `message` is what the script was given, to which its edits apply. */
  async add(action: SieveAction, script: string, message: SieveMessage): Promise<void> {
    const tell = (what: string) => this.#rules.push(`${what}, by the script "${script}"`);
    switch (action.kind) {
      case 'fileinto': {
        this.#isAccepted = true;
        const copy = await this.#file(action, await this.#stage(message, action.content));
        tell(`filed into ${copy.mailbox}`);
        return;
      }
      case 'redirect':
        this.#isAccepted = true;
        this.#redirects.push(action.address);
        this.#changed = (await this.#stage(message, action.content)) ?? this.#changed;
        tell(`redirected to ${action.address}`);
        return;
      case 'reject':
      case 'ereject':
        this.#refusal = { text: action.reason.trim(), status: REFUSED };
        tell('refused');
        return;
      case 'vacation': {
        const answer = await answerVacation(this.#context, action);
        if (answer === null) return;
        if (answer.mark !== null) this.remember(answer.mark);
        await this.#sendWithCopy(answer.message, action.fileCopy);
        tell('answered automatically');
        return;
      }
      case 'notify': {
        const notification = composeNotification(this.#context, action);
        if (notification === null) return;
        await this.#sendWithCopy(notification, action.fileCopy);
        tell(`notified ${notification.recipients.join(', ')}`);
        return;
      }
      default:
        assertNever(action);
    }
  }

  /** The message stays in INBOX, junk in Junk. `edited`: as the scripts left it; null: as it came. */
  async keep(flags: readonly string[], edited: SieveMessage | null): Promise<void> {
    this.#isAccepted = true;
    const content = edited === null ? null : await stageMessage(this.#options.receiver, edited);
    const isJunk = this.#context.request.verdict?.action === 'junk';
    const filing = isJunk
      ? { mailbox: 'Junk', flags: [...flags, '$Junk'], mayCreate: true }
      : { mailbox: INBOX, flags, mayCreate: false };
    this.#put({ ...filing, ...(content !== null && { content }) });
  }

  send(message: FilterMessage): void {
    this.#messages.push(message);
  }

  remember(mark: Mark): void {
    this.#marks.push(mark);
  }

  /** The script that kept nothing in INBOX. */
  endedBy(script: string): void {
    this.#endedBy = script;
  }

  build(): FilterResult {
    // What an earlier script filed is not undone: a sender who is told "refused" must not have been accepted after all.
    const refusal = this.#isAccepted ? null : this.#refusal;
    const isDiscarded = !this.#isAccepted && refusal === null && this.#copies.length === 0;
    return {
      copies: this.#copies,
      redirects: this.#redirects,
      ...(refusal !== null && { refusal }),
      ...(isDiscarded && { discardedBy: `the script "${this.#endedBy ?? ''}"` }),
      messages: this.#messages,
      marks: this.#marks,
      ...(this.#changed !== null && { changed: this.#changed }),
      rules: this.#rules,
    };
  }

  async #sendWithCopy(message: FilterMessage, fileCopy: Filing | null): Promise<void> {
    this.#messages.push(message);
    if (fileCopy === null) return;
    // RFC 8580 §3
    const writer = this.#options.receiver.begin();
    await writer.write(message.octets);
    await this.#file(fileCopy, await writer.finish());
  }

  async #file(filing: Filing, content: StagedContent | null): Promise<FiledCopy> {
    const mailbox = await this.#mailboxFor(filing);
    const mayCreate = filing.mayCreate && mailbox !== INBOX;
    return this.#put({ mailbox, flags: filing.flags, mayCreate, ...(content !== null && { content }) });
  }

  /** RFC 8579 §4.1: the mailbox of the use, else the one named; INBOX where that is not there and is not to be made. */
  async #mailboxFor({ mailbox, specialUse, mayCreate }: Filing): Promise<string> {
    const { mailStore } = this.#options;
    const { id } = this.#context.request.account;
    if (specialUse !== null) {
      const mailboxes = await mailStore.listMailboxes(id);
      const found = mailboxes.find((each) => each.specialUse?.toLowerCase() === specialUse.toLowerCase());
      if (found !== undefined) return found.name;
    }
    const isThere = (await mailStore.findMailbox(id, mailbox)) !== null;
    return isThere || mayCreate ? mailbox : INBOX;
  }

  /** RFC 5228 §2.10.3: one copy of the message in a mailbox. */
  #put(copy: FiledCopy): FiledCopy {
    const known = this.#copies.findIndex(
      ({ mailbox, content }) =>
        mailbox === copy.mailbox && content === undefined && copy.content === undefined,
    );
    if (known < 0) this.#copies.push(copy);
    else
      this.#copies[known] = {
        ...copy,
        flags: [...new Set([...(this.#copies[known]?.flags ?? []), ...copy.flags])],
      };
    return copy;
  }

  async #stage(message: SieveMessage, content: EditedContent | null): Promise<StagedContent | null> {
    return content === null ? null : stageMessage(this.#options.receiver, editedMessage(message, content));
  }
}
