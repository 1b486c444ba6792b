/** What must hold of UIDs, UIDVALIDITY and MODSEQs whatever happened in between (RFC 9051 §2.3.1.1, RFC 7162 §3). */
import type { Promised } from './history.ts';
import type { Snapshot, StoredMailbox } from './snapshot.ts';

/** Each promise is looked at in the mailbox that it is about; where that is not there, its history says so. */
export function auditPromises(snapshot: Snapshot, promised: readonly Promised[]): readonly string[] {
  const mailboxes = new Map(snapshot.mailboxes.map((mailbox) => [placeOf(mailbox), mailbox]));
  return promised.flatMap((promise) => {
    const mailbox = mailboxes.get(`${promise.account} ${promise.mailbox}`);
    return mailbox === undefined ? [] : auditPromise(mailbox, promise);
  });
}

function auditPromise(mailbox: StoredMailbox, promise: Promised): readonly string[] {
  const problems: string[] = [];
  const letters = new Map(mailbox.letters.map((letter) => [letter.uid, letter]));
  const problem = (text: string) => problems.push(`${placeOf(mailbox)}: ${text}`);
  const { uidValidity = mailbox.uidValidity, uids = [], modSeqs = [] } = promise;
  if (uidValidity !== mailbox.uidValidity)
    problem(`UIDVALIDITY was ${uidValidity}, is ${mailbox.uidValidity}`);
  for (const { uid, id } of uids) {
    const found = letters.get(uid)?.id ?? id;
    if (found !== id) problem(`UID ${uid} was given to ${id} and is ${found}`);
    if (mailbox.uidNext <= uid) problem(`UID ${uid} was given to ${id}, and would be given again`);
  }
  for (const { uid, modSeq } of modSeqs) {
    if (mailbox.highestModSeq < modSeq)
      problem(`HIGHESTMODSEQ fell from ${modSeq} to ${mailbox.highestModSeq}`);
    const found = letters.get(uid)?.modSeq ?? modSeq;
    if (found < modSeq) problem(`the MODSEQ of UID ${uid} fell from ${modSeq} to ${found}`);
  }
  return problems;
}

/** One folder, from cut to cut: nothing falls, nothing is given twice. */
export class MailboxWatch {
  readonly #before = new Map<string, StoredMailbox>();
  readonly #given = new Map<string, string>();

  audit(snapshot: Snapshot): readonly string[] {
    return snapshot.mailboxes.flatMap((mailbox) => {
      const problems = [...this.#compare(mailbox), ...this.#auditUids(mailbox)];
      this.#before.set(placeOf(mailbox), mailbox);
      return problems;
    });
  }

  #compare(mailbox: StoredMailbox): readonly string[] {
    const before = this.#before.get(placeOf(mailbox));
    if (before === undefined) return [];
    const problems: string[] = [];
    if (before.uidValidity !== mailbox.uidValidity) problems.push(`${placeOf(mailbox)}: another UIDVALIDITY`);
    if (before.uidNext > mailbox.uidNext) problems.push(`${placeOf(mailbox)}: UIDNEXT fell`);
    if (before.highestModSeq > mailbox.highestModSeq)
      problems.push(`${placeOf(mailbox)}: HIGHESTMODSEQ fell`);
    return problems;
  }

  #auditUids(mailbox: StoredMailbox): readonly string[] {
    const problems: string[] = [];
    let last = 0;
    for (const { uid, id } of mailbox.letters) {
      const place = `${placeOf(mailbox)} UID ${uid}`;
      const given = this.#given.get(place) ?? id;
      if (given !== id) problems.push(`${place} was ${given} and is ${id}`);
      if (uid <= last || uid >= mailbox.uidNext) problems.push(`${place} is out of order`);
      last = uid;
      this.#given.set(place, given);
    }
    return problems;
  }
}

function placeOf({ account, name }: { readonly account: string; readonly name: string }): string {
  return `${account} ${name}`;
}
