import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from '../components/icon';
import type { OpportunitiesFragment } from '../generated/graphql';
import { formatMoney } from '../lib/decimal';
import { formatDay, formatPercent } from '../lib/format';
import { daysUntil } from '../lib/time';
import { t } from '../messages/card';
import { Block, MoreRows, Quiet, RecordName, Unshown } from './block';
import { useReadOpportunities } from './context';
import { isDenied, type Aside, type Section } from './sections';
import { useMore } from './use-more';

type OpportunityRow = NonNullable<OpportunitiesFragment['nodes']>[number];

interface OpportunitiesProps {
  readonly open: Section<OpportunitiesFragment>;
  readonly closed: Section<OpportunitiesFragment>;
  readonly aside: Aside;
  readonly now: number;
}

const countOf = (section: Section<OpportunitiesFragment>): number =>
  section.state === 'shown' ? (section.value.totalCount ?? section.value.nodes?.length ?? 0) : 0;

/** Open business first, with its sum per currency; closed business behind a fold. */
export function Opportunities({ open, closed, aside, now }: OpportunitiesProps): JSX.Element | null {
  const [showClosed, setShowClosed] = useState(false);
  const first = open.state === 'shown' ? open.value : null;
  const past = closed.state === 'shown' ? closed.value : null;
  const openRows = useMore(first, useReadOpportunities(true));
  const closedRows = useMore(past, useReadOpportunities(false));
  if (open.state === 'denied') return null;
  const counts = { open: countOf(open), closed: countOf(closed) };
  const cut = first?.more === true;
  return (
    <Block name="opportunities" icon="target" title={t('opportunities')} count={counts.open} atLeast={cut}>
      <Unshown section={open} rows={4} />
      {open.state === 'shown' && counts.open + counts.closed === 0 && <Quiet>{t('noneOpportunities')}</Quiet>}
      {first && counts.open > 0 && (
        <p class="total">
          <strong class="number">{worth(first, aside)}</strong>
          <span class="soft small">
            {cut ? t('openTotalMore', { count: counts.open }) : t('openTotal', { count: counts.open })}
          </span>
        </p>
      )}
      <Rows of={openRows.rows} now={now} />
      <MoreRows of={openRows} what={t('opportunities')} cut={cut || counts.open > openRows.rows.length} />
      {past && counts.closed > 0 && (
        <>
          <button
            type="button"
            class="link-button fold"
            aria-expanded={showClosed}
            onClick={() => setShowClosed(!showClosed)}
          >
            <Icon name={showClosed ? 'up' : 'down'} />
            {past.more ? t('closedMore', { count: counts.closed }) : t('closed', { count: counts.closed })}
          </button>
          {showClosed && <Rows of={closedRows.rows} now={now} closed />}
          {showClosed && (
            <MoreRows
              of={closedRows}
              what={t('opportunities')}
              cut={past.more === true || counts.closed > closedRows.rows.length}
            />
          )}
        </>
      )}
    </Block>
  );
}

/** What the open ones are worth: hidden, not said, or the sums. */
export function worth(of: OpportunitiesFragment, aside: Aside): string {
  if (isDenied(aside.denied, 'Opportunity.amount') || isDenied(aside.denied, 'OpportunitySum.amount'))
    return t('hiddenAmount');
  const sums = (of.sums ?? []).map((sum) => formatMoney(sum.amount, sum.currency)).filter((sum) => sum !== null);
  if (sums.length === 0) return t('noAmount');
  const amount = sums.join(' + ');
  return of.more ? t('atLeast', { amount }) : amount;
}

const Rows = ({
  of,
  now,
  closed = false,
}: {
  of: readonly OpportunityRow[];
  now: number;
  closed?: boolean;
}): JSX.Element | null =>
  of.length > 0 ? (
    <ul class={`rows ${closed ? 'closed' : ''}`}>
      {of.map((row) => (
        <Row key={row.id} row={row} now={now} />
      ))}
    </ul>
  ) : null;

function Row({ row, now }: { row: OpportunityRow; now: number }): JSX.Element {
  const amount = formatMoney(row.amount, row.currency);
  const date = formatDay(row.closeDate);
  const overdue = row.open === true && (daysUntil(row.closeDate, now) ?? 0) < 0;
  const percent = row.probability === null ? null : formatPercent(row.probability);
  return (
    <li class="row">
      <div class="row-top">
        <RecordName name={row.name ?? t('untitled')} url={row.salesforceUrl} />
        {amount && <span class="amount number">{amount}</span>}
      </div>
      <div class="row-bottom">
        <span class={`badge ${row.open ? 'info' : row.won ? 'good' : ''}`}>
          {row.stage ?? (row.won ? t('won') : t('lost'))}
        </span>
        {row.open && percent !== null && (
          <span class="odds" title={t('probability', { percent })}>
            <progress max={100} value={row.probability ?? 0} aria-label={t('probability', { percent })} />
            <span class="number" aria-hidden="true">
              {percent}
            </span>
          </span>
        )}
        {date && (
          <span class={overdue ? 'late' : 'soft'}>
            {row.open ? t(overdue ? 'closeOverdue' : 'closes', { date }) : t('closedOn', { date })}
          </span>
        )}
        {row.role && <span class="soft">{row.role}</span>}
      </div>
    </li>
  );
}
