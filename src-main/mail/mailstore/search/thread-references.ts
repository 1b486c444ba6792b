/**
 * THREAD=REFERENCES: threads by Message-IDs and References, then by subject (RFC 5256 §3, steps 1 to 6).
 *
 * Invariants: every message is in the answer once; no loops whatever the References say; no recursion, since a thread may be
 * as deep as the mailbox is long.
 */
import type { ThreadEntry } from './port.ts';
import type { SortFacts } from './sort-messages.ts';

/** A message, or a dummy for one that is only referred to. */
interface Node {
  facts: SortFacts | null;
  parent: Node | null;
  children: Set<Node>;
  /** Of the message; of a dummy that of its first child. */
  order: { readonly sentAt: number; readonly uid: number };
}

const NO_ORDER = { sentAt: 0, uid: 0 };

export function threadByReferences(messages: readonly SortFacts[]): readonly ThreadEntry[] {
  const nodes = linkMessages(messages);
  const root = makeNode(null);
  // (2) what has no parent is a child of the root.
  for (const node of nodes) if (node.parent === null) adopt(root, node);
  pruneDummies(root);
  sortSiblings(root);
  mergeSubjects(root);
  sortSiblings(root);
  return listThreads(root);
}

function makeNode(facts: SortFacts | null): Node {
  return { facts, parent: null, children: new Set(), order: facts ?? NO_ORDER };
}

function adopt(parent: Node, child: Node): void {
  child.parent?.children.delete(child);
  child.parent = parent;
  parent.children.add(child);
}

/** (1) A node for every message and every Message-ID that is referred to, linked as the References say. */
function linkMessages(messages: readonly SortFacts[]): readonly Node[] {
  const byId = new Map<string, Node>();
  const nodes: Node[] = [];
  const nodeOf = (id: string): Node => {
    let node = byId.get(id);
    if (node === undefined) {
      node = makeNode(null);
      byId.set(id, node);
      nodes.push(node);
    }
    return node;
  };
  for (const facts of messages) {
    const node = nodeForMessage(facts, nodeOf, nodes);
    let previous: Node | null = null;
    for (const id of facts.content.references) {
      const reference = nodeOf(id);
      // (1.A) an existing link is not changed, and a loop is not made.
      if (previous !== null && reference.parent === null && mayAdopt(previous, reference)) {
        adopt(previous, reference);
      }
      previous = reference;
    }
    // (1.B) the last reference is the parent, whatever was guessed before.
    if (previous !== null && mayAdopt(previous, node)) adopt(previous, node);
  }
  return nodes;
}

/** A second message with the same Message-ID is one of its own (RFC 5256 §3). */
function nodeForMessage(facts: SortFacts, nodeOf: (id: string) => Node, nodes: Node[]): Node {
  const id = facts.content.messageId;
  const known = id === '' ? null : nodeOf(id);
  if (known !== null && known.facts === null) {
    known.facts = facts;
    known.order = facts;
    return known;
  }
  const own = makeNode(facts);
  nodes.push(own);
  return own;
}

/** A thread deeper than this is no conversation, and walking up from each of its messages would take for ever. */
const MOST_LEVELS = 2_000;

/** Whether the link makes no loop. */
function mayAdopt(parent: Node, child: Node): boolean {
  let levels = 0;
  for (let at: Node | null = parent; at !== null; at = at.parent) {
    if (at === child || ++levels > MOST_LEVELS) return false;
  }
  return true;
}

/** All nodes below the root, parents before their children. */
function listNodes(root: Node): Node[] {
  const listed: Node[] = [...root.children];
  for (let at = 0; at < listed.length; at++)
    for (const child of listed[at]?.children ?? []) listed.push(child);
  return listed;
}

/** (3) Dummies without children go; children of others move up, but several do not become threads of their own. */
function pruneDummies(root: Node): void {
  for (const node of listNodes(root).reverse()) {
    const { parent } = node;
    if (node.facts !== null || parent === null) continue;
    if (node.children.size > 1 && parent === root) continue;
    parent.children.delete(node);
    for (const child of node.children) adopt(parent, child);
  }
}

/** (4), (6) From the innermost outwards, since a dummy has the date of its first child. */
function sortSiblings(root: Node): void {
  for (const node of [root, ...listNodes(root)].reverse()) {
    if (node.children.size > 1) node.children = new Set([...node.children].sort(byOrder));
    const [first] = node.children;
    if (node.facts === null && first !== undefined) node.order = first.order;
  }
}

function byOrder(a: Node, b: Node): number {
  return a.order.sentAt - b.order.sentAt || a.order.uid - b.order.uid;
}

/** The message that a thread's subject is taken from: the first child of a dummy. */
function headOf(node: Node): SortFacts | null {
  if (node.facts !== null) return node.facts;
  const [first] = node.children;
  return first === undefined ? null : headOf(first);
}

/** (5) Threads of the same base subject become one. */
function mergeSubjects(root: Node): void {
  const bySubject = new Map<string, Node>();
  for (const node of root.children) {
    const head = headOf(node);
    if (head === null || head.content.subject === '') continue;
    const known = bySubject.get(head.content.subject);
    if (known === undefined || isBetterHead(node, known)) bySubject.set(head.content.subject, node);
  }
  for (const node of [...root.children]) {
    const subject = headOf(node)?.content.subject ?? '';
    const known = bySubject.get(subject);
    if (known === undefined || known === node) continue;
    bySubject.set(subject, mergeInto(root, known, node));
  }
}

/** (5.B.v) */
function isBetterHead(node: Node, known: Node): boolean {
  if (known.facts === null) return false;
  return node.facts === null || (known.facts.content.isReply && !node.facts.content.isReply);
}

/** (5.C) Answers what stands for the subject from now on. */
function mergeInto(root: Node, known: Node, node: Node): Node {
  if (known.facts === null && node.facts === null) {
    for (const child of node.children) adopt(known, child);
    root.children.delete(node);
    return known;
  }
  const isReplyToIt = node.facts?.content.isReply === true && known.facts?.content.isReply === false;
  if (known.facts === null || isReplyToIt) {
    adopt(known, node);
    return known;
  }
  const dummy = makeNode(null);
  adopt(root, dummy);
  adopt(dummy, known);
  adopt(dummy, node);
  return dummy;
}

function listThreads(root: Node): ThreadEntry[] {
  const entries: ThreadEntry[] = [];
  const waiting = [...root.children].reverse().map((node) => ({ node, depth: 0 }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, depth } = next;
    entries.push({ uid: node.facts?.uid ?? null, depth });
    for (const child of [...node.children].reverse()) waiting.push({ node: child, depth: depth + 1 });
  }
  return entries;
}
