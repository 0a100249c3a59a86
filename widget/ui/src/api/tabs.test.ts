import { beforeEach, expect, it, vi } from 'vitest';
import { Session } from './session';

beforeEach(() => sessionStorage.clear());

const expires = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();

it('a duplicated tab goes on with the tokens that the first one renewed', async () => {
  let trades = 0;
  vi.stubGlobal('fetch', () => {
    trades++;
    return Promise.resolve(
      new Response(JSON.stringify({ token: `new ${trades}`, refreshToken: `r${trades}`, expiresAt: expires(15) })),
    );
  });
  const first = new Session('test', () => 'https://server.example/');
  first.set({ token: 'old', refreshToken: 'r0', expiresAt: expires(0) });
  const second = new Session('test', () => 'https://server.example/'); // begins with what the storage holds
  expect(second.token).toBe('old');
  expect(await first.renew()).toBe(true);
  expect(await second.renew()).toBe(true);
  expect([first.token, second.token, trades]).toEqual(['new 1', 'new 1', 1]);
});

it('another sign-in in another tab is left alone', async () => {
  const one = new Session('test', () => 'https://server.example/');
  one.set({ token: 'one', refreshToken: 'a', expiresAt: expires(1) });
  const other = new Session('test', () => 'https://server.example/');
  other.set({ token: 'other', refreshToken: 'b', expiresAt: expires(15) });
  await new Promise((done) => setTimeout(done, 20));
  expect([one.token, other.token]).toEqual(['one', 'other']);
});
