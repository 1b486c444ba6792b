/** The code blocks of the guide, each with the anchor that it stands beneath. */
export interface CodeBlock {
  readonly anchor: string;
  readonly language: string;
  readonly text: string;
}

export function readCodeBlocks(markdown: string): readonly CodeBlock[] {
  const found = markdown.matchAll(/^<a id="([^"]+)"><\/a>$|^```([a-z]+)\n([\s\S]*?)^```$/gmu);
  const blocks: CodeBlock[] = [];
  let anchor = '';
  for (const [, id, language = '', text = ''] of found) {
    if (id === undefined) blocks.push({ anchor, language, text });
    else anchor = id;
  }
  return blocks;
}
