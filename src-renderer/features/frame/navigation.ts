/** Navigation: the pages in the order of the side bar, each with its icon's path (24 × 24, stroked). */
import type { Need } from '../../../src-main/contract/roles.ts';
import type { MessageKey } from '../../locales/text.ts';

export interface NavigationItem {
  readonly name:
    | 'overview'
    | 'queue'
    | 'messages'
    | 'transcripts'
    | 'accounts'
    | 'health'
    | 'relay'
    | 'filters'
    | 'reports'
    | 'signIns'
    | 'settings';
  readonly label: MessageKey;
  /** What the page shows is for those who may do this. */
  readonly needs: Need;
  readonly icon: string;
}

export const NAVIGATION: readonly NavigationItem[] = [
  { name: 'overview', label: 'nav.overview', needs: 'queue.read', icon: 'M3 12h4l2-6 4 12 3-9 1.5 3H21' },
  { name: 'queue', label: 'nav.queue', needs: 'queue.read', icon: 'M4 6h16M4 12h16M4 18h9M17 16v4M15 18h4' },
  { name: 'messages', label: 'nav.messages', needs: 'messages.read', icon: 'M3 6h18v12H3zM3 7l9 6 9-6' },
  {
    name: 'transcripts',
    label: 'nav.transcripts',
    needs: 'transcripts.read',
    icon: 'M4 5h16v12H9l-5 4zM8 9h8M8 13h5',
  },
  {
    name: 'accounts',
    label: 'nav.accounts',
    needs: 'accounts.read',
    icon: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c.8-3.6 4-5.5 8-5.5s7.200 1.900 8 5.500',
  },
  {
    name: 'health',
    label: 'nav.health',
    needs: 'settings.read',
    icon: 'M12 20s-7.500-4.700-8.500-10A4.500 4.500 0 0 1 12 7a4.500 4.500 0 0 1 8.500 3c-1 5.300-8.500 10-8.500 10zM6 12h3l1.500-2.500 2.500 4 1.500-1.500h3.500',
  },
  {
    name: 'relay',
    label: 'nav.relay',
    needs: 'settings.read',
    icon: 'M4 7h11M12 4l3 3-3 3M20 17H9M12 14l-3 3 3 3',
  },
  { name: 'filters', label: 'nav.filters', needs: 'queue.read', icon: 'M3 5h18l-7 8v6l-4 2v-8z' },
  {
    name: 'reports',
    label: 'nav.reports',
    needs: 'settings.read',
    icon: 'M4 4v16h16M8 16v-5M12 16V8M16 16v-3',
  },
  {
    name: 'signIns',
    label: 'nav.signIns',
    needs: 'signIns.read',
    icon: 'M14 4h5v16h-5M4 12h10M11 8l4 4-4 4',
  },
  {
    name: 'settings',
    label: 'nav.settings',
    needs: 'settings.read',
    icon: 'M4 7h9M19 7h1M4 17h1M11 17h9M16 7m-2.500 0a2.500 2.500 0 1 0 5 0 2.500 2.500 0 1 0-5 0M8 17m-2.500 0a2.500 2.500 0 1 0 5 0 2.500 2.500 0 1 0-5 0',
  },
];

/** The pages that somebody may see. */
export function navigationFor(may: (need: Need) => boolean): readonly NavigationItem[] {
  return NAVIGATION.filter((item) => may(item.needs));
}
