import { expect, it } from 'vitest';
import { createDice } from '../support/dice.ts';
import { Disk } from './disk.ts';
import type { Operation, Recording } from './operations.ts';

const [ROOT, FILE] = [1, 2];

function recordingOf(operations: readonly Operation[]): Recording {
  const [said, sent, paths] = [
    new Map<number, never>(),
    new Map<string, number>(),
    new Map([[FILE, '/file']]),
  ];
  return { operations, root: ROOT, folders: new Set([ROOT]), paths, said, sent, lines: 100 };
}

const link: Operation = { kind: 'link', at: { folder: ROOT, name: 'file' }, inode: FILE, began: 1, ended: 1 };
const write: Operation = {
  kind: 'write',
  inode: FILE,
  offset: 0,
  octets: Buffer.alloc(1024, 1),
  began: 2,
  ended: 4,
};
const sync = (inode: number, began: number): Operation => ({ kind: 'sync', inode, began, ended: began + 1 });

/** What is left of the file over many cuts at that moment, as sizes with sums; '-' where its name is gone. */
function fates(operations: readonly Operation[], line: number): ReadonlySet<string> {
  const found = new Set<string>();
  for (let seed = 0; seed < 300; seed++) {
    const octets = new Disk(recordingOf(operations)).cut(line, createDice(seed)).files.get('file');
    found.add(
      octets === undefined ? '-' : `${octets.length}:${octets.reduce((sum, octet) => sum + octet, 0)}`,
    );
  }
  return found;
}

it('what is not synced may be there, not there, torn, or a name without its octets', () => {
  const found = fates([link, write], 10);
  for (const fate of ['-', '0:0', '1024:1024', '1024:0', '1024:512']) expect(found).toContain(fate);
});

it('octets without a name are no file, and a name may be without octets', () => {
  expect(fates([link, write, sync(FILE, 5)], 10)).toEqual(new Set(['-', '1024:1024']));
  expect(fates([link, write, sync(ROOT, 5)], 10)).not.toContain('-');
});

it('what both syncs cover stays as it is', () => {
  expect(fates([link, write, sync(FILE, 5), sync(ROOT, 7)], 10)).toEqual(new Set(['1024:1024']));
});

it('a sync covers nothing before it has returned, and nothing that had not ended when it began', () => {
  expect(fates([link, write, sync(FILE, 5), sync(ROOT, 5)], 5).size).toBeGreaterThan(2);
  expect(fates([link, write, sync(FILE, 3), sync(ROOT, 3)], 10).size).toBeGreaterThan(2);
});

it('what has not begun leaves no trace', () => {
  expect(fates([link, write], 1)).toEqual(new Set(['-', '0:0']));
});

it('a rename is done or not, never half', () => {
  const rename: Operation = {
    ...{ kind: 'rename', from: { folder: ROOT, name: 'file' }, to: { folder: ROOT, name: 'other' } },
    ...{ inode: FILE, began: 8, ended: 8 },
  };
  const before = [link, write, sync(FILE, 5), sync(ROOT, 6)];
  const names = new Set<string>();
  for (let seed = 0; seed < 100; seed++) {
    const { files } = new Disk(recordingOf([...before, rename])).cut(10, createDice(seed));
    names.add([...files.keys()].join());
  }
  expect(names).toEqual(new Set(['file', 'other']));
});
