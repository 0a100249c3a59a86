import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import {
  FailureGroupsDocument,
  FailuresDocument,
  RetryDocument,
  type FailureFilter,
  type FailureFragment,
  type FailureOrder,
  type Side,
  type SyncObject,
} from '../../generated/graphql';
import { formatNumber } from '../../lib/format';
import { recordLink } from '../../lib/links';
import { named, t } from '../../messages/console';
import { csvLink, type Download } from '../download';
import { FailureGroups } from '../parts/failure-groups';
import { Search, Select } from '../parts/filters';
import { JournalDrawer, PairLinks } from '../parts/journal';
import { Button, Notice, Panel, Problem } from '../parts/panel';
import { sinceOf, WithoutSince } from '../parts/since';
import { Pager, Table, type Column } from '../parts/table';
import { objectName, sideName, when } from '../parts/words';
import { usePlace, type Route } from '../route';
import { useAction, useQuery } from '../use';

const orders: readonly FailureOrder[] = [
  'LAST_DESC',
  'LAST_ASC',
  'NAME_ASC',
  'NAME_DESC',
  'ATTEMPTS_DESC',
  'ATTEMPTS_ASC',
];
const objects: readonly SyncObject[] = ['CONTACT', 'ACCOUNT'];
const sides: readonly Side[] = ['DESK', 'SALESFORCE'];
const pageRows = 50;

/** The filter that an address names. Without a word about it, open failures are meant. */
export function failureFilter(query: URLSearchParams): FailureFilter {
  const state = query.get('state');
  const code = query.get('code');
  const search = query.get('search');
  const field = query.get('field');
  const cause = query.get('cause');
  const since = sinceOf(query);
  return {
    ...(state !== 'all' && { resolved: state === 'resolved' }),
    ...(code && { code }),
    ...(search && { search }),
    ...(field && { field }),
    ...(cause && { cause }),
    ...(since && { since }),
    ...only('object', query, objects),
    ...only('target', query, sides),
  };
}

function only<N extends string, T extends string>(
  name: N,
  query: URLSearchParams,
  of: readonly T[],
): Partial<Record<N, T>> {
  const value = of.find((one) => one === query.get(name));
  return value ? ({ [name]: value } as Record<N, T>) : {};
}

