import { act, renderHook, waitFor } from '@testing-library/preact';
import { expect, it } from 'vitest';
import { useMore } from './use-more';

const page = (ids: readonly string[], endCursor: string | null) => ({
  nodes: ids.map((id) => ({ id })),
  pageInfo: { hasNextPage: endCursor !== null, endCursor },
});
const ids = (rows: readonly { id: string }[]): string => rows.map((row) => row.id).join('');

it('adds page after page, each row once, and begins anew when the first page changes', async () => {
  const pages: Readonly<Record<string, ReturnType<typeof page>>> = {
    one: page(['b', 'c'], 'two'),
    two: page(['d'], null),
  };
  const { result, rerender } = renderHook(
    ({ first }) => useMore(first, (after) => Promise.resolve(pages[after] ?? null)),
    { initialProps: { first: page(['a', 'b'], 'one') } },
  );
  expect(ids(result.current.rows)).toBe('ab');
  void act(() => result.current.more?.());
  await waitFor(() => expect(ids(result.current.rows)).toBe('abc'));
  void act(() => result.current.more?.());
  await waitFor(() => expect(ids(result.current.rows)).toBe('abcd'));
  expect(result.current.more).toBeNull();
  rerender({ first: page(['x'], null) });
  await waitFor(() => expect(ids(result.current.rows)).toBe('x'));
});

it('can be tried again when a page does not come', async () => {
  let fails = true;
  const { result } = renderHook(() =>
    useMore(page(['a'], 'one'), () => (fails ? Promise.reject(new Error('no')) : Promise.resolve(page(['b'], null)))),
  );
  void act(() => result.current.more?.());
  await waitFor(() => expect(result.current.busy).toBe(false));
  fails = false;
  void act(() => result.current.more?.());
  await waitFor(() => expect(ids(result.current.rows)).toBe('ab'));
});
