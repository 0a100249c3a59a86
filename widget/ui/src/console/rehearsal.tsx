import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { RehearsalDocument, RehearseDocument, type FieldMappingInput, type SyncObject } from '../generated/graphql';
import { usePolling } from '../lib/hooks';
import { Panel, Problem, Table, shown, words } from './parts';
import { useAction, useQuery } from './use';

/** What the sync would do, had it run: under the saved mapping, or under one that is being edited. */
export function Rehearsal({ object, edited }: { object: SyncObject; edited: FieldMappingInput[] | null }): JSX.Element {
  const action = useAction();
  const [id, setId] = useState('');
  const rehearse = (mappings: FieldMappingInput[] | null): void =>
    action.run(RehearseDocument, mappings ? { object, mappings } : {}, (data) => setId(data.rehearseSync?.id ?? ''));
  return (
    <Panel title="Rehearsal" actions={<>
      {edited && <button type="button" class="button slim" disabled={action.busy} onClick={() => rehearse(edited)}>Rehearse these changes</button>}
      <button type="button" class="button slim" disabled={action.busy} onClick={() => rehearse(null)}>Rehearse now</button>
    </>}>
      <Problem text={action.problem} />
      <p class="soft">Forecasts every link, creation and change under the saved mapping{edited && ', or under the one above before you save it'}. Nothing is written on either side.</p>
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
