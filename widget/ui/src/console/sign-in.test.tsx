import { fireEvent, render, screen, waitFor } from '@testing-library/preact';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Session } from '../api/session';
import { SignIn } from './sign-in';

const base = 'https://sidelight.example/';

beforeEach(() => sessionStorage.clear());
afterEach(() => vi.unstubAllGlobals());

/** The server's answers by the end of the address. */
function answering(answers: Record<string, unknown>) {
  const asked: string[] = [];
  vi.stubGlobal('fetch', (address: URL) => {
    asked.push(address.pathname);
    return Promise.resolve(new Response(JSON.stringify(answers[address.pathname] ?? {})));
  });
  return asked;
}

it('offers the ways to sign in that the installation has, and takes the tokens of its own popup alone', async () => {
  answering({ '/auth/methods': { oidc: true, desk: false } });
  const popup = { closed: false };
  let opened = '';
  vi.stubGlobal('open', (address: URL) => {
    opened = address.href;
    return popup;
  });
  const session = new Session('console', () => base);
  render(<SignIn base={base} session={session} reason={null} />);
  fireEvent.click(await screen.findByText('Sign in with your organization'));
  expect(screen.queryByText('Sign in with Zoho')).toBeNull();
  expect(opened).toMatch(/^https:\/\/sidelight\.example\/auth\/oidc\/start\?/);
  const tell = (origin: string, source: unknown) => {
    const event = new MessageEvent('message', {
      origin,
      data: { type: 'sidelight-token', token: origin, refreshToken: 'r' },
    });
    Object.defineProperty(event, 'source', { value: source });
    dispatchEvent(event);
  };
  tell('https://evil.example', popup);
  tell('https://sidelight.example', {});
  expect(session.token).toBeNull();
  tell('https://sidelight.example', popup);
  await waitFor(() => expect(session.token).toBe('https://sidelight.example'));
});

it('asks for a token alone where there is no other way, and begins as an admin with Zoho where there is', async () => {
  answering({});
  const session = new Session('console', () => base);
  const { unmount } = render(<SignIn base={base} session={session} reason="It has ended." />);
  expect(screen.getByText('It has ended.')).toBeTruthy();
  expect(screen.queryByText(/^Sign in with/)).toBeNull();
  unmount();
  answering({ '/auth/methods': { desk: true } });
  let opened = '';
  vi.stubGlobal('open', (address: URL) => {
    opened = address.href;
    return null;
  });
  render(<SignIn base={base} session={session} reason={null} />);
  fireEvent.click(await screen.findByText('Sign in with Zoho'));
  expect(opened).toContain('/auth/desk/start?for=admin');
  expect(await screen.findByText(/blocked the sign-in window/)).toBeTruthy();
});

it('has the server end the sign-in when a person signs out', () => {
  const asked = answering({});
  const session = new Session('console', () => base);
  session.set({ token: 'a' });
  session.signOut();
  expect(asked).toEqual([]);
  session.set({ token: 'a', refreshToken: 'b' });
  session.signOut();
  expect([asked, session.token]).toEqual([['/auth/signout'], null]);
});
