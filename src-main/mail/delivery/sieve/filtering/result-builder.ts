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

interface RedirectDraft {
  readonly to: string[];
  /** What the script was given, and what it had made of it by then. */
  readonly message: SieveMessage;
  readonly edits: EditedContent | null;
  readonly content: StagedContent | null;
}

export class ResultBuilder {
  readonly #options: AccountFilterOptions;
  readonly #context: FilterContext;
  readonly #original: SieveMessage;
  readonly #copies: FiledCopy[] = [];
  readonly #redirects: RedirectDraft[] = [];
  readonly #messages: FilterMessage[] = [];
  readonly #marks: Mark[] = [];
  readonly #rules: string[] = [];
  #refusal: FilterRefusal | null = null;
  #endedBy: string | null = null;
  /** Something becomes of the message itself. */
  #isAccepted = false;

  /** `original`: the message as it came. */
  constructor(options: AccountFilterOptions, context: FilterContext, original: SieveMessage) {
    this.#options = options;
    this.#context = context;
    this.#original = original;
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
        await this.#redirect(action.address, message, action.content);
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

  /** The message stays in INBOX, junk in Junk. `message`: as the scripts left it. */
  async keep(flags: readonly string[], message: SieveMessage): Promise<void> {
    this.#isAccepted = true;
    const content = await this.#stage(message, null);
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
      redirects: this.#redirects.map(({ to, content }) => ({ to, ...(content !== null && { content }) })),
      ...(refusal !== null && { refusal }),
      ...(isDiscarded && { discardedBy: `the script "${this.#endedBy ?? ''}"` }),
      messages: this.#messages,
      marks: this.#marks,
      rules: this.#rules,
    };
  }

  /** RFC 5293 §6: with the edits as they are now; addresses that see the same message share its copy. */
  async #redirect(address: string, message: SieveMessage, edits: EditedContent | null): Promise<void> {
    const isKnown = this.#redirects.some(({ to }) =>
      to.some((each) => each.toLowerCase() === address.toLowerCase()),
    );
    if (isKnown) return;
    const same = this.#redirects.find((draft) => draft.message === message && areSame(draft.edits, edits));
    if (same !== undefined) return void same.to.push(address);
    this.#redirects.push({ to: [address], message, edits, content: await this.#stage(message, edits) });
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
    if (content !== null) return stageMessage(this.#options.receiver, editedMessage(message, content));
    // The edits of an earlier script are the message's.
    return message === this.#original ? null : stageMessage(this.#options.receiver, message);
  }
}

function areSame(a: EditedContent | null, b: EditedContent | null): boolean {
  if (a === null || b === null) return a === b;
  return a.restFrom === b.restFrom && Buffer.compare(a.head, b.head) === 0;
}
