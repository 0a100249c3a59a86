import type { JSX } from 'preact';
import type { CardFieldsQuery } from '../../generated/graphql';
import { cardLines, inOrder, unlined } from '../../lib/card-fields';
import { named, t } from '../../messages/console';
import { Button } from './panel';

export type Ordered = keyof typeof cardLines;
type Mapped = CardFieldsQuery['fieldMappings'];

export interface OrderField {
  readonly name: string;
  readonly text: string;
}

/** The fields of a part of the card, in their usual order. */
export function fieldsOf(object: Ordered, mapped: Mapped): OrderField[] {
  const own = (mapped ?? []).filter((one) => one.object === object).map((one) => one.salesforce);
  const listed = new Set(
    unlined(
      object,
      own.map((one) => one.name),
    ),
  );
  return [
    ...Object.keys(cardLines[object]).map((name) => ({ name, text: named('cardField', name) })),
    ...own.filter((one) => listed.has(one.name)).map((one) => ({ name: one.name, text: one.label ?? one.name })),
  ];
}

/** The shortest order that leads to a list: the fields after it stand as usual. */
export function orderFor(next: readonly string[], usual: readonly string[]): string[] {
  for (let count = 0; count < next.length; count++) {
    const order = next.slice(0, count);
    if (inOrder(usual, order, (name) => name).join() === next.join()) return order;
  }
  return [...next];
}

interface FieldOrderProps {
  readonly object: Ordered;
  readonly mapped: Mapped;
  readonly order: readonly string[];
  readonly set: (order: string[]) => void;
}

/** In which order a part of the card shows its fields. */
export function FieldOrder({ object, mapped, order, set }: FieldOrderProps): JSX.Element {
  const usual = fieldsOf(object, mapped);
  const rows = inOrder(usual, order, (field) => field.name);
  const move = (index: number, by: number): void => {
    const next = rows.map((field) => field.name);
    const [name] = next.splice(index, 1);
    if (name) next.splice(index + by, 0, name);
    set(
      orderFor(
        next,
        usual.map((field) => field.name),
      ),
    );
  };
  return (
    <details class="field-order">
      <summary>{t('orderOf', { part: named('part', object) })}</summary>
      <p class="soft small">{t('orderText')}</p>
      <ol class="parts">
        {rows.map(({ name, text }, index) => (
          <li key={name} class="row" data-field={name}>
            <span class="choice">{order.includes(name) ? <strong>{text}</strong> : text}</span>
            <Button
              tone="quiet"
              label={t('partUp', { part: text })}
              disabled={index === 0}
              onClick={() => move(index, -1)}
            >
              ↑
            </Button>
            <Button
              tone="quiet"
              label={t('partDown', { part: text })}
              disabled={index === rows.length - 1}
              onClick={() => move(index, 1)}
            >
              ↓
            </Button>
          </li>
        ))}
      </ol>
      <Button disabled={order.length === 0} onClick={() => set([])}>
        {t('orderUsual')}
      </Button>
    </details>
  );
}
