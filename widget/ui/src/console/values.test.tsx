import { fireEvent, render, screen } from '@testing-library/preact';
import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { expect, it, vi } from 'vitest';
import type { FieldFragment, ValuePairInput } from '../generated/graphql';
import type { MappingRow } from './parts/exchange';
import { leftOver, linesOf, pairsIn, ValueTable } from './parts/values';

const tier = (name: string, picklist: string[] | null, type = 'PICKLIST'): FieldFragment => ({
  name,
  label: name,
  picklist,
  type,
  length: 0,
  required: false,
  updatable: true,
  custom: true,
});
const lists = { desk: ['Gold', 'Silver', 'Tin'], salesforce: ['1', '2', 'tin', '9'] };
const pairs = [
  { desk: 'Gold', salesforce: '1' },
  { desk: 'Silver', salesforce: '2' },
  { desk: 'Silver', salesforce: 'old' },
];

it('a table shows its pairs and the values that go with the same text, and keeps the pairs alone', () => {
  const lines = linesOf(pairs, lists);
  expect(lines).toEqual([...pairs, { desk: 'Tin', salesforce: '' }]);
  expect(pairsIn(lines)).toEqual(pairs);
  expect(leftOver(lines, lists)).toEqual(['9']);
  expect(leftOver([], lists)).toEqual(['1', '2', '9']);
});

const set = vi.fn<(values: readonly ValuePairInput[]) => void>();
function Edited({ values, desk }: { values: readonly ValuePairInput[]; desk: FieldFragment }): JSX.Element {
  const [row, setRow] = useState<MappingRow>({ desk: desk.name, salesforce: 'Tier__c', rule: 'TWO_WAY', values });
  return (
    <ValueTable
      row={row}
      desk={desk}
      salesforce={tier('Tier__c', lists.salesforce)}
      problems={[
        { severity: 'WARNING', code: 'X', message: 'it can be read, and not written', desk: null, salesforce: null },
      ]}
      set={(next) => {
        set(next);
        setRow({ ...row, values: next });
      }}
    />
  );
}

it('pairs are edited, say what is not active, and a blank one goes with the same text again', () => {
  render(<Edited values={pairs} desk={tier('cf_tier', lists.desk)} />);
  fireEvent.click(screen.getByRole('button', { name: 'Values: 3 pairs… Tier__c' }));
  expect(screen.getByText('it can be read, and not written')).toBeTruthy();
  expect(screen.getAllByText('not active')).toHaveLength(1); // old
  const fourth = screen.getByRole('combobox', { name: 'Salesforce value 4' });
  expect(fourth.getAttribute('placeholder')).toBe('the same: Tin');
  fireEvent.input(fourth, { target: { value: '9' } });
  expect(set).toHaveBeenLastCalledWith([...pairs, { desk: 'Tin', salesforce: '9' }]);
  fireEvent.input(screen.getByRole('combobox', { name: 'Salesforce value 1' }), { target: { value: '' } });
  expect(set).toHaveBeenLastCalledWith([...pairs.slice(1), { desk: 'Tin', salesforce: '9' }]);
  fireEvent.click(screen.getByRole('button', { name: 'Remove pair 3' }));
  expect(set).toHaveBeenLastCalledWith([
    { desk: 'Silver', salesforce: '2' },
    { desk: 'Tin', salesforce: '9' },
  ]);
  expect(screen.getByText('Active in Salesforce, and without a counterpart: 1, tin')).toBeTruthy();
  fireEvent.click(screen.getByText('Add a pair'));
  fireEvent.input(screen.getByRole('combobox', { name: 'Salesforce value 4' }), { target: { value: '1' } });
  expect(set.mock.lastCall?.[0].at(-1)).toEqual({ desk: '', salesforce: '1' }); // the check says what it lacks
});

it('fields without picklists have no table, unless one is left to take away', () => {
  const { container } = render(
    <ValueTable
      row={{ desk: 'a', salesforce: 'B', rule: 'TWO_WAY', values: [] }}
      desk={tier('a', null, 'TEXT')}
      salesforce={tier('B', null, 'TEXT')}
      problems={[]}
      set={set}
    />,
  );
  expect(container.textContent).toBe('');
  render(
    <ValueTable
      row={{ desk: 'a', salesforce: 'B', rule: 'TWO_WAY', values: pairs }}
      desk={undefined}
      salesforce={tier('B', null, 'TEXT')}
      problems={[]}
      set={set}
    />,
  );
  expect(screen.getByText('Values: 3 pairs…')).toBeTruthy();
});
