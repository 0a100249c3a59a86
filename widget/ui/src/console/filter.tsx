import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { SaveFilterDocument, type FilterOp, type FoundFragment, type LeavingPolicy, type MappingQuery, type Side, type SyncObject } from '../generated/graphql';
import { Choice, Found, Panel, Problem, Table, words } from './parts';
import { useAction } from './use';

const comparisons: readonly FilterOp[] = ['EQUALS', 'NOT_EQUALS', 'IN', 'CONTAINS', 'IS_BLANK', 'NOT_BLANK'];
const leavings: Readonly<Record<LeavingPolicy, string>> = { KEEP: 'stays linked and rests', UNLINK: 'is taken apart' };

interface Condition {
  readonly side: Side;
  readonly field: string;
  readonly op: FilterOp;
  readonly values: string;
}

const takesNone = (op: FilterOp): boolean => op === 'IS_BLANK' || op === 'NOT_BLANK';

/** The values as the API takes them: IN takes several, parted by commas; the others one, or none. */
export function valuesOf(op: FilterOp, text: string): string[] {
  if (takesNone(op)) return [];
  const list = op === 'IN' ? text.split(',').map((one) => one.trim()) : [text.trim()];
  return list.filter((one) => one !== '');
}

/** Which records are synced. */
export function Filter({ object, data, reload }: { object: SyncObject; data: MappingQuery; reload: () => void }): JSX.Element {
  const saved = data.syncFilters?.[0];
  const conditions = (saved?.conditions ?? []).map((c): Condition => ({ side: c.side, field: c.field.name, op: c.op, values: (c.values ?? []).join(', ') }));
  const [rows, setRows] = useState<readonly Condition[]>(conditions);
  const [leaving, setLeaving] = useState<LeavingPolicy>(saved?.leaving ?? 'KEEP');
  const [problems, setProblems] = useState<readonly FoundFragment[]>([]);
  const [note, setNote] = useState('');
  const action = useAction();
  const key = JSON.stringify(conditions);
  useEffect(() => setRows(JSON.parse(key) as Condition[]), [key]);
  const change = (index: number, part: Partial<Condition>): void => setRows(rows.map((row, i) => (i === index ? { ...row, ...part } : row)));
  const save = (): void => {
    const filter = { leaving, conditions: rows.map((row) => ({ side: row.side, field: row.field, op: row.op, values: valuesOf(row.op, row.values) })) };
    action.run(SaveFilterDocument, { object, filter }, (answer) => {
      setProblems(answer.saveSyncFilter?.problems ?? []);
      setNote(answer.saveSyncFilter?.saved ? 'Saved.' : 'Nothing was saved: correct the errors.');
      if (answer.saveSyncFilter?.saved) reload();
    });
  };
  const changed = key !== JSON.stringify(rows) || leaving !== (saved?.leaving ?? 'KEEP');
  return (
    <Panel title={`Which ${object.toLowerCase()}s are synced`} actions={<>
      <span role="status" class="soft small">{note}</span>
      <button type="button" class="button slim" onClick={() => setRows([...rows, { side: 'SALESFORCE', field: '', op: 'EQUALS', values: '' }])}>Add a condition</button>
      <button type="button" class="button primary slim" disabled={action.busy || !changed} onClick={save}>Save the filter</button>
    </>}>
      <Problem text={action.problem} />
      <Found problems={problems} />
      <p class="soft">{rows.length === 0 ? 'All of them.' : 'Those for which every condition holds.'}</p>
      {rows.length > 0 && (
        <Table head={['Side', 'Field', 'Comparison', 'Value', '']}>
          {rows.map((row, index) => (
            <tr key={index}>
              <td>
                <select aria-label="Side" value={row.side} onChange={(event) => change(index, { side: event.currentTarget.value as Side, field: '' })}>
                  {(['DESK', 'SALESFORCE'] as const).map((side) => <option key={side} value={side}>{words(side)}</option>)}
                </select>
              </td>
              <td><Choice label="Field to compare" value={row.field} of={(row.side === 'DESK' ? data.desk : data.salesforce) ?? []} set={(field) => change(index, { field })} /></td>
              <td>
                <select aria-label="Comparison" value={row.op} onChange={(event) => change(index, { op: event.currentTarget.value as FilterOp })}>
                  {comparisons.map((op) => <option key={op} value={op}>{words(op)}</option>)}
                </select>
              </td>
              <td>{!takesNone(row.op) && <input aria-label="Value" value={row.values} placeholder={row.op === 'IN' ? 'one, another' : ''} onInput={(event) => change(index, { values: event.currentTarget.value })} />}</td>
              <td><button type="button" class="button slim quiet" aria-label={`Remove the condition on ${row.field}`} onClick={() => setRows(rows.filter((_, i) => i !== index))}>Remove</button></td>
            </tr>
          ))}
        </Table>
      )}
      {(rows.length > 0 || saved?.leaving === 'UNLINK') && (
        <label>A linked pair that leaves the filter
          <select value={leaving} onChange={(event) => setLeaving(event.currentTarget.value as LeavingPolicy)}>
            {(Object.keys(leavings) as LeavingPolicy[]).map((one) => <option key={one} value={one}>{leavings[one]}</option>)}
          </select>
        </label>
      )}
    </Panel>
  );
}
