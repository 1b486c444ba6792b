/** Gives routes without a name one: that of the mail that takes them. */
import type { RouteSetting } from './port.ts';

export type UnnamedRoute = Omit<RouteSetting, 'name'> & { readonly name?: string };

/** `partner.example`, and where that is taken `partner.example (2)`. Names that were given are left as they are. */
export function nameRoutes(routes: readonly UnnamedRoute[]): readonly RouteSetting[] {
  const taken = new Set(routes.map(({ name }) => name));
  return routes.map((route) => {
    const name = route.name ?? findFreeName(route.recipientDomain, taken);
    taken.add(name);
    return { ...route, name };
  });
}

function findFreeName(wanted: string, taken: ReadonlySet<string | undefined>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted} (${number})`;
  return name;
}
