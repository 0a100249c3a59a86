import type { Session } from '../api/session';

/** Saves one of the server's downloads. */
export type Download = (path: string) => void;

/** The address of a CSV of what a filter leaves. */
export function csvLink(
  name: 'failures' | 'history',
  filter: Readonly<Record<string, string | number | boolean | null | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(filter))
    if (value !== null && value !== undefined && value !== '') query.set(key, String(value));
  const text = query.toString();
  return `export/${name}.csv${text ? `?${text}` : ''}`;
}

/** A download with the token in a header, where no log shows it; a token that is over is renewed. Throws when the server refuses it. */
export async function save(base: string, path: string, session: Session): Promise<void> {
  const ask = (): Promise<Response> =>
    fetch(new URL(path, base), {
      headers: { Authorization: `Bearer ${session.token ?? ''}` },
      credentials: 'omit',
    });
  let response = await ask();
  if (response.status === 401 && (await session.renew())) response = await ask();
  if (!response.ok) throw new Error(String(response.status));
  keep(await response.blob(), path.replace(/\?.*/, '').replace(/.*\//, ''));
}

/** Hands a file to the browser's downloads. */
export function keep(content: Blob | string, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(typeof content === 'string' ? new Blob([content]) : content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
