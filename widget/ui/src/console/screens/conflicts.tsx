import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import {
  ConflictsDocument,
  ResolveDocument,
  type ConflictsQuery,
  type Side,
  type SyncObject,
} from '../../generated/graphql';
import { t } from '../../messages/console';
import { Search, Select } from '../parts/filters';
import { JournalDrawer, PairLinks } from '../parts/journal';
import { Button, Notice, Panel, Problem } from '../parts/panel';
import { Pager, Table } from '../parts/table';
import { objectName, shown, sideName, when } from '../parts/words';
import { usePlace, type Route } from '../route';
import { useAction, useQuery } from '../use';

const objects: readonly SyncObject[] = ['CONTACT', 'ACCOUNT'];
const pageRows = 50;

type Conflict = NonNullable<NonNullable<ConflictsQuery['conflicts']>['nodes']>[number];

/** What both sides changed differently, with the value that lost. */
export function Conflicts({ route }: { route: Route }): JSX.Element {
  const place = usePlace(route);
  const state = route.query.get('state');
  const search = route.query.get('search');
  const object = objects.find((one) => one === route.query.get('object'));
  const filter = {
    ...(state !== 'all' && { resolved: state === 'resolved' }),
    ...(search && { search }),
    ...(object && { object }),
  };
  const after = route.query.get('after');
  const { data, problem, reload } = useQuery(ConflictsDocument, { filter, first: pageRows, after });
  const action = useAction();
  const [note, setNote] = useState('');
  const [open, setOpen] = useState<Conflict | null>(null);
  const page = data?.conflicts;
  const rows = page?.nodes ?? [];
  const resolve = async (conflict: Conflict, choose: Side): Promise<void> => {
    const answer = await action.run(ResolveDocument, { id: conflict.id, choose });
    if (answer) setNote(t('resolvedWith', { field: conflict.field, side: sideName(choose) }));
    reload();
  };
  return (
    <Panel title={t('conflicts')}>
      <Problem text={problem ?? action.problem} />
      <Notice>{note}</Notice>
      <div class="row filters">
        <Search value={search ?? ''} set={(text) => place({ search: text })} />
        <Select
          label={t('state')}
          value={state ?? ''}
          options={[
            ['', t('open')],
            ['resolved', t('resolved')],
            ['all', t('all')],
          ]}
          set={(next) => place({ state: next })}
        />
        <Select
          label={t('records')}
          value={object ?? ''}
          options={[['', t('all')], ...objects.map((o) => [o, objectName(o)] as const)]}
          set={(next) => place({ object: next })}
        />
      </div>
      <Table
        label={t('conflicts')}
        columns={[
          t('record'),
          t('field'),
          t('before'),
          t('desk'),
          t('salesforce'),
          t('won'),
          { text: t('actions'), hidden: true },
        ]}
        empty={data && rows.length === 0 && t('noConflicts')}
      >
        {rows.map((c) => (
          <tr key={c.id}>
            <td>
              {c.recordName ?? c.linkId}
              <br />
              <span class="soft small">
                {objectName(c.object)} · {when(c.at)}
              </span>
            </td>
            <td>{c.field}</td>
            <td>{shown(c.base)}</td>
            <td>{shown(c.desk)}</td>
            <td>{shown(c.salesforce)}</td>
            <td>{c.winner && sideName(c.winner)}</td>
            <td class="row">
              <Button onClick={() => setOpen(c)} label={t('detailsOf', { name: c.recordName ?? c.field })}>
                {t('details')}
              </Button>
              {!c.resolvedAt && (
                <>
                  <Button disabled={action.busy} onClick={() => void resolve(c, 'DESK')}>
                    {t('useDesk')}
                  </Button>
                  <Button disabled={action.busy} onClick={() => void resolve(c, 'SALESFORCE')}>
                    {t('useSalesforce')}
                  </Button>
                </>
              )}
            </td>
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
      {open && (
        <JournalDrawer
          title={open.recordName ?? open.field}
          filter={{ linkId: open.linkId }}
          close={() => setOpen(null)}
        >
          <PairLinks linkId={open.linkId} />
        </JournalDrawer>
      )}
    </Panel>
  );
}
