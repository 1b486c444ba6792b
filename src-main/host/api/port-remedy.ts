/**
 * Port remedy: what the person at this machine can do to give a listener its standard port.
 */
import type { PortRemedy } from '../../contract/settings.ts';
import type { ListenerStatus } from '../port.ts';

/** The lowest port we serve; the systems let us open the range from there. */
const LOWEST_PORT = 25;

export function remedyFor(listener: ListenerStatus, platform: string): PortRemedy | null {
  switch (listener.problem) {
    case null:
      return null;
    case 'needsRights':
      return { kind: 'grantRights', commands: grantCommands(platform) };
    case 'portTaken':
      return { kind: 'freePort', commands: [whoHasPort(listener.standardPort, platform)] };
    case 'other':
      return { kind: 'seeDetail', commands: [] };
  }
}

function grantCommands(platform: string): readonly string[] {
  if (platform !== 'linux') return [];
  const setting = `net.ipv4.ip_unprivileged_port_start=${String(LOWEST_PORT)}`;
  return [`echo ${setting} | sudo tee /etc/sysctl.d/50-postroom.conf`, 'sudo sysctl --system'];
}

function whoHasPort(port: number, platform: string): string {
  if (platform === 'win32') return `netstat -ano -p tcp | findstr :${String(port)}`;
  if (platform === 'darwin') return `sudo lsof -nP -iTCP:${String(port)} -sTCP:LISTEN`;
  return `sudo ss -ltnp 'sport = :${String(port)}'`;
}
