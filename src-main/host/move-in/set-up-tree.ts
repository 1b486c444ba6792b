/**
 * SetUpTree: the elements of an hMailServer's backup without its messages, which are only counted.
 *
 * Flow: XmlTagReader → here → read-hmailserver.ts. Invariants: what it keeps is bounded, whatever the file says.
 */
import { attributeOf } from '../../format/xml.ts';
import type { XmlTag } from '../../format/xml-tags.ts';

export interface SetUpElement {
  readonly name: string;
  readonly attributeText: string;
  readonly children: readonly SetUpElement[];
  /** Octets of the file before it, and up to its end. */
  readonly start: number;
  readonly end: number;
  /** Of a folder: those in it, and not in the folders beneath. */
  readonly messages: number;
}

interface OpenElement extends SetUpElement {
  readonly children: SetUpElement[];
  end: number;
  messages: number;
}

/** The set-up of ten thousand accounts with fifty folders each takes half of it. */
const MOST_OCTETS = 256 * 1024 * 1024;
/** What an element takes besides its text. */
const ELEMENT_OCTETS = 200;

export class SetUpTree {
  readonly #open: OpenElement[] = [openElement({ name: '', attributeText: '', start: 0 })];
  /** Depth within an element that is not kept. */
  #passedOver = 0;
  #octets = 0;

  /** What is wrong, or null. */
  take(tags: readonly XmlTag[]): string | null {
    for (const tag of tags) {
      if (tag.kind === 'close') this.#close(tag);
      else if (!this.#begin(tag)) return 'there is too much in it';
    }
    return null;
  }

  /** What holds nothing, where there was no element. */
  get root(): SetUpElement {
    const [document] = this.#open;
    return document?.children[0] ?? openElement({ name: '', attributeText: '', start: 0 });
  }

  /** False where it would be too much. */
  #begin(tag: XmlTag): boolean {
    const folder = this.#open.findLast(({ name }) => name === 'Folder');
    if (this.#passedOver > 0 || (tag.name === 'Message' && folder !== undefined)) {
      if (this.#passedOver === 0 && folder !== undefined) folder.messages++;
      this.#passedOver++;
      return true;
    }
    const element = openElement(tag);
    this.#open.at(-1)?.children.push(element);
    this.#open.push(element);
    this.#octets += ELEMENT_OCTETS + 2 * tag.attributeText.length;
    return this.#octets <= MOST_OCTETS;
  }

  #close({ end }: XmlTag): void {
    if (this.#passedOver > 0) {
      this.#passedOver--;
      return;
    }
    const element = this.#open.pop();
    if (element !== undefined) element.end = end;
  }
}

function openElement({
  name,
  attributeText,
  start,
}: Pick<XmlTag, 'name' | 'attributeText' | 'start'>): OpenElement {
  return { name, attributeText, start, end: start, children: [], messages: 0 };
}

/** Whether it only stands around others. */
function isCollection({ attributeText }: Pick<XmlTag, 'attributeText'>): boolean {
  return attributeText.trim() === '';
}

/** The children of that name, or those of a collection around them. */
export function within(element: SetUpElement, name: string): readonly SetUpElement[] {
  return element.children.flatMap((child) => {
    if (!isCollection(child)) return child.name === name ? [child] : [];
    return child.children.filter((each) => each.name === name);
  });
}

/** The attributes of a tag, as what they are taken for; one that is not there is empty, 0 or not set. */
export function attributesOf(tag: Pick<XmlTag, 'attributeText'>) {
  const text = (name: string): string => attributeOf(tag, name) ?? '';
  const number = (name: string): number => {
    const found = Number(text(name));
    return Number.isFinite(found) ? found : 0;
  };
  return { text, number, isSet: (name: string): boolean => text(name) === '1' };
}
