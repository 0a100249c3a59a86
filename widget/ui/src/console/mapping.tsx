import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { MappingDocument, ResetMappingDocument, SaveMappingDocument, type FieldMappingInput, type FieldRule, type FoundFragment, type MappingQuery, type SyncObject } from '../generated/graphql';
import { Filter } from './filter';
import { Choice, Found, Panel, Problem, Table, words } from './parts';
import { Rehearsal } from './rehearsal';
import { useAction, useQuery } from './use';

const rules: readonly FieldRule[] = ['TWO_WAY', 'PREFER_SALESFORCE', 'PREFER_SALESFORCE_UNLESS_BLANK', 'PREFER_DESK', 'SALESFORCE_TO_DESK', 'DESK_TO_SALESFORCE', 'OFF'];
type Row = { desk: string; salesforce: string; rule: FieldRule };
type Problems = readonly FoundFragment[];

/** Which Desk field goes with which Salesforce field, and which way. */
export function Mapping(): JSX.Element {
  const [object, setObject] = useState<SyncObject>('CONTACT');
  const { data, problem, reload } = useQuery(MappingDocument, { object });
  return (
    <>
      <div class="row tabs-inner" role="group" aria-label="Kind of record">
        {(['CONTACT', 'ACCOUNT'] as const).map((one) => <button type="button" key={one} class="button slim" aria-pressed={one === object} onClick={() => setObject(one)}>{words(one)}s</button>)}
      </div>
      <Problem text={problem} />
      {data && <Editor key={object} object={object} data={data} reload={reload} />}
      {data && <Filter key={`filter ${object}`} object={object} data={data} reload={reload} />}
    </>
  );
}

function Editor({ object, data, reload }: { object: SyncObject; data: MappingQuery; reload: () => void }): JSX.Element {
  const saved = (data.fieldMappings ?? []).map((m): Row => ({ desk: m.desk.name, salesforce: m.salesforce.name, rule: m.rule }));
  const [rows, setRows] = useState<readonly Row[]>(saved);
  const [problems, setProblems] = useState<Problems>([]);
  const [note, setNote] = useState('');
  const action = useAction();
  const key = JSON.stringify(saved);
  useEffect(() => setRows(JSON.parse(key) as Row[]), [key]);
  const change = (index: number, part: Partial<Row>): void => setRows(rows.map((row, i) => (i === index ? { ...row, ...part } : row)));
  const done = (payload: { saved: boolean; problems: Problems } | null | undefined): void => {
    setProblems(payload?.problems ?? []);
    setNote(payload?.saved ? 'Saved.' : 'Nothing was saved: correct the errors.');
    if (payload?.saved) reload();
  };
  const inputs: FieldMappingInput[] = rows.map((row) => ({ ...row }));
  const changed = key !== JSON.stringify(rows);
  const save = (): void => {
    action.run(SaveMappingDocument, { object, mappings: inputs }, (answer) => done(answer.saveFieldMappings));
  };
  return (
    <>
      <Panel title={`${words(object)} fields`} actions={<>
        <span role="status" class="soft small">{note}</span>
        <button type="button" class="button slim" onClick={() => setRows([...rows, { desk: '', salesforce: '', rule: 'TWO_WAY' }])}>Add a field</button>
        <button type="button" class="button slim" disabled={action.busy} onClick={() => action.run(ResetMappingDocument, { object }, (answer) => done(answer.resetFieldMappings))}>Standard mapping</button>
        <button type="button" class="button primary slim" disabled={action.busy || !changed} onClick={save}>Save</button>
      </>}>
        <Problem text={action.problem} />
        <Found problems={problems.filter((p) => !p.desk && !p.salesforce)} />
        <Table head={['Zoho Desk', 'Rule', 'Salesforce', '']}>
          {rows.map((row, index) => (
            <tr key={index}>
              <td><Choice label="Zoho Desk field" value={row.desk} of={data.desk ?? []} set={(desk) => change(index, { desk })} /></td>
              <td>
                <select aria-label="Rule" value={row.rule} onChange={(event) => change(index, { rule: event.currentTarget.value as FieldRule })}>
                  {rules.map((rule) => <option key={rule} value={rule}>{words(rule)}</option>)}
                </select>
              </td>
              <td>
                <Choice label="Salesforce field" value={row.salesforce} of={data.salesforce ?? []} set={(salesforce) => change(index, { salesforce })} />
                <Found problems={problems.filter((p) => (p.desk && p.desk === row.desk) || (p.salesforce && p.salesforce === row.salesforce))} />
              </td>
              <td><button type="button" class="button slim quiet" aria-label={`Remove ${row.desk}`} onClick={() => setRows(rows.filter((_, i) => i !== index))}>Remove</button></td>
            </tr>
          ))}
        </Table>
      </Panel>
      <Rehearsal object={object} edited={changed ? inputs : null} />
    </>
  );
}
