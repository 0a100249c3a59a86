import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { MappingDocument, RehearsalDocument, RehearseDocument, ResetMappingDocument, SaveMappingDocument, type FieldMappingInput, type FieldRule, type MappingQuery, type SaveMappingMutation, type SyncObject } from '../generated/graphql';
import { usePolling } from '../lib/hooks';
import { Panel, Problem, Table, shown, words } from './parts';
import { useAction, useQuery } from './use';

const rules: readonly FieldRule[] = ['TWO_WAY', 'PREFER_SALESFORCE', 'PREFER_SALESFORCE_UNLESS_BLANK', 'PREFER_DESK', 'SALESFORCE_TO_DESK', 'DESK_TO_SALESFORCE', 'OFF'];
type Row = { desk: string; salesforce: string; rule: FieldRule };
type Problems = NonNullable<SaveMappingMutation['saveFieldMappings']>['problems'];

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
      <Rehearsal />
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
  const save = (): void => {
    const mappings: FieldMappingInput[] = rows.map((row) => ({ ...row }));
    action.run(SaveMappingDocument, { object, mappings }, (answer) => done(answer.saveFieldMappings));
  };
  return (
    <Panel title={`${words(object)} fields`} actions={<>
      <span role="status" class="soft small">{note}</span>
      <button type="button" class="button slim" onClick={() => setRows([...rows, { desk: '', salesforce: '', rule: 'TWO_WAY' }])}>Add a field</button>
      <button type="button" class="button slim" disabled={action.busy} onClick={() => action.run(ResetMappingDocument, { object }, (answer) => done(answer.resetFieldMappings))}>Standard mapping</button>
      <button type="button" class="button primary slim" disabled={action.busy || key === JSON.stringify(rows)} onClick={save}>Save</button>
    </>}>
      <Problem text={action.problem} />
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
              {problems.filter((p) => (p.desk ?? '') === row.desk || (p.salesforce ?? '') === row.salesforce).map((p) => (
                <div class="small" key={p.message}><span class={`badge ${p.severity === 'ERROR' ? 'bad' : 'warn'}`}>{words(p.severity)}</span> {p.message}</div>
              ))}
            </td>
            <td><button type="button" class="button slim quiet" aria-label={`Remove ${row.desk}`} onClick={() => setRows(rows.filter((_, i) => i !== index))}>Remove</button></td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

function Choice({ label, value, of, set }: { label: string; value: string; of: readonly { name: string; label?: string | null | undefined; type: string }[]; set: (name: string) => void }): JSX.Element {
  return (
    <select aria-label={label} value={value} onChange={(event) => set(event.currentTarget.value)}>
      {!of.some((field) => field.name === value) && <option value={value}>{value || 'Choose…'}</option>}
      {of.map((field) => <option key={field.name} value={field.name}>{field.label ?? field.name} ({field.type.toLowerCase()})</option>)}
    </select>
  );
}

/** What the sync would do, had it run. */
function Rehearsal(): JSX.Element {
  const action = useAction();
  const [id, setId] = useState('');
  return (
    <Panel title="Rehearsal" actions={<button type="button" class="button slim" disabled={action.busy} onClick={() => action.run(RehearseDocument, {}, (data) => setId(data.rehearseSync?.id ?? ''))}>Rehearse now</button>}>
      <Problem text={action.problem} />
      <p class="soft">Forecasts every link, creation and change under the saved mapping. Nothing is written on either side.</p>
      {id && <Forecast id={id} />}
    </Panel>
  );
}

function Forecast({ id }: { id: string }): JSX.Element {
  const { data, problem, reload } = useQuery(RehearsalDocument, { id });
  const running = data?.rehearsal?.status === 'RUNNING';
  usePolling(reload, running || !data ? 1000 : null);
  return (
    <>
      <Problem text={problem} />
      <p role="status">{words(data?.rehearsal?.status ?? 'RUNNING')}</p>
      <Table head={['', 'Matched', 'Ambiguous', 'New in Desk', 'New in Salesforce', 'Changed in Desk', 'Changed in Salesforce', 'Problems']}>
        {data?.rehearsal?.objects?.map((o) => (
          <tr key={o.object}><th scope="row">{words(o.object)}</th><td>{o.matched}</td><td>{o.ambiguous}</td><td>{o.createInDesk}</td><td>{o.createInSalesforce}</td><td>{o.updateInDesk}</td><td>{o.updateInSalesforce}</td><td>{o.problems}</td></tr>
        ))}
      </Table>
      <ul>{data?.rehearsal?.objects?.flatMap((o) => (o.samples ?? []).map((s, index) => (
        <li key={`${o.object}${index}`} class="small"><span class="badge">{words(s.action)}</span> {s.recordName ?? s.deskId ?? s.salesforceId}: {s.changes?.map((c) => `${c.field} ${shown(c.from)} → ${shown(c.to)}`).join('; ')}</li>
      )))}</ul>
    </>
  );
}
