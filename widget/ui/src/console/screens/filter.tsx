import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import {
  SaveFilterDocument,
  type FilterOp,
  type FoundFragment,
  type LeavingPolicy,
  type MappingQuery,
  type Side,
  type SyncObject,
} from '../../generated/graphql';
import { named, t } from '../../messages/console';
import { useDraft } from '../draft';
import { useAsk } from '../parts/dialog';
import { Found } from '../parts/found';
import { Select } from '../parts/filters';
import { Picker, type Samples } from '../parts/picker';
import { Button, Notice, Panel, Problem } from '../parts/panel';
import { Table } from '../parts/table';
import { objectName, sideName } from '../parts/words';
import { useAction } from '../use';
import { pairsOf } from './mapping';

const comparisons: readonly FilterOp[] = ['EQUALS', 'NOT_EQUALS', 'IN', 'CONTAINS', 'IS_BLANK', 'NOT_BLANK'];
const leavings: readonly LeavingPolicy[] = ['KEEP', 'UNLINK'];
const sides: readonly Side[] = ['SALESFORCE', 'DESK'];

interface Condition {
  readonly side: Side;
  readonly field: string;
  readonly op: FilterOp;
  readonly values: string;
}

interface Edited {
  readonly conditions: readonly Condition[];
  readonly leaving: LeavingPolicy;
}

const takesNone = (op: FilterOp): boolean => op === 'IS_BLANK' || op === 'NOT_BLANK';

/** The values as the API takes them: IN takes several, parted by commas; the others one, or none. */
export function valuesOf(op: FilterOp, text: string): string[] {
  if (takesNone(op)) return [];
  const list = op === 'IN' ? text.split(',').map((one) => one.trim()) : [text.trim()];
  return list.filter((one) => one !== '');
}

/** What a filter would do, as far as it is known before it is saved. */
export function filterFacts(before: Edited, after: Edited, object: string, pairs: number): string[] {
  const facts = [
    after.conditions.length === 0
      ? t('filterNone', { object })
      : t('filterSome', { object, count: after.conditions.length }),
  ];
  const narrows = after.conditions.length > 0;
  if (narrows) facts.push(t(after.leaving === 'UNLINK' ? 'filterUnlinks' : 'filterRests', { count: pairs }));
  if (after.leaving !== before.leaving) facts.push(t('leavingChanges', { policy: named('leaving', after.leaving) }));
  return [...facts, t('nothingDeleted')];
}

/** Values of both sides' fields. */
export interface BothSamples {
  readonly desk?: Samples;
  readonly salesforce?: Samples;
}

interface FilterProps {
  readonly object: SyncObject;
  readonly data: MappingQuery;
  readonly samples: BothSamples;
  readonly reload: () => void;
}

