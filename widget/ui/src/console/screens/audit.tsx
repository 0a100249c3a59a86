import type { JSX } from 'preact';
import { AuditDocument } from '../../generated/graphql';
import { named, t } from '../../messages/console';
import { Search } from '../parts/filters';
import { Panel, Problem } from '../parts/panel';
import { Pager, Table } from '../parts/table';
import { when } from '../parts/words';
import { usePlace, type Route } from '../route';
import { useQuery } from '../use';

const pageRows = 50;

/** Who changed what. */
export function Audit({ route }: { route: Route }): JSX.Element {
  const place = usePlace(route);
  const search = route.query.get('search');
  const after = route.query.get('after');
  const { data, problem } = useQuery(AuditDocument, { filter: search ? { search } : {}, first: pageRows, after });
  const page = data?.auditLog;
  const rows = page?.nodes ?? [];
  return (
    <Panel title={t('audit')}>
      <Problem text={problem} />
      <div class="row filters">
        <Search value={search ?? ''} set={(text) => place({ search: text })} />
      </div>
      <Table
        label={t('audit')}
        columns={[t('date'), t('who'), t('what'), t('ofWhat'), t('how')]}
        empty={data && rows.length === 0 && t('nothingYet')}
      >
        {rows.map((entry) => (
          <tr key={entry.id}>
            <td>{when(entry.at)}</td>
            <td>{entry.subject}</td>
            <td>{named('audit', entry.action)}</td>
            <td>{entry.target}</td>
            <td class="small mono">{entry.detail === null ? '' : JSON.stringify(entry.detail)}</td>
          </tr>
        ))}
      </Table>
      <Pager
        total={page?.totalCount}
        shown={rows.length}
        after={after}
        next={page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null}
        go={(to) => place({ after: to })}
      />
    </Panel>
  );
}
