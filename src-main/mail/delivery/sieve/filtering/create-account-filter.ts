/**
 * Account filter: what the office's scripts and the account's make of a message.
 *
 * Flow: courier → here → scripts before, the account's, scripts after → FilterResult. RFC 5228 §2.10. Invariants: a script sees the
 * message that the one before it keeps, with its edits; one that is wrong or fails counts as if it were not there, and its owner
 * is told once; where nothing is said the message is kept, junk in Junk.
 */
import type { AccountFilter, FilterRequest, FilterResult } from '../../port.ts';
import type { AccountFilterOptions, FilterContext } from './filter-context.ts';
import { createEnvironment, DUPLICATE_MARK, joinedMessage } from './run-environment.ts';
import { editedMessage } from './edited-message.ts';
import { ResultBuilder } from './result-builder.ts';
import { ScriptShelf } from './script-shelf.ts';
import type { ShelvedScript } from './script-shelf.ts';
import { LatelyTold } from './lately-told.ts';
import { tellOfProblem } from './problem-notice.ts';
import { MessageView } from '../running/message-view.ts';
import type { SieveEnvironment, SieveMessage } from '../running/environment.ts';
import type { SieveFailure, SieveOutcome } from '../running/outcome.ts';
import { runScript } from '../running/run-script.ts';

export function createAccountFilter(options: AccountFilterOptions): AccountFilter {
  const shelf = new ScriptShelf(options.scripts);
  const told = new LatelyTold();
  return {
    hasRules: async (account) => (await shelf.chainFor(account.id)).length > 0,
    filter: async (request) => {
      const chain = await shelf.chainFor(request.account.id);
      return new FilterRun(options, request, told).run(chain);
    },
  };
}

class FilterRun {
  readonly #options: AccountFilterOptions;
  readonly #request: FilterRequest;
  readonly #told: LatelyTold;
  readonly #environment: SieveEnvironment;
  #message: SieveMessage;

  constructor(options: AccountFilterOptions, request: FilterRequest, told: LatelyTold) {
    this.#options = options;
    this.#request = request;
    this.#told = told;
    this.#environment = createEnvironment(options, request);
    this.#message = joinedMessage(request);
  }

  async run(chain: readonly ShelvedScript[]): Promise<FilterResult> {
    const builder = new ResultBuilder(this.#options, await this.#context(), this.#message);
    let keep: SieveOutcome['keep'] = { flags: [], content: null };
    for (const script of chain) {
      const outcome = await this.#runOne(script);
      if (outcome.failure !== null) {
        await this.#tell(builder, script, outcome.failure);
        continue;
      }
      keep = outcome.keep;
      for (const action of outcome.actions) await builder.add(action, script.name, this.#message);
      for (const { key, seconds } of outcome.duplicates) {
        builder.remember({ kind: DUPLICATE_MARK, key, expiresAt: this.#request.at + seconds * 1000 });
      }
      if (keep === null) {
        builder.endedBy(script.name);
        break;
      }
      if (keep.content !== null) this.#message = editedMessage(this.#message, keep.content);
    }
    if (keep !== null) await builder.keep(keep.flags, this.#message);
    return builder.build();
  }

  async #runOne({ checked }: ShelvedScript): Promise<SieveOutcome> {
    if (checked.ok) {
      return runScript({ script: checked.value, message: this.#message, environment: this.#environment });
    }
    const [problem] = checked.error;
    const failure = { line: problem?.line ?? 1, text: problem?.text ?? 'the script is wrong' };
    return { actions: [], keep: { flags: [], content: null }, duplicates: [], failure };
  }

  async #tell(builder: ResultBuilder, script: ShelvedScript, failure: SieveFailure): Promise<void> {
    const { name, text, owner } = script;
    if (!this.#told.isFirst(JSON.stringify([owner, name, text]), this.#request.at)) return;
    const told = await tellOfProblem(await this.#context(), { ...failure, name, script: text, owner });
    if (told === null) return;
    builder.send(told.message);
    builder.remember(told.mark);
  }

  async #context(): Promise<FilterContext> {
    const { marks, directory, makeId, hostname, zoneMinutesAt, language } = this.#options;
    const { account, at } = this.#request;
    const { header } = await MessageView.open(this.#message);
    return {
      request: this.#request,
      header,
      zoneMinutesAt,
      language,
      makeMessageId: () => `${makeId()}@${hostname()}`,
      hasMark: ({ kind, key, isOfOffice }) =>
        marks.hasMark({ accountId: isOfOffice === true ? null : account.id, kind, key }, at),
      isOwnAddress: (address) => directory.mayUseAddress(account.id, address),
    };
  }
}
