/** One line of a command as Windows programs read it (CommandLineToArgvW): for a service's ImagePath. */

export function windowsCommandLine(args: readonly string[]): string {
  return args.map(quoted).join(' ');
}

/** A quote needs a backslash before it, and so do the backslashes that stand before one. */
function quoted(text: string): string {
  if (text !== '' && !/[\s"]/u.test(text)) return text;
  return `"${text.replaceAll(/(\\*)("|$)/gu, (_, slashes: string, quote: string) => slashes + slashes + (quote && `\\${quote}`))}"`;
}
