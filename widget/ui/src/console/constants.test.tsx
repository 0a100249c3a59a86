import { fireEvent, render, screen, waitFor } from '@testing-library/preact';
import { useState, type Dispatch } from 'preact/hooks';
import type { JSX } from 'preact';
import { afterEach, expect, it, vi } from 'vitest';
import { Client } from '../api/client';
import { Session } from '../api/session';
import type { FoundFragment, MappingQuery } from '../generated/graphql';
import { constantOf, withId, withLabel, type ConstantRow, type OfferedField } from './parts/constants';
import { Asking } from './parts/dialog';
import { Constants, filledBy } from './screens/constants';
import { ClientContext } from './use';

const field = (name: string, type: string, more: Partial<OfferedField> = {}): OfferedField => ({
  name,
  label: name,
  type,
  picklist: null,
  choices: null,
  length: 0,
  required: false,
  updatable: true,
  custom: false,
  ...more,
});
const kinds = field('RecordTypeId', 'REFERENCE', {
  label: 'Record Type ID',
  choices: [
    { value: '012A', label: 'Person' },
    { value: '012B', label: 'Partner' },
    { value: '012C', label: 'Twin' },
    { value: '012D', label: 'twin' },
  ],
});
const source = field('LeadSource', 'PICKLIST', { picklist: ['Web', 'Phone'] });
const data: MappingQuery = {
  fieldMappings: [
    {
      id: '1',
      rule: 'SALESFORCE_TO_DESK',
      values: [],
      desk: field('title', 'TEXT'),
      salesforce: field('Title', 'TEXT'),
    },
    { id: '2', rule: 'TWO_WAY', values: [], desk: field('email', 'EMAIL'), salesforce: field('Email', 'EMAIL') },
    { id: '3', rule: 'OFF', values: [], desk: field('city', 'TEXT'), salesforce: field('City', 'TEXT') },
  ],
  constants: [],
  desk: [field('title', 'TEXT'), field('active', 'BOOLEAN'), field('tags', 'MULTISELECT', { picklist: ['a', 'b'] })],
  salesforce: [kinds, source, field('Email', 'EMAIL')],
  syncFilters: [],
  integration: null,
};

interface Asked {
  readonly operation: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Draws the constants beside a server that forecasts, and refuses or saves; tells what it was asked. */
function drawn(
  begun: readonly ConstantRow[],
  problems: readonly FoundFragment[] = [],
): { asked: Asked[]; reload: () => void } {
  const asked: Asked[] = [];
  const saved = problems.length === 0;
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
    const { query, variables } = JSON.parse(init.body as string) as { query: string } & Pick<Asked, 'variables'>;
    const operation = /(?:mutation|query) (\w+)/.exec(query)?.[1] ?? '';
    asked.push({ operation, variables });
    const refusal = { message: 'this cannot be saved', extensions: { code: 'BAD_USER_INPUT' } };
    const answers: Record<string, unknown> = {
      Rehearse: saved ? { data: { rehearseSync: { id: '7' } } } : { data: { rehearseSync: null }, errors: [refusal] },
      Rehearsal: { data: { rehearsal: { status: 'DONE', objects: [] } } },
      SaveConstants: { data: { saveConstants: { saved, problems } } },
    };
    return Promise.resolve(new Response(JSON.stringify(answers[operation])));
  });
  const session = new Session('test', () => 'https://server.example/');
  session.set({ token: 't' });
  const reload = vi.fn();
  const Drawn = (): JSX.Element => {
    const [value, set] = useState(begun) as [readonly ConstantRow[], Dispatch<readonly ConstantRow[]>];
    const draft = { value, changed: value.length > 0, set, discard: () => set([]) };
    return <Constants object="CONTACT" data={data} saved={[]} draft={draft} samples={{}} reload={reload} />;
  };
  render(
    <ClientContext.Provider value={new Client('https://server.example/graphql', session)}>
      <Asking>
        <Drawn />
      </Asking>
    </ClientContext.Provider>,
  );
  return { asked, reload };
}

afterEach(() => vi.unstubAllGlobals());

