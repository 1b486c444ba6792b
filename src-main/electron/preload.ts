/**
 * Preload: passes the page's end of a MessageChannel on to the main process, and nothing else. The page gets no other
 * power than to speak the contract.
 */
import { contextBridge, ipcRenderer } from 'electron';

/** The page asks with this message, the port as its only transfer; the main process hears it on the same channel. */
const CONNECT = 'postroom:connect';

contextBridge.exposeInMainWorld('postroomDesktop', true);

window.addEventListener('message', (event) => {
  const [port] = event.ports;
  if (event.source !== window || event.data !== CONNECT || port === undefined) return;
  ipcRenderer.postMessage(CONNECT, null, [port]);
});
