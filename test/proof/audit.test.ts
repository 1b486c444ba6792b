/** The audit finds what must not be: each kind of loss, in a folder that has it. */
import { expect, it } from 'vitest';
import { MixedLoad } from './mixed-load.ts';
import { History } from './history.ts';
import { ANNA, KINDS, Post, TOM } from './post.ts';
import { auditPromises, MailboxWatch } from './promises.ts';
import type { Snapshot, StoredMailbox } from './snapshot.ts';

const EMPTY: Snapshot = { mailboxes: [], queued: [], scripts: [], activeScripts: new Map(), problems: [] };
const ALL = () => true;
const HEARD = { port: 1, octets: 1 };

function mailbox(account: string, ids: readonly string[], more: Partial<StoredMailbox> = {}): StoredMailbox {
  const letters = ids.map((id, at) => ({ id, uid: at + 1, modSeq: at + 2, flags: [] }));
  const counters = { uidValidity: 1, uidNext: ids.length + 1, highestModSeq: ids.length + 2 };
  return { account, name: 'INBOX', ...counters, letters, ...more };
}

function kind(name: string) {
  const found = KINDS.find((each) => each.name === name);
  if (found === undefined) throw new Error(name);
  return found;
}

function postWith(name: string, isRelayed = false) {
  const post = new Post(() => isRelayed);
  post.write(kind('kept'));
  const letter = post.write(kind(name));
  post.acknowledge(letter, HEARD);
  return { post, id: letter.id };
}

it('a letter that was acknowledged and is nowhere is missed', () => {
  const { post, id } = postWith('kept');
  expect(post.audit(EMPTY, ALL)).toEqual([`${id} was acknowledged and is gone`]);
  expect(post.audit(EMPTY, () => false)).toEqual([]);
  expect(post.audit({ ...EMPTY, queued: [{ id, address: ANNA }] }, ALL)).toEqual([]);
});

it.each([
  ['twice in a mailbox', { mailboxes: [mailbox(ANNA, ['kept-1', 'kept-1'])] }],
  [
    'in a mailbox and in the queue',
    { mailboxes: [mailbox(ANNA, ['kept-1'])], queued: [{ id: 'kept-1', address: ANNA }] },
  ],
  ['with somebody else', { mailboxes: [mailbox(ANNA, ['kept-1']), mailbox(TOM, ['kept-1'])] }],
])('a letter that is there %s is told', (_, found) => {
  const { post } = postWith('kept');
  expect(post.audit({ ...EMPTY, ...found }, ALL)).toHaveLength(1);
});

it('a letter to an alias arrives with all or with nobody', () => {
  const { post, id } = postWith('shared');
  expect(post.audit({ ...EMPTY, mailboxes: [mailbox(TOM, [id])] }, ALL)).toHaveLength(1);
  expect(post.audit({ ...EMPTY, mailboxes: [mailbox(TOM, [id]), mailbox(ANNA, [id])] }, ALL)).toEqual([]);
});

it('a letter that left the queue is with the next hop', () => {
  expect(postWith('relayed', false).post.audit(EMPTY, ALL)).toHaveLength(1);
  expect(postWith('relayed', true).post.audit(EMPTY, ALL)).toEqual([]);
});

it('what was deleted stays deleted, and goes together', () => {
  const { post, id } = postWith('fetched');
  const there = { ...EMPTY, mailboxes: [mailbox('paul@server1.com', [id])] };
  const removal = post.remove([id], HEARD);
  expect(post.audit(there, ALL)).toEqual([]);
  post.acknowledge(removal, HEARD);
  expect(post.audit(there, ALL)).toEqual([`${id} was deleted over POP3 and is there again`]);
  expect(post.audit(EMPTY, ALL)).toEqual([]);
});

it('a letter that nobody wrote is told', () => {
  const { post } = postWith('kept');
  const found = { ...EMPTY, mailboxes: [mailbox(ANNA, ['kept-1', 'kept-77'])] };
  expect(post.audit(found, ALL)).toEqual(['kept-77 is there, and was gone before or never written']);
});

it('between two states of a client there is none', () => {
  const history = new History('client', ({ problems }) => problems.join(), 'a');
  const state = (text: string) => ({ ...EMPTY, problems: [text] });
  history.ask('first', 'b').acknowledgement = HEARD;
  history.ask('second', 'c');
  expect(history.audit(state('b'), ALL)).toEqual([]);
  expect(history.audit(state('c'), ALL)).toEqual([]);
  expect(history.audit(state('a'), ALL)).toHaveLength(1);
  expect(history.audit(state('bc'), ALL)).toHaveLength(1);
  expect(history.audit(state('a'), () => false)).toEqual([]);
});

it('a UID that was given is not given again, and nothing falls', () => {
  const before = mailbox(ANNA, ['w-1', 'w-2']);
  const promise = { account: ANNA, mailbox: 'INBOX', uidValidity: 1, uids: [{ uid: 2, id: 'w-2' }] };
  const audit = (more: Partial<StoredMailbox>) =>
    auditPromises({ ...EMPTY, mailboxes: [{ ...before, ...more }] }, [
      { ...promise, modSeqs: [{ uid: 1, modSeq: 2 }] },
    ]);
  expect(audit({})).toEqual([]);
  expect(audit({ uidValidity: 2 })).toHaveLength(1);
  expect(audit({ uidNext: 2, letters: [] })).toHaveLength(1);
  expect(audit({ highestModSeq: 1 })).toHaveLength(1);
  expect(audit({ letters: [{ id: 'w-3', uid: 2, modSeq: 3, flags: [] }] })).toHaveLength(1);
  expect(audit({ letters: [{ id: 'w-1', uid: 1, modSeq: 1, flags: [] }] })).toHaveLength(1);
});

it('from cut to cut nothing falls either', () => {
  const audit = (more: Partial<StoredMailbox>) => {
    const watch = new MailboxWatch();
    const before = mailbox(ANNA, ['w-1', 'w-2']);
    watch.audit({ ...EMPTY, mailboxes: [before] });
    return watch.audit({ ...EMPTY, mailboxes: [{ ...before, ...more }] });
  };
  expect(audit({})).toEqual([]);
  expect(audit({ uidNext: 2, letters: [] })).toHaveLength(1);
  expect(audit({ highestModSeq: 3 })).toHaveLength(1);
  expect(audit({ letters: [{ id: 'w-9', uid: 1, modSeq: 3, flags: [] }] })).toHaveLength(1);
});

it('what the doctor finds is a problem of the load', () => {
  const load = new MixedLoad(1, { has: () => false });
  expect(load.audit({ ...EMPTY, problems: ['doctor: …'] }, ALL)).toEqual(['doctor: …']);
});
