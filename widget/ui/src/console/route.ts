import { useEffect, useState } from 'preact/hooks';

/** The console's screens, by their names in the address. */
export const screens = [
  'status',
  'setup',
  'connect',
  'mapping',
  'permissions',
  'history',
  'failures',
  'conflicts',
  'compare',
  'tokens',
  'people',
  'audit',
  'settings',
] as const;
export type Screen = (typeof screens)[number];

export interface Route {
  readonly screen: Screen;
  readonly query: URLSearchParams;
}

/** Reads an address's fragment: #failures?code=X. What is unknown is the status screen. */
export function readRoute(hash: string): Route {
  const [name = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  return { screen: screens.find((one) => one === name) ?? 'status', query: new URLSearchParams(query) };
}

/** The fragment of a screen with parameters; blank ones are left out. */
export function routeLink(
  screen: Screen,
  parameters: Readonly<Record<string, string | null | undefined>> = {},
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value) query.set(name, value);
  const text = query.toString();
  return `#${screen}${text ? `?${text}` : ''}`;
}

/** The screen that the address names, and its parameters. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const move = (): void => setHash(location.hash);
    addEventListener('hashchange', move);
    return () => removeEventListener('hashchange', move);
  }, []);
  return readRoute(hash);
}

/** Puts parameters into the screen's address, so that it can be shared, and gone back from. Other parameters stay, but for the page. */
export function usePlace(route: Route): (change: Readonly<Record<string, string | null>>) => void {
  return (change) => {
    const all = { ...Object.fromEntries(route.query), after: null, ...change };
    location.hash = routeLink(route.screen, all);
  };
}
