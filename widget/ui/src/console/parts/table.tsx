import type { ComponentChildren, JSX } from 'preact';
import { Icon } from '../../components/icon';
import { t } from '../../messages/console';
import { Button } from './panel';

/** A column's heading; with orders it sorts: the first is the one that a click begins with. */
export interface Column {
  readonly text: string;
  readonly hidden?: boolean;
  readonly orders?: readonly [string, string];
  /** Which of the two orders goes up. */
  readonly ascending?: string;
}

interface TableProps {
  readonly label: string;
  readonly columns: readonly (Column | string)[];
  readonly children: ComponentChildren;
  readonly empty?: string | false | null | undefined;
  readonly order?: string;
  readonly sort?: (order: string) => void;
  /** The box that selects all rows of the page. */
  readonly select?: { readonly all: boolean; readonly set: (all: boolean) => void };
}

/** A table that scrolls by itself where it is wider than the page. */
export function Table({ label, columns, children, empty, order, sort, select }: TableProps): JSX.Element {
  return (
    // A region that scrolls has to be reachable by keyboard.
    <div class="scroll" role="region" aria-label={t('tableOf', { label })} tabIndex={0}>
      <table>
        <caption class="unseen">{label}</caption>
        <thead>
          <tr>
            {select && (
              <th scope="col">
                <input
                  type="checkbox"
                  aria-label={t('selectAll')}
                  checked={select.all}
                  onChange={(event) => select.set(event.currentTarget.checked)}
                />
              </th>
            )}
            {columns.map((column) => {
              const { text, hidden, orders, ascending } =
                typeof column === 'string' ? ({ text: column } as Column) : column;
              if (!orders || !sort)
                return (
                  <th scope="col" key={text}>
                    {hidden ? <span class="unseen">{text}</span> : text}
                  </th>
                );
              const at = orders.indexOf(order ?? '');
              const direction = at < 0 ? 'none' : orders[at] === ascending ? 'ascending' : 'descending';
              return (
                <th scope="col" key={text} aria-sort={direction}>
                  <button type="button" class="sort" onClick={() => sort(orders[at === 0 ? 1 : 0])}>
                    {text}
                    {at >= 0 && <Icon name={direction === 'ascending' ? 'up' : 'down'} />}
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
      {empty && <p class="soft empty">{empty}</p>}
    </div>
  );
}

interface PagerProps {
  readonly total: number | null | undefined;
  readonly shown: number;
  readonly after: string | null;
  readonly next: string | null | undefined;
  readonly go: (after: string | null) => void;
}

/** The way through a long list. Its place stands in the address: the browser's back button is the way back. */
export function Pager({ total, shown, after, next, go }: PagerProps): JSX.Element | null {
  if (!after && !next && (total ?? shown) === 0) return null;
  return (
    <nav class="row pager" aria-label={t('pages')}>
      <span class="soft small">{t('rowsOf', { shown, count: total ?? shown })}</span>
      {after && <Button onClick={() => go(null)}>{t('firstPage')}</Button>}
      {after && <Button onClick={() => history.back()}>{t('previousPage')}</Button>}
      {next && <Button onClick={() => go(next)}>{t('nextPage')}</Button>}
    </nav>
  );
}
