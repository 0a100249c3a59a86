import { fireEvent, render, screen } from '@testing-library/preact';
import { useState } from 'preact/hooks';
import { expect, it, vi } from 'vitest';
import type { FieldFragment } from '../generated/graphql';
import { Chart } from './parts/chart';
import { fieldsOf, FieldOrder, orderFor } from './parts/field-order';
import { mappingFile, readMapping, type MappingRow } from './parts/exchange';
import type { ConstantRow } from './parts/constants';
import { fieldsFound, Picker } from './parts/picker';
import { rowsOf } from './parts/profile-card';
import { groupsOf } from './parts/profile-fields';
import { sinceOf } from './parts/since';
import { beyond, versionsIn } from './parts/versions';

const field = (name: string, label: string, type = 'TEXT'): FieldFragment => ({
  name,
  label,
  type,
  length: 0,
  required: false,
  updatable: true,
  picklist: null,
  custom: name.endsWith('__c'),
});
const fields = [
  field('Email', 'Email', 'EMAIL'),
  field('Tier__c', 'Customer tier', 'PICKLIST'),
  field('Title', 'Title'),
];
const rows: readonly MappingRow[] = [
  { desk: 'email', salesforce: 'Email', rule: 'TWO_WAY', values: [] },
  { desk: 'title', salesforce: 'Title', rule: 'OFF', values: [{ desk: 'Boss, big', salesforce: 'a b' }] },
];

const constants: readonly ConstantRow[] = [
  { side: 'SALESFORCE', field: 'LeadSource', value: 'Web' },
  { side: 'DESK', field: 'type', value: 'paid = yes' },
];

it('fields are found by label, name and type, those that are mapped last', () => {
  const names = (search: string): string[] => fieldsFound(fields, search, new Set(['Email'])).map((one) => one.name);
  expect(names('')).toEqual(['Tier__c', 'Title', 'Email']);
  expect(names('customer')).toEqual(['Tier__c']);
  expect(names('PICK')).toEqual(['Tier__c']);
  expect(names('t mail')).toEqual([]);
  expect(names('ti')).toEqual(['Tier__c', 'Title']);
});

it('a field is picked by keyboard alone, and escape leaves it as it was', () => {
  const set = vi.fn();
  const samples = new Map([['Title', ['Boss', 'Boss', 'Clerk']]]);
  render(<Picker label="Field" value="Title" of={fields} samples={samples} set={set} />);
  const box = screen.getByRole('combobox', { name: 'Field' });
  expect(screen.getByText(/Boss, Clerk/)).toBeTruthy();
  fireEvent.keyDown(box, { key: 'ArrowDown' });
  expect(box.getAttribute('aria-expanded')).toBe('true');
  fireEvent.keyDown(box, { key: 'Escape' });
  expect(box.getAttribute('aria-expanded')).toBe('false');
  fireEvent.input(box, { target: { value: 'tier' } });
  expect(screen.getAllByRole('option').length).toBe(1);
  fireEvent.keyDown(box, { key: 'Enter' });
  expect(set).toHaveBeenCalledWith('Tier__c');
  fireEvent.input(box, { target: { value: 'nothing of that name' } });
  fireEvent.keyDown(box, { key: 'Enter' });
  expect(set).toHaveBeenCalledTimes(1);
});

it('a mapping goes into a file and comes back, and nothing else is taken', () => {
  const file = mappingFile('CONTACT', rows, constants);
  expect(readMapping(file, 'CONTACT')).toEqual({ rows, constants });
  for (const text of [
    file.replace('OFF', 'SIDEWAYS'),
    file.replace('DESK', 'MOON'),
    file.replace('"Web"', '7'),
    mappingFile('ACCOUNT', rows, constants),
    file.replace('"a b"', '7'),
    '{"kind":"sidelight-mapping","object":"CONTACT","mappings":[null]}',
    '[]',
    'null',
    'not JSON',
  ])
    expect(readMapping(text, 'CONTACT')).toBeNull();
});

it('versions come out of the audit with what each changed', () => {
  const entry = { id: '1', at: '2026-06-01T12:00:00Z', subject: 'ada', action: 'saveFieldMappings' };
  const detail = {
    before: ['email TWO_WAY Email'],
    after: ['email TWO_WAY Email', 'title OFF Title [["Boss, big","a b"]]', 'broken'],
  };
  const versions = versionsIn(
    [
      { ...entry, target: 'CONTACT', detail },
      { ...entry, target: 'ACCOUNT', detail },
      { ...entry, target: 'CONTACT', detail: null },
    ],
    'CONTACT',
  );
  expect(versions.length).toBe(1);
  expect(versions[0]?.after).toEqual({ rows, constants: null });
  expect(beyond(versions[0]!.after, versions[0]!.before)).toEqual({ rows: rows.slice(1), constants: [] });
});

