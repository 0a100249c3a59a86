import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { FieldFragment, FoundFragment, ValuePairInput } from '../../generated/graphql';
import { t } from '../../messages/console';
import { Dialog } from './dialog';
import type { MappingRow } from './exchange';
import { Found } from './found';
import { Button } from './panel';
import { Table } from './table';

type Lists = Readonly<Record<'desk' | 'salesforce', readonly string[]>>;

const same = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();
const has = (list: readonly string[], value: string): boolean => list.some((one) => same(one, value));

/** The lines of the editor: the table's pairs, then Desk's other active values, whose counterpart is the one of the same text. */
export const linesOf = (pairs: readonly ValuePairInput[], { desk }: Lists): ValuePairInput[] => [
  ...pairs,
  ...desk
    .filter((value) => !pairs.some((pair) => same(pair.desk, value)))
    .map((value) => ({ desk: value, salesforce: '' })),
];

/** The pairs of the lines. A line without a Salesforce value is none: its value goes with the one of the same text. */
export const pairsIn = (lines: readonly ValuePairInput[]): ValuePairInput[] =>
  lines.filter((line) => line.salesforce.trim() !== '');

/** Salesforce's active values that no value of Desk becomes. */
export const leftOver = (lines: readonly ValuePairInput[], { desk, salesforce }: Lists): string[] => {
  const pairs = pairsIn(lines);
  return salesforce.filter(
    (value) =>
      !pairs.some((pair) => same(pair.salesforce, value)) &&
      !(has(desk, value) && !pairs.some((pair) => same(pair.desk, value))),
  );
};

interface ValueTableProps {
  readonly row: MappingRow;
  readonly desk: FieldFragment | undefined;
  readonly salesforce: FieldFragment | undefined;
  readonly problems: readonly FoundFragment[];
  readonly set: (values: readonly ValuePairInput[]) => void;
}

const isChoice = (field: FieldFragment | undefined): boolean =>
  field?.type === 'PICKLIST' || field?.type === 'MULTISELECT';

/** The way to a mapping row's table of values, where one of its fields is a picklist. */
export function ValueTable(props: ValueTableProps): JSX.Element | null {
  const [open, setOpen] = useState(false);
  const { row, desk, salesforce } = props;
  if (!isChoice(desk) && !isChoice(salesforce) && row.values.length === 0) return null;
  const count = row.values.length;
  const text = count > 0 ? t('valueTableCount', { count }) : t('valueTable');
  return (
    <div>
      {/* The name begins with what is seen: who speaks to the page says what stands there. */}
      <Button label={`${text} ${row.salesforce}`} onClick={() => setOpen(true)}>
        {text}
      </Button>
      {open && <Editor {...props} close={() => setOpen(false)} />}
    </div>
  );
}

function Editor({ row, desk, salesforce, problems, set, close }: ValueTableProps & { close: () => void }): JSX.Element {
  const lists: Lists = { desk: desk?.picklist ?? [], salesforce: salesforce?.picklist ?? [] };
  const [lines, setLines] = useState(() => linesOf(row.values, lists));
  const change = (next: readonly ValuePairInput[]): void => {
    setLines([...next]);
    set(pairsIn(next));
  };
  const edit = (index: number, part: Partial<ValuePairInput>): void =>
    change(lines.map((line, at) => (at === index ? { ...line, ...part } : line)));
  const left = leftOver(lines, lists);
  const title = t('valueTableTitle', {
    desk: desk?.label ?? row.desk,
    salesforce: salesforce?.label ?? row.salesforce,
  });
  return (
    <Dialog title={title} close={close} drawer>
      <p class="soft">{t('valueTableText')}</p>
      <Found problems={problems} />
      <Table label={title} columns={[t('desk'), t('salesforce'), { text: t('actions'), hidden: true }]}>
        {lines.map((line, index) => (
          <tr key={index}>
            <td>
              <Value
                label={t('deskValue', { number: index + 1 })}
                value={line.desk}
                of={lists.desk}
                set={(value) => edit(index, { desk: value })}
              />
            </td>
            <td>
              <Value
                label={t('salesforceValue', { number: index + 1 })}
                value={line.salesforce}
                of={lists.salesforce}
                blank={line.desk && t('sameText', { value: line.desk })}
                set={(value) => edit(index, { salesforce: value })}
              />
            </td>
            <td>
              <Button
                tone="quiet"
                label={t('valueRemove', { number: index + 1 })}
                onClick={() => change(lines.filter((_, at) => at !== index))}
              >
                {t('remove')}
              </Button>
            </td>
          </tr>
        ))}
      </Table>
      {left.length > 0 && <p class="small">{t('valuesLeft', { values: left.join(', ') })}</p>}
      <p class="row">
        <Button onClick={() => setLines([...lines, { desk: '', salesforce: '' }])}>{t('valueAdd')}</Button>
        <Button tone="primary" onClick={close}>
          {t('valuesDone')}
        </Button>
      </p>
      <p class="soft small">{t('valuesDraft')}</p>
    </Dialog>
  );
}

interface ValueProps {
  readonly label: string;
  readonly value: string;
  readonly of: readonly string[];
  readonly blank?: string;
  readonly set: (value: string) => void;
}

/** One value: the side's active ones are offered, and another one says that it is not active. */
export function Value({ label, value, of, blank = '', set }: ValueProps): JSX.Element {
  const id = useId();
  const inactive = of.length > 0 && value.trim() !== '' && !has(of, value);
  return (
    <>
      <input
        aria-label={label}
        aria-describedby={inactive ? `${id}state` : undefined}
        list={`${id}list`}
        dir="auto"
        autocomplete="off"
        value={value}
        placeholder={blank}
        onInput={(event) => set(event.currentTarget.value)}
      />
      <datalist id={`${id}list`}>
        {of.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      {inactive && (
        <div>
          <span class="badge warn" id={`${id}state`}>
            {t('valueInactive')}
          </span>
        </div>
      )}
    </>
  );
}
