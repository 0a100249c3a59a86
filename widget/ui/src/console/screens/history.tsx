import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import {
  HistoryDocument,
  type HistoryQuery,
  type RunStatus,
  type RunTrigger,
  type Side,
  type SyncObject,
} from '../../generated/graphql';
import { formatNumber } from '../../lib/format';
import { named, t } from '../../messages/console';
import { csvLink, type Download } from '../download';
import { JournalDrawer } from '../parts/journal';
import { Select } from '../parts/filters';
import { Button, Panel, Problem } from '../parts/panel';
import { sinceOf, WithoutSince } from '../parts/since';
import { Pager, Table } from '../parts/table';
import { objectName, sideName, when } from '../parts/words';
import { usePlace, type Route } from '../route';
import { useQuery } from '../use';

const triggers: readonly RunTrigger[] = ['INITIAL', 'CHANGE', 'POLL', 'RETRY', 'MANUAL'];
const statuses: readonly RunStatus[] = ['RUNNING', 'DONE', 'STOPPED', 'FAILED'];
const sides: readonly Side[] = ['DESK', 'SALESFORCE'];
const objects: readonly SyncObject[] = ['CONTACT', 'ACCOUNT'];
const pageRows = 30;

type Run = NonNullable<NonNullable<HistoryQuery['syncRuns']>['nodes']>[number];

/** The history of runs. */
export function History({ route, download }: { route: Route; download: Download }): JSX.Element {
  const place = usePlace(route);
  const [open, setOpen] = useState<Run | null>(null);
  const one = <T extends string>(name: string, of: readonly T[]): T | undefined =>
    of.find((value) => value === route.query.get(name));
  const filter = {
    object: one('object', objects),
    source: one('source', sides),
    trigger: one('trigger', triggers),
    status: one('status', statuses),
    since: sinceOf(route.query) ?? undefined,
  };
  const after = route.query.get('after');
  const { data, problem, reload } = useQuery(HistoryDocument, { filter, first: pageRows, after });
  const page = data?.syncRuns;
  const nodes = page?.nodes ?? [];
  return (
    <Panel
      title={t('history')}
      actions={
        <>
          <Button onClick={() => download(csvLink('history', filter))}>{t('downloadCsv')}</Button>
          <Button onClick={reload}>{t('reload')}</Button>
        </>
      }
    >
      <Problem text={problem} />
      <div class="row filters">
        <Select
          label={t('records')}
          value={filter.object ?? ''}
          options={[['', t('all')], ...objects.map((o) => [o, objectName(o)] as const)]}
          set={(object) => place({ object })}
        />
        <Select
          label={t('from')}
          value={filter.source ?? ''}
          options={[['', t('all')], ...sides.map((s) => [s, sideName(s)] as const)]}
          set={(source) => place({ source })}
        />
        <Select
          label={t('why')}
          value={filter.trigger ?? ''}
          options={[['', t('all')], ...triggers.map((s) => [s, named('trigger', s)] as const)]}
          set={(trigger) => place({ trigger })}
        />
        <Select
          label={t('state')}
          value={filter.status ?? ''}
          options={[['', t('all')], ...statuses.map((s) => [s, named('runStatus', s)] as const)]}
          set={(status) => place({ status })}
        />
        <WithoutSince since={filter.since ?? null} place={place} />
      </div>
      <Table
        label={t('history')}
        columns={[
          t('date'),
          t('why'),
          t('state'),
          t('fromTo'),
          t('records'),
          t('added'),
          t('updated'),
          t('unchanged'),
          t('failed'),
          { text: t('actions'), hidden: true },
        ]}
        empty={data && nodes.length === 0 && t('noRuns')}
      >
        {nodes.flatMap((run) => rowsOf(run, () => setOpen(run)))}
      </Table>
      <Pager
        total={page?.totalCount}
        shown={nodes.length}
        after={after}
        next={page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null}
        go={(to) => place({ after: to })}
      />
      {open && (
        <JournalDrawer
          title={t('runOf', { time: when(open.startedAt) })}
          filter={{ runId: open.id }}
          close={() => setOpen(null)}
        />
      )}
    </Panel>
  );
}

function rowsOf(run: Run, open: () => void): JSX.Element[] {
  const tallies = run.tallies.length > 0 ? run.tallies : [null];
  return tallies.map((tally, index) => (
    <tr key={`${run.id}${index}`}>
      <td>{index === 0 ? when(run.startedAt) : ''}</td>
      <td>{index === 0 ? named('trigger', run.trigger) : ''}</td>
      <td>{index === 0 ? named('runStatus', run.status) : ''}</td>
      {tally ? (
        <>
          <td>
            {sideName(tally.source)} → {sideName(tally.target)}
          </td>
          <td>{objectName(tally.object)}</td>
          <td>{formatNumber(tally.added)}</td>
          <td>{formatNumber(tally.updated)}</td>
          <td>{formatNumber(tally.unchanged)}</td>
          <td>{formatNumber(tally.failed)}</td>
        </>
      ) : (
        <td colSpan={6} class="soft">
          {t('nothingToDo')}
        </td>
      )}
      <td>
        {index === 0 && run.tallies.length > 0 && (
          <Button onClick={open} label={t('changesOf', { time: when(run.startedAt) })}>
            {t('changes')}
          </Button>
        )}
      </td>
    </tr>
  ));
}
