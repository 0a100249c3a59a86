import { device, tokensFrom, type Tokens } from './session';

/** Why a sign-in did not work: the popup was blocked, or the server refused it in its own words. */
export class SignInError extends Error {
  constructor(
    readonly blocked: boolean,
    message: string,
  ) {
    super(message);
    this.name = 'SignInError';
  }
}

/** How an admin can sign in besides with a token. */
export interface Methods {
  readonly oidc: boolean;
  readonly desk: boolean;
}

/** Asks the server; none where it does not say. */
export async function methods(serverUrl: string): Promise<Methods> {
  try {
    const response = await fetch(new URL('auth/methods', serverUrl), { credentials: 'omit' });
    const told = (response.ok ? await response.json() : null) as Partial<Methods> | null;
    return { oidc: told?.oidc === true, desk: told?.desk === true };
  } catch {
    return { oidc: false, desk: false };
  }
}

/** Opens *Sign in with Zoho* for an agent. */
export const signInWithZoho = (serverUrl: string): Promise<Tokens | null> =>
  popup(new URL('auth/desk/start', serverUrl));

/** Opens the sign-in of an admin. */
export function signInAsAdmin(serverUrl: string, way: keyof Methods): Promise<Tokens | null> {
  const start = new URL(`auth/${way}/start`, serverUrl);
  if (way === 'desk') start.searchParams.set('for', 'admin');
  return popup(start);
}

/**
 * Opens a sign-in in a popup, which answers with {type: "sidelight-token", …} to this page's origin.
 * Resolves to null when the person closes the popup; throws SignInError. Must be called from a click, or the browser blocks the popup.
 */
function popup(start: URL): Promise<Tokens | null> {
  start.searchParams.set('origin', location.origin);
  start.searchParams.set('device', device());
  const opened = open(start, 'sidelight-sign-in', 'popup,width=520,height=680');
  if (!opened) return Promise.reject(new SignInError(true, ''));

  return new Promise((resolve, reject) => {
    const end = (): void => {
      removeEventListener('message', receive);
      clearInterval(watch);
    };
    const receive = (event: MessageEvent<unknown>): void => {
      if (event.origin !== start.origin || event.source !== opened) return;
      const told = event.data as { type?: unknown; message?: unknown } | null;
      if (told?.type === 'sidelight-problem') {
        end();
        reject(new SignInError(false, typeof told.message === 'string' ? told.message : ''));
      }
      if (told?.type !== 'sidelight-token') return;
      end();
      resolve(tokensFrom(event.data));
    };
    addEventListener('message', receive);
    // There is no event for a popup of another origin being closed.
    const watch = setInterval(() => {
      if (!opened.closed) return;
      end();
      resolve(null);
    }, 500);
  });
}
