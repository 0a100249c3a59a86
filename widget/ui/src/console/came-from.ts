import { readStored, writeStored } from '../lib/stored';

const key = 'sidelight.console.came-from';

/** Remembers the screen from which the admin leaves for a vendor's consent. */
export const leaveFrom = (hash: string): void => writeStored(key, hash);

/** After the consent the server leads to the connections: an admin who came from the set-up goes on there. */
export function comeBack(): void {
  const from = readStored(key);
  writeStored(key, null);
  if (from === '#setup' && location.hash === '#connect')
    history.replaceState(null, '', location.pathname + location.search + from);
}