/** Which records are synced. */
export function Filter({ object, data, samples, reload }: FilterProps): JSX.Element {
  const stored = data.syncFilters?.find((one) => one.object === object);
  const saved: Edited = {
    conditions: (stored?.conditions ?? []).map((c) => ({
      side: c.side,
      field: c.field.name,
      op: c.op,
      values: (c.values ?? []).join(', '),
    })),
    leaving: stored?.leaving ?? 'KEEP',
  };
  const draft = useDraft<Edited>(`filter.${object}`, saved);
  const { conditions, leaving } = draft.value;
  const [problems, setProblems] = useState<readonly FoundFragment[]>([]);
  const [previous, setPrevious] = useState<Edited | null>(null);
  const action = useAction();
  const ask = useAsk();
  const edit = (next: readonly Condition[]): void => draft.set({ leaving, conditions: next });
  const change = (index: number, part: Partial<Condition>): void =>
    edit(conditions.map((row, i) => (i === index ? { ...row, ...part } : row)));
  const save = async (next: Edited): Promise<void> => {
    const facts = filterFacts(saved, next, objectName(object), pairsOf(object, data));
    const unlinks = next.conditions.length > 0 && next.leaving === 'UNLINK';
    if (!(await ask({ title: t('filterTitle'), facts, confirm: t('saveFilter'), danger: unlinks }))) return;
    const filter = {
      leaving: next.leaving,
      conditions: next.conditions.map((c) => ({
        side: c.side,
        field: c.field,
        op: c.op,
        values: valuesOf(c.op, c.values),
      })),
    };
    const answer = await action.run(SaveFilterDocument, { object, filter });
    setProblems(answer?.saveSyncFilter?.problems ?? []);
    if (!answer?.saveSyncFilter?.saved) return;
    setPrevious(saved);
    draft.discard();
    reload();
  };
  const errors = problems.some((p) => p.severity === 'ERROR');
  return (
    <Panel
      title={t('filterOf', { object: objectName(object) })}
      actions={
        <>
          {draft.changed && <span class="badge warn">{t('notSaved')}</span>}
          <Button onClick={() => edit([...conditions, { side: 'SALESFORCE', field: '', op: 'EQUALS', values: '' }])}>
            {t('addCondition')}
          </Button>
          <Button disabled={!draft.changed} onClick={draft.discard}>
            {t('discard')}
          </Button>
          <Button tone="primary" disabled={action.busy || !draft.changed} onClick={() => void save(draft.value)}>
            {t('saveFilter')}
          </Button>
        </>
      }
    >
      <Problem text={action.problem ?? (errors ? t('nothingSaved') : null)} />
      <Notice>{previous && !draft.changed ? t('saved') : ''}</Notice>
      {previous && !draft.changed && (
        <p>
          <Button disabled={action.busy} onClick={() => void save(previous)}>
            {t('takeBack')}
          </Button>
        </p>
      )}
      <Found problems={problems} />
      {conditions.length === 0 && <p class="soft">{t('allOfThem')}</p>}
      {conditions.length > 0 && (
        <Table
          label={t('filterOf', { object: objectName(object) })}
          columns={[t('side'), t('field'), t('comparison'), t('values'), { text: t('actions'), hidden: true }]}
        >
          {conditions.map((row, index) => (
            <tr key={index}>
              <td>
                <select
                  aria-label={t('side')}
                  value={row.side}
                  onChange={(event) => change(index, { side: event.currentTarget.value as Side, field: '' })}
                >
                  {sides.map((side) => (
                    <option key={side} value={side}>
                      {sideName(side)}
                    </option>
                  ))}
                </select>
              </td>
              <td>
                <Picker
                  label={t('fieldToCompare')}
                  value={row.field}
                  of={(row.side === 'DESK' ? data.desk : data.salesforce) ?? []}
                  samples={row.side === 'DESK' ? samples.desk : samples.salesforce}
                  set={(field) => change(index, { field })}
                />
              </td>
              <td>
                <select
                  aria-label={t('comparison')}
                  value={row.op}
                  onChange={(event) => change(index, { op: event.currentTarget.value as FilterOp })}
                >
                  {comparisons.map((op) => (
                    <option key={op} value={op}>
                      {named('op', op)}
                    </option>
                  ))}
                </select>
              </td>
              <td>
                {!takesNone(row.op) && (
                  <input
                    aria-label={t('values')}
                    value={row.values}
                    placeholder={row.op === 'IN' ? t('severalValues') : ''}
                    onInput={(event) => change(index, { values: event.currentTarget.value })}
                  />
                )}
              </td>
              <td>
                <Button
                  tone="quiet"
                  label={t('removeCondition', { field: row.field })}
                  onClick={() => edit(conditions.filter((_, i) => i !== index))}
                >
                  {t('remove')}
                </Button>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {(conditions.length > 0 || leaving === 'UNLINK') && (
        <Select
          label={t('leavingLabel')}
          value={leaving}
          options={leavings.map((one) => [one, named('leaving', one)])}
          set={(one) => draft.set({ conditions, leaving: one as LeavingPolicy })}
        />
      )}
    </Panel>
  );
}