it('a version has the mapping and the constants as they were together, whichever was saved', () => {
  const said = constants.map((one) => `${one.side} ${one.field} = ${one.value}`);
  const entry = { subject: 'ada', target: 'CONTACT' };
  const first = ['email TWO_WAY Email'];
  const versions = versionsIn(
    [
      {
        ...entry,
        id: '4',
        at: '2026-06-01T15:00:00Z',
        action: 'resetFieldMappings',
        detail: { before: [], after: first },
      },
      {
        ...entry,
        id: '2',
        at: '2026-06-01T13:00:00Z',
        action: 'saveFieldMappings',
        detail: { before: first, after: [] },
      },
      { ...entry, id: '3', at: '2026-06-01T14:00:00Z', action: 'saveConstants', detail: { before: said, after: [] } },
      {
        ...entry,
        id: '1',
        at: '2026-06-01T12:00:00Z',
        action: 'saveConstants',
        detail: { before: [], after: [...said, 'MOON x = y'] },
      },
    ],
    'CONTACT',
  );
  const email = rows.slice(0, 1);
  expect(versions.map(({ id, after }) => [id, after])).toEqual([
    ['4', { rows: email, constants: [] }],
    ['3', { rows: [], constants: [] }],
    ['2', { rows: [], constants }],
    ['1', { rows: email, constants }],
  ]);
  expect(versions.map(({ after, before }) => beyond(after, before))).toEqual([
    { rows: email, constants: [] },
    { rows: [], constants: [] },
    { rows: [], constants: [] },
    { rows: [], constants },
  ]);
});

it('a file without tables has none, and a version that changes only a table says so', () => {
  const without = mappingFile('CONTACT', rows, []).replaceAll(/,\s*"(values|constants)": \[[^\]]*\]/g, '');
  const read = readMapping(without, 'CONTACT');
  expect(read?.rows?.map((row) => row.values)).toEqual([[], []]);
  expect(read?.constants).toBeNull();
  const plain = rows.map((row) => ({ ...row, values: [] }));
  const [one, other] = [rows, plain].map((each) => ({ rows: each, constants: null }));
  expect(beyond(one!, other!).rows).toEqual(rows.slice(1));
  expect(beyond(other!, one!).rows).toEqual(plain.slice(1));
});

it('a layout lists the parts that are shown, then the others', () => {
  expect(
    rowsOf({ parts: ['NOTES', 'CONTACT'], tellHidden: false, contactFields: [], accountFields: [] }).map((row) => [
      row.part,
      row.shown,
    ]),
  ).toEqual([
    ['NOTES', true],
    ['CONTACT', true],
    ['OPPORTUNITIES', false],
    ['ACCOUNT', false],
    ['TASKS', false],
    ['EVENTS', false],
  ]);
});

it('the order of a card’s fields keeps only what it needs', () => {
  const mapped = [
    { object: 'CONTACT', salesforce: { name: 'Email', label: 'Email' } },
    { object: 'CONTACT', salesforce: { name: 'Tier__c', label: 'Tier' } },
    { object: 'ACCOUNT', salesforce: { name: 'Size__c', label: 'Size' } },
  ] as const;
  const names = fieldsOf('CONTACT', [...mapped]).map((one) => one.name);
  expect(names).toEqual(['email', 'phone', 'mobile', 'title', 'department', 'mailingAddress', 'owner', 'Tier__c']);
  expect(orderFor(names, names)).toEqual([]);
  expect(orderFor(['Tier__c', ...names.slice(0, -1)], names)).toEqual(['Tier__c']);
  expect(orderFor([names[1]!, names[0]!, ...names.slice(2)], names)).toEqual(['phone']);
  const Editor = () => {
    const [order, set] = useState<readonly string[]>([]);
    return <FieldOrder object="CONTACT" mapped={[...mapped]} order={order} set={set} />;
  };
  const { container } = render(<Editor />);
  const shown = () => [...container.querySelectorAll('li')].map((one) => one.dataset.field);
  fireEvent.click(screen.getByRole('button', { name: 'Move Tier up', hidden: true }));
  expect(shown().slice(-2)).toEqual(['Tier__c', 'owner']);
  fireEvent.click(screen.getByRole('button', { name: 'Usual order', hidden: true }));
  expect(shown()).toEqual(names);
});

it('mapped fields stand among those that can be hidden', () => {
  const groups = groupsOf([{ object: 'CONTACT', salesforce: { name: 'Tier__c', label: 'Tier' } }]);
  expect(groups[0]?.fields.at(-1)).toEqual({ name: 'Contact.Tier__c', text: 'Tier (Tier__c)' });
  expect(groups[0]?.fields.find((one) => one.name === 'Contact.mailingAddress')?.text).toBe('Mailing address');
});

it('a day leads to its rows, and one of which nothing is known says so', () => {
  render(
    <Chart
      title="Changes"
      bars={[
        { day: '2026-06-01', count: null },
        { day: '2026-06-02', count: 1200, link: '#history?since=2026-06-02' },
      ]}
    />,
  );
  expect(screen.getByRole('link', { name: 'Jun 2, 2026: 1,200' }).getAttribute('href')).toBe(
    '#history?since=2026-06-02',
  );
  expect(screen.getByRole('img', { name: 'Jun 1, 2026: not known' })).toBeTruthy();
  expect(sinceOf(new URLSearchParams('since=2026-06-02'))).toBe('2026-06-02T00:00:00.000Z');
  expect(sinceOf(new URLSearchParams('since=yesterday'))).toBeNull();
});
