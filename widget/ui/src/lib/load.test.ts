import { expect, it } from 'vitest';
import { wholeLoad } from './load';

const began = '2026-06-01T12:00:00Z';
const after = (seconds: number): number => Date.parse(began) + seconds * 1000;

it('the whole load has one share and one estimate, over reading and writing', () => {
  expect(wholeLoad(null, began, after(5))).toBeNull();
  expect(wholeLoad({ phase: 'READING', done: 0, total: 100 }, began, after(5))).toEqual({ share: 0, left: null });
  expect(wholeLoad({ phase: 'READING', done: 50, total: 100 }, began, after(10))).toEqual({ share: 0.25, left: 30 });
  expect(wholeLoad({ phase: 'WRITING', done: 50, total: 100 }, began, after(30))).toEqual({ share: 0.75, left: 10 });
  expect(wholeLoad({ phase: 'READING', done: 50, total: null }, null, after(10))).toEqual({ share: 0, left: null });
  expect(wholeLoad({ phase: 'DONE', done: 1, total: 1 }, began, after(40))).toEqual({ share: 1, left: 0 });
});
