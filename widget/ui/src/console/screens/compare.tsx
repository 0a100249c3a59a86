import type { JSX } from 'preact';
import { CheckDriftDocument, DriftDocument } from '../../generated/graphql';
import { formatNumber } from '../../lib/format';
import { usePolling } from '../../lib/hooks';
import { named, t } from '../../messages/console';
import { Button, Panel, Problem } from '../parts/panel';
import { Table } from '../parts/table';
import { objectName, sideName, when } from '../parts/words';
import { useAction, useQuery } from '../use';

/** What the latest compare of everything found. */
export function Compare(): JSX.Element {
  const { data, problem, reload } = useQuery(DriftDocument, {});
  const action = useAction();
  const of = data?.integration?.driftReport;
  const running = of?.status === 'RUNNING';
  usePolling(reload, running ? 2000 : null);
  const compare = async (): Promise<void> => {
    await action.run(CheckDriftDocument, {});
    reload();
  };
  const objects = of?.objects ?? [];
  const differences = objects.flatMap((o) => (o.differences ?? []).map((d) => ({ object: o.object, ...d })));
  return (
    <Panel
      title={t('compareTitle')}
      actions={
        <Button disabled={action.busy || running} onClick={() => void compare()}>
          {t('compareNow')}
        </Button>
      }
    >
      <Problem text={problem ?? action.problem} />
      <p class="soft">{t('compareText')}</p>
      {data && !of && <p>{t('compareNever')}</p>}
      {of && (
        <p role="status">
          <span class={`badge ${running ? 'info' : of.status === 'DONE' ? 'good' : 'warn'}`}>
            {named('runStatus', of.status)}
          </span>{' '}
          {of.summary} <span class="soft small">{when(of.finishedAt ?? of.startedAt)}</span>
        </p>
      )}
      {objects.length > 0 && (
        <Table
          label={t('comparePairs')}
          columns={[t('records'), t('inDesk'), t('inSalesforce'), t('pairs'), t('equal')]}
        >
          {objects.map((o) => (
            <tr key={o.object}>
              <th scope="row">{objectName(o.object)}</th>
              <td>{formatNumber(o.deskRecords)}</td>
              <td>{formatNumber(o.salesforceRecords)}</td>
              <td>{formatNumber(o.pairs)}</td>
              <td>{formatNumber(o.equal)}</td>
            </tr>
          ))}
        </Table>
      )}
      {differences.length > 0 && (
        <Table label={t('differences')} columns={[t('why'), t('howMany'), t('forExample')]}>
          {differences.map((d) => (
            <tr key={`${d.object}${d.reason}${d.side ?? ''}`}>
              <td>
                <span class="badge">{named('drift', d.reason)}</span> {objectName(d.object)}
                {d.side ? ` · ${sideName(d.side)}` : ''}
                <br />
                <span class="soft small">{d.message}</span>
              </td>
              <td>{formatNumber(d.count)}</td>
              <td class="small">
                {(d.samples ?? [])
                  .map(
                    (s) =>
                      `${s.recordName ?? s.deskId ?? s.salesforceId ?? ''}${s.fields?.length ? ` (${s.fields.join(', ')})` : ''}`,
                  )
                  .join('; ')}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}
