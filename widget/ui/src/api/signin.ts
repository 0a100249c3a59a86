import { device, tokensFrom, type Tokens } from './session';

/**
 * Opens *Sign in with Zoho* in a popup, which answers with {type: "sidelight-token", …} to this page's origin.
 * Resolves to null when the person closes the popup. Must be called from a click, or the browser blocks the popup.
 */
export function signInWithZoho(serverUrl: string): Promise<Tokens | null> {
  const start = new URL('auth/desk/start', serverUrl);
  start.searchParams.set('origin', location.origin);
  start.searchParams.set('device', device());
  const popup = open(start, 'sidelight-sign-in', 'popup,width=520,height=680');
  if (!popup) return Promise.reject(new Error('The browser blocked the sign-in window. Allow pop-ups for this page and try again.'));

  return new Promise((resolve) => {
    const finish = (tokens: Tokens | null): void => {
      removeEventListener('message', receive);
      clearInterval(watch);
      resolve(tokens);
    };
    const receive = (event: MessageEvent<unknown>): void => {
      if (event.origin !== start.origin || event.source !== popup) return;
      if ((event.data as { type?: unknown } | null)?.type !== 'sidelight-token') return;
      finish(tokensFrom(event.data));
    };
    addEventListener('message', receive);
    // There is no event for a popup of another origin being closed.
    const watch = setInterval(() => popup.closed && finish(null), 500);
  });
}
