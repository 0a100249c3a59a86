import { fireEvent, render, screen } from '@testing-library/preact';
import { expect, it, vi } from 'vitest';
import { FailureGroups, type Groups } from './parts/failure-groups';

const groups = (count: number): Groups =>
  Array.from({ length: count }, (_, i) => ({
    id: `cause-${i}`,
    count: count - i,
    lastAt: '2026-05-03T09:00:00Z',
    object: 'CONTACT',
    target: 'DESK',
    code: 'VALUE_TOO_LONG',
    fields: ['title'],
    message: `Cause ${i}`,
  }));

it('of many groups eight are shown until more are asked for, and at most fifty', () => {
  render(<FailureGroups groups={groups(51)} chosen={null} busy={false} show={vi.fn()} retry={vi.fn()} />);
  expect(screen.getAllByRole('listitem')).toHaveLength(8);
  expect(screen.queryByText(/There are more causes/)).toBeNull();
  const more = screen.getByRole('button', { name: 'Show more' });
  more.focus();
  fireEvent.click(more);
  expect(screen.getAllByRole('listitem')).toHaveLength(50);
  expect(screen.getByText(/There are more causes: the 50 largest/)).toBeTruthy();
  expect(document.activeElement).toBe(more);
  fireEvent.click(more);
  expect(screen.getAllByRole('listitem')).toHaveLength(8);
});

it('a group shows and retries what has its cause, and few groups need no button', () => {
  const show = vi.fn();
  const retry = vi.fn();
  render(<FailureGroups groups={groups(2)} chosen="cause-1" busy={false} show={show} retry={retry} />);
  expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull();
  const [first, second] = screen.getAllByRole('button', { name: 'Show' });
  expect(second?.getAttribute('aria-pressed')).toBe('true');
  fireEvent.click(first!);
  expect(show).toHaveBeenCalledWith({ code: 'VALUE_TOO_LONG', object: 'CONTACT', cause: 'cause-0' });
  fireEvent.click(screen.getByRole('button', { name: /Retry all 1/ }));
  expect(retry).toHaveBeenCalledWith({ code: 'VALUE_TOO_LONG', object: 'CONTACT', cause: 'cause-1' });
});
