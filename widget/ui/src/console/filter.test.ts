import { expect, test } from 'vitest';
import { valuesOf } from './filter';

test('a comparison takes the values that it needs and no others', () => {
  expect(valuesOf('IN', ' Gold, Silver ,,')).toEqual(['Gold', 'Silver']);
  expect(valuesOf('EQUALS', ' Doe, Jane ')).toEqual(['Doe, Jane']);
  expect(valuesOf('EQUALS', ' ')).toEqual([]);
  expect(valuesOf('IS_BLANK', 'left over')).toEqual([]);
});
