import { describe, expect, it } from 'vitest';
import { RequestError, readAnswer } from './client';
import { splitFragment, tokensFrom } from './session';

describe('readAnswer', () => {
  it('keeps partial data, with what is missing and why', () => {
    const answer = readAnswer<{ a: number | null; b: number }>(200, {
      data: { a: null, b: 1 },
      errors: [{ message: 'not now', path: ['a'], extensions: { code: 'UPSTREAM_UNAVAILABLE' } }],
      extensions: { accessDenied: [{ field: 'Contact.phone', needs: 'CONTACT_INFO' }] },
    });
    expect(answer.data.b).toBe(1);
    expect(answer.problems[0]).toEqual({ message: 'not now', code: 'UPSTREAM_UNAVAILABLE', path: ['a'] });
    expect(answer.denied).toEqual([{ field: 'Contact.phone', needs: 'CONTACT_INFO' }]);
  });
  it('throws the server’s own code when there is no data', () => {
    expect(() =>
      readAnswer(401, { errors: [{ message: 'sign in', extensions: { code: 'UNAUTHENTICATED' } }] }),
    ).toThrow(new RequestError('UNAUTHENTICATED', 'sign in'));
    expect(() => readAnswer(502, '<html>')).toThrow(/status 502/);
  });
});

describe('splitFragment', () => {
  it('takes the token out and leaves the rest', () => {
    expect(splitFragment('#token=a%2Bb&failures')).toEqual({ token: 'a+b', rest: '#failures' });
    expect(splitFragment('#mapping')).toEqual({ token: null, rest: '#mapping' });
    expect(splitFragment('')).toEqual({ token: null, rest: '' });
  });
});

describe('tokensFrom', () => {
  it('believes nothing that is not a token', () => {
    for (const value of [null, 'x', {}, { token: '' }, { token: 1 }]) expect(tokensFrom(value)).toBeNull();
    expect(tokensFrom({ token: 't', refreshToken: 'r', expiresAt: 5 })).toEqual({
      token: 't',
      refreshToken: 'r',
      expiresAt: undefined,
    });
  });
});
