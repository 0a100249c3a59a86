import type { JSX } from 'preact';
import { CheckDriftDocument, type DriftFragment } from '../generated/graphql';
import { Panel, Problem, Table, when, words } from './parts';
import { useAction } from './use';

/** What the latest compare of everything found. */
export function Drift({ of, reload }: { of: DriftFragment | null | undefined; reload: () => void }): JSX.Element {
  const action = useAction();
  const running = of?.status === 'RUNNING';
  const differences = (of?.objects ?? []).flatMap((o) => (o.differences ?? []).map((d) => ({ object: o.object, ...d })));
  return (
    <Panel title="Comparison of everything" actions={<button type="button" class="button slim" disabled={action.busy || running} onClick={() => action.run(CheckDriftDocument, {}, reload)}>Compare now</button>}>
      <Problem text={action.problem} />
      {!of && <p class="soft">Once a day everything on both sides is compared, and what was missed is mended. It has not happened yet.</p>}
      {of && (
        <p role="status">
          <span class={`badge ${running ? 'info' : of.status === 'DONE' ? 'good' : 'warn'}`}>{words(of.status)}</span> {of.summary} <span class="soft small">{when(of.finishedAt ?? of.startedAt)}</span>
        </p>
      )}
      {of && (of.objects ?? []).length > 0 && (
        <Table head={['Records', 'In Zoho Desk', 'In Salesforce', 'Pairs', 'Equal']}>
          {(of.objects ?? []).map((o) => <tr key={o.object}><th scope="row">{words(o.object)}s</th><td>{o.deskRecords}</td><td>{o.salesforceRecords}</td><td>{o.pairs}</td><td>{o.equal}</td></tr>)}
        </Table>
      )}
      {differences.length > 0 && (
        <Table head={['Why', 'How many', 'For example']}>
          {differences.map((d) => (
            <tr key={`${d.object}${d.reason}${d.side ?? ''}`}>
              <td><span class="badge">{words(d.reason)}</span> {words(d.object)}s{d.side ? ` in ${words(d.side)}` : ''}<br /><span class="soft small">{d.message}</span></td>
              <td>{d.count}</td>
              <td class="small">{(d.samples ?? []).map((s) => `${s.recordName ?? s.deskId ?? s.salesforceId ?? ''}${s.fields?.length ? ` (${s.fields.join(', ')})` : ''}`).join('; ')}</td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}
