/** Environment variables that the program reads; a test holds the list to the source. Settings and secrets come by none of them. */
export const ENVIRONMENT: readonly { readonly name: string; readonly does: string }[] = [
  {
    name: 'XDG_DATA_HOME',
    does: 'Linux: the data folder is `postroom` in it, unless `--data` says otherwise',
  },
  {
    name: 'LOCALAPPDATA',
    does: 'Windows: the data folder is `Postroom` in it, unless `--data` says otherwise',
  },
  { name: 'DISPLAY', does: '`postroom start` opens a browser where there is a screen' },
  { name: 'WAYLAND_DISPLAY', does: 'the same' },
  { name: 'PATH', does: 'handed on to programs that mail is piped to' },
  { name: 'NOTIFY_SOCKET', does: 'systemd: where the service says that it is ready, and alive' },
  { name: 'WATCHDOG_USEC', does: 'systemd: how often it wants to hear that' },
];
