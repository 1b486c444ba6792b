/** A command as an administrator pastes it: with the rights asked for where the system has a word for that. */

export function pasteable(args: readonly string[], platform: string): string {
  if (platform === 'win32') return `& ${args.map(quotedForPowerShell).join(' ')}`;
  return ['sudo', ...args.map(quotedForShell)].join(' ');
}

function quotedForShell(text: string): string {
  return /^[\w@%+=:,./-]+$/u.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** In a PowerShell that was opened as administrator. */
function quotedForPowerShell(text: string): string {
  return /^[\w:./\\-]+$/u.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}