/** Why records are not synced. */
export function Failures({ route, download }: { route: Route; download: Download }): JSX.Element {
  const place = usePlace(route);
  const filter = failureFilter(route.query);
  const orderBy = orders.find((one) => one === route.query.get('sort')) ?? 'LAST_DESC';
  const after = route.query.get('after');
  const { data, problem, reload } = useQuery(FailuresDocument, { filter, orderBy, first: pageRows, after });
  const groups = useQuery(FailureGroupsDocument, {});
  const action = useAction();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [note, setNote] = useState('');
  const [open, setOpen] = useState<FailureFragment | null>(null);
  const page = data?.failures;
  const rows = page?.nodes ?? [];
  const openRows = rows.filter((row) => !row.resolvedAt);
  const retry = async (variables: { ids?: string[]; filter?: FailureFilter }): Promise<void> => {
    const answer = await action.run(RetryDocument, variables);
    if (answer?.retryFailures) setNote(t('queued', { count: answer.retryFailures.queued }));
    setChosen(new Set());
    reload();
    groups.reload();
  };
  const ids = openRows.map((row) => row.id).filter((id) => chosen.has(id));
  const toggle = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const columns: readonly Column[] = [
    { text: t('record'), orders: ['NAME_ASC', 'NAME_DESC'], ascending: 'NAME_ASC' },
    { text: t('fromTo') },
    { text: t('why') },
    { text: t('whatToDo') },
    { text: t('tries'), orders: ['ATTEMPTS_DESC', 'ATTEMPTS_ASC'], ascending: 'ATTEMPTS_ASC' },
    { text: t('last'), orders: ['LAST_DESC', 'LAST_ASC'], ascending: 'LAST_ASC' },
    { text: t('actions'), hidden: true },
  ];
  return (
    <>
      <Problem text={problem ?? action.problem} />
      <Notice>{note}</Notice>
      <FailureGroups
        groups={groups.data?.failureGroups ?? []}
        chosen={filter.cause}
        busy={action.busy}
        show={(of) => place({ cause: null, ...of, state: null, search: null, field: null, target: null })}
        retry={(of) => void retry({ filter: of })}
      />
      <Panel
        title={t('failures')}
        actions={
          <>
            <Button disabled={action.busy || ids.length === 0} onClick={() => void retry({ ids })}>
              {t('retrySelected', { count: ids.length })}
            </Button>
            <Button
              disabled={action.busy || filter.resolved !== false || (page?.totalCount ?? 0) === 0}
              onClick={() => void retry({ filter })}
            >
              {t('retryMatching', { count: page?.totalCount ?? 0 })}
            </Button>
            <Button onClick={() => download(csvLink('failures', { ...filter, orderBy }))}>{t('downloadCsv')}</Button>
          </>
        }
      >
        <div class="row filters">
          <Search
            key={route.query.get('search') ? 'on' : 'off'}
            value={filter.search ?? ''}
            set={(search) => place({ search })}
          />
          <Select
            label={t('state')}
            value={route.query.get('state') ?? ''}
            options={[
              ['', t('open')],
              ['resolved', t('resolved')],
              ['all', t('all')],
            ]}
            set={(state) => place({ state })}
          />
          <Select
            label={t('records')}
            value={filter.object ?? ''}
            options={[['', t('all')], ...objects.map((o) => [o, objectName(o)] as const)]}
            set={(object) => place({ object })}
          />
          <Select
            label={t('to')}
            value={filter.target ?? ''}
            options={[['', t('all')], ...sides.map((s) => [s, sideName(s)] as const)]}
            set={(target) => place({ target })}
          />
          {filter.cause && (
            <Button onClick={() => place({ cause: null })}>{t('withoutFilter', { value: t('thisCause') })}</Button>
          )}
          {filter.code && (
            <Button onClick={() => place({ code: null })}>
              {t('withoutFilter', { value: named('code', filter.code) })}
            </Button>
          )}
          {filter.field && (
            <Button onClick={() => place({ field: null })}>{t('withoutFilter', { value: filter.field })}</Button>
          )}
          <WithoutSince since={filter.since ?? null} place={place} />
        </div>
        <Table
          label={t('failures')}
          columns={columns}
          order={orderBy}
          sort={(sort) => place({ sort })}
          select={{
            all: openRows.length > 0 && ids.length === openRows.length,
            set: (all) => setChosen(new Set(all ? openRows.map((row) => row.id) : [])),
          }}
          empty={data && rows.length === 0 && t('noFailures')}
        >
          {rows.map((f) => (
            <tr key={f.id}>
              <td>
                {!f.resolvedAt && (
                  <input
                    type="checkbox"
                    aria-label={t('selectRow', { name: f.recordName ?? f.recordId })}
                    checked={chosen.has(f.id)}
                    onChange={() => toggle(f.id)}
                  />
                )}
              </td>
              <td>
                <RecordLink of={f} />
                <br />
                <span class="soft small">
                  {objectName(f.object)} {f.recordId}
                </span>
              </td>
              <td>
                {sideName(f.source)} → {sideName(f.target)}
              </td>
              <td>
                <span class={`badge ${f.resolvedAt ? '' : 'bad'}`}>{named('code', f.code)}</span>
                <br />
                {f.message}
                {(f.fields ?? []).map((field) => (
                  <button
                    type="button"
                    class="link-button chip"
                    key={field}
                    title={t('onlyField', { field })}
                    onClick={() => place({ field })}
                  >
                    {field}
                  </button>
                ))}
              </td>
              <td>{named('mend', f.code)}</td>
              <td class="number">{formatNumber(f.attempts)}</td>
              <td>
                {when(f.lastAt)}
                {f.nextRetryAt && !f.resolvedAt && (
                  <div class="soft small">{t('nextTry', { time: when(f.nextRetryAt) })}</div>
                )}
                {f.resolvedAt && <div class="soft small">{t('resolvedAt', { time: when(f.resolvedAt) })}</div>}
              </td>
              <td class="row">
                <Button onClick={() => setOpen(f)} label={t('detailsOf', { name: f.recordName ?? f.recordId })}>
                  {t('details')}
                </Button>
                {!f.resolvedAt && (
                  <Button
                    disabled={action.busy}
                    onClick={() => void retry({ ids: [f.id] })}
                    label={t('retryOf', { name: f.recordName ?? f.recordId })}
                  >
                    {t('retry')}
                  </Button>
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
      </Panel>
      {open && <Details of={open} close={() => setOpen(null)} />}
    </>
  );
}

function RecordLink({ of }: { of: FailureFragment }): JSX.Element {
  const name = of.recordName ?? of.recordId;
  const href = recordLink(of.recordUrl, location.hostname);
  return href ? (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {name}
    </a>
  ) : (
    <>{name}</>
  );
}

/** Everything that is known of one failure, with the journal of its pair. */
function Details({ of, close }: { of: FailureFragment; close: () => void }): JSX.Element {
  return (
    <JournalDrawer title={of.recordName ?? of.recordId} filter={{ linkId: of.linkId }} close={close}>
      <PairLinks linkId={of.linkId} />
      <dl class="pairs">
        <dt>{t('why')}</dt>
        <dd>
          <span class="badge bad">{named('code', of.code)}</span> {of.message}
        </dd>
        <dt>{t('whatToDo')}</dt>
        <dd>{named('mend', of.code)}</dd>
        {(of.fields ?? []).length > 0 && (
          <>
            <dt>{t('fields')}</dt>
            <dd>{of.fields?.join(', ')}</dd>
          </>
        )}
        <dt>{t('firstTime')}</dt>
        <dd>{when(of.firstAt)}</dd>
        <dt>{t('last')}</dt>
        <dd>{when(of.lastAt)}</dd>
        <dt>{t('tries')}</dt>
        <dd>{formatNumber(of.attempts)}</dd>
      </dl>
    </JournalDrawer>
  );
}
