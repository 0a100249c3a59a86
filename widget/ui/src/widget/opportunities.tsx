import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from '../components/icon';
import { formatMoney, totals } from '../lib/decimal';
import { daysUntil, formatDay } from '../lib/time';
import { locale, t } from '../messages';
import { Block, Quiet, RecordName, unavailable } from './block';
import type { OpportunityRow, Section } from './sections';

/** Open business first, with its sum per currency; closed business behind a fold. */
export function Opportunities({ section, now }: { section: Section<readonly OpportunityRow[]>; now: number }): JSX.Element | null {
  const [showClosed, setShowClosed] = useState(false);
  if (section.state === 'denied') return null;
  const rows = section.state === 'shown' ? section.value : [];
  const open = rows.filter((row) => row.open);
  const closed = rows.filter((row) => !row.open);
  const sums = totals(open).map((sum) => formatMoney(sum.amount, sum.currency, locale)).filter((sum) => sum !== null);
  return (
    <Block name="opportunities" icon="target" title={t('opportunities')} count={open.length}>
      {unavailable(section) && <Quiet>{unavailable(section)}</Quiet>}
      {section.state === 'shown' && rows.length === 0 && <Quiet>{t('noneOpportunities')}</Quiet>}
      {open.length > 0 && (
        <p class="total">
          <strong class="number">{sums.length > 0 ? sums.join(' + ') : t('noAmount')}</strong>
          <span class="soft small">{t('openTotal', { count: open.length })}</span>
        </p>
      )}
      {open.length > 0 && <ul class="rows">{open.map((row) => <Row key={row.id} row={row} now={now} />)}</ul>}
      {closed.length > 0 && (
        <>
          <button type="button" class="link-button fold" aria-expanded={showClosed} onClick={() => setShowClosed(!showClosed)}>
            <Icon name={showClosed ? 'up' : 'down'} />{t('closed', { count: closed.length })}
          </button>
          {showClosed && <ul class="rows closed">{closed.map((row) => <Row key={row.id} row={row} now={now} />)}</ul>}
        </>
      )}
    </Block>
  );
}

function Row({ row, now }: { row: OpportunityRow; now: number }): JSX.Element {
  const amount = formatMoney(row.amount, row.currency, locale);
  const date = formatDay(row.closeDate, locale);
  const overdue = row.open === true && (daysUntil(row.closeDate, now) ?? 0) < 0;
  const percent = row.probability === null ? null : Math.round(row.probability);
  return (
    <li class="row">
      <div class="row-top">
        <RecordName name={row.name ?? t('untitled')} url={row.salesforceUrl} />
        {amount && <span class="amount number">{amount}</span>}
      </div>
      <div class="row-bottom">
        <span class={`badge ${row.open ? 'info' : row.won ? 'good' : ''}`}>{row.stage ?? (row.won ? t('won') : t('lost'))}</span>
        {row.open && percent !== null && (
          <span class="odds" title={t('probability', { percent })}>
            <progress max={100} value={percent} aria-label={t('probability', { percent })} />
            <span class="number" aria-hidden="true">{percent}%</span>
          </span>
        )}
        {date && <span class={overdue ? 'late' : 'soft'}>{row.open ? t(overdue ? 'closeOverdue' : 'closes', { date }) : t('closedOn', { date })}</span>}
        {row.role && <span class="soft">{row.role}</span>}
      </div>
    </li>
  );
}