it('a record type is chosen by its label, forecast, asked about and saved by its id', async () => {
  const { asked, reload } = drawn([{ side: 'SALESFORCE', field: 'RecordTypeId', value: '' }]);
  fireEvent.change(screen.getByLabelText('Value of Record Type ID'), { target: { value: '012B' } });
  fireEvent.click(screen.getByText('Save the values'));
  await screen.findByText('From now on, new records in Salesforce get Record Type ID = Partner.');
  expect(screen.getByText('Records that exist are not touched.')).toBeTruthy();
  expect(asked.map((one) => one.operation)).toEqual(['Rehearse', 'Rehearsal']);
  fireEvent.submit(screen.getByText('Save').closest('form')!);
  await waitFor(() => expect(reload).toHaveBeenCalled());
  const constants = [{ side: 'SALESFORCE', field: 'RecordTypeId', value: '012B' }];
  expect(asked.at(-1)).toEqual({ operation: 'SaveConstants', variables: { object: 'CONTACT', constants } });
  expect(screen.getByText('Saved.')).toBeTruthy();
  expect(screen.getByText('Take back')).toBeTruthy();
});

it('what the server refuses stands at its field, and goes when it is edited', async () => {
  const refusal = {
    severity: 'ERROR',
    code: 'X',
    message: 'Email gets its values by the mapping',
    desk: null,
  } as const;
  const { asked } = drawn(
    [
      { side: 'SALESFORCE', field: 'LeadSource', value: 'Fair' },
      { side: 'SALESFORCE', field: 'Email', value: 'x' },
    ],
    [{ ...refusal, salesforce: 'Email' }],
  );
  expect(screen.getAllByText('not active')).toHaveLength(1);
  fireEvent.click(screen.getByText('Save the values'));
  const message = await screen.findByText('Email gets its values by the mapping');
  expect(message.closest('tr')?.querySelector('input')?.value).toBe('Email');
  expect(screen.getByRole('alert').textContent).toBe('Nothing was saved: correct the errors.');
  expect(asked.map((one) => one.operation)).toEqual(['Rehearse', 'SaveConstants']);
  fireEvent.click(screen.getByLabelText('Remove the value of Email'));
  expect(screen.queryByText('Email gets its values by the mapping')).toBeNull();
});

it('yes or no is chosen, several words are typed, and a row begins without a value', () => {
  drawn([
    { side: 'DESK', field: 'active', value: '' },
    { side: 'DESK', field: 'tags', value: 'a;b' },
  ]);
  const answers = screen.getByLabelText<HTMLSelectElement>('Value of active');
  expect([...answers.options].map((one) => one.text)).toEqual(['Choose…', 'Yes', 'No']);
  expect(screen.getByLabelText('Value of tags').getAttribute('placeholder')).toBe('one; another');
  expect(screen.queryByText('not active')).toBeNull();
  fireEvent.click(screen.getByText('Add a value'));
  expect(screen.getAllByLabelText('Field of new records')).toHaveLength(3);
  expect(screen.queryByLabelText('Value of ')).toBeNull();
});

it('fields that the mapping fills are known by side', () => {
  expect([...filledBy(data, 'DESK')]).toEqual(['title', 'email']);
  expect([...filledBy(data, 'SALESFORCE')]).toEqual(['Email']);
});

it('a record type has its label in files and its id in the editor, and other values stay', () => {
  const row = (value: string): ConstantRow => ({ side: 'SALESFORCE', field: 'RecordTypeId', value });
  expect(withLabel(row('012B'), kinds).value).toBe('Partner');
  expect(withId(row(' partner'), kinds).value).toBe('012B');
  expect(withLabel(row('012C'), kinds).value).toBe('012C'); // two have its label
  expect([withLabel(row('gone'), kinds).value, withId(row('gone'), kinds).value]).toEqual(['gone', 'gone']);
  expect(withLabel({ ...row('Web'), field: 'LeadSource' }, source).value).toBe('Web');
  expect(['DESK type', 'MOON x = y', 7].map(constantOf)).toEqual([null, null, null]);
});
