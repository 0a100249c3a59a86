import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { codeOf } from '../../api/client';
import {
  SaveConstantsDocument,
  type FieldRule,
  type FoundFragment,
  type MappingQuery,
  type Side,
  type SyncObject,
} from '../../generated/graphql';
import { t } from '../../messages/console';
import type { Draft } from '../draft';
import { constantInputs, withLabel, type ConstantRow, type OfferedField } from '../parts/constants';
import { useAsk } from '../parts/dialog';
import { Found } from '../parts/found';
import { Button, Notice, Panel, Problem } from '../parts/panel';
import { Picker } from '../parts/picker';
import { Table } from '../parts/table';
import { Value } from '../parts/values';
import { objectName, sideName } from '../parts/words';
import { forecastFacts, rehearse } from '../rehearse';
import { useAction, useClient } from '../use';
import type { BothSamples } from './filter';

const sides: readonly Side[] = ['SALESFORCE', 'DESK'];

/** The problems that name a constant's field. */
export const problemsAt = (problems: readonly FoundFragment[], row: ConstantRow): readonly FoundFragment[] =>
  problems.filter((p) => (row.side === 'DESK' ? p.desk : p.salesforce) === row.field);

const idle: Readonly<Record<Side, readonly FieldRule[]>> = {
  DESK: ['DESK_TO_SALESFORCE', 'OFF'],
  SALESFORCE: ['SALESFORCE_TO_DESK', 'OFF'],
};

/** The fields of a side that the saved mapping fills: they take no constant. */
export const filledBy = (data: Pick<MappingQuery, 'fieldMappings'>, side: Side): ReadonlySet<string> =>
  new Set(
    (data.fieldMappings ?? [])
      .filter((one) => !idle[side].includes(one.rule))
      .map((one) => (side === 'DESK' ? one.desk.name : one.salesforce.name)),
  );

interface ConstantsProps {
  readonly object: SyncObject;
  readonly data: MappingQuery;
  readonly saved: readonly ConstantRow[];
  readonly draft: Draft<readonly ConstantRow[]>;
  readonly samples: BothSamples;
  readonly reload: () => void;
}

/** What every record that is created gets beside the mapping: a record type, a source, a type. */
export function Constants({ object, data, saved, draft, samples, reload }: ConstantsProps): JSX.Element {
  const rows = draft.value;
  const [problems, setProblems] = useState<readonly FoundFragment[]>([]);
  const [previous, setPrevious] = useState<readonly ConstantRow[] | null>(null);
  const [looking, setLooking] = useState(false);
  const action = useAction();
  const client = useClient();
  const ask = useAsk();
  const fieldsOf = (side: Side): readonly OfferedField[] => (side === 'DESK' ? data.desk : data.salesforce) ?? [];
  const fieldOf = (row: ConstantRow): OfferedField | undefined =>
    fieldsOf(row.side).find((one) => one.name === row.field);
  const edit = (next: readonly ConstantRow[]): void => {
    setProblems([]);
    draft.set(next);
  };
  const change = (index: number, part: Partial<ConstantRow>): void =>
    edit(rows.map((row, at) => (at === index ? { ...row, ...part } : row)));
  /** Forecasts, asks, saves. What cannot be forecast because it is wrong is checked by saving it: nothing is saved then. */
  const save = async (next: readonly ConstantRow[]): Promise<void> => {
    const constants = constantInputs(next);
    setLooking(true);
    let facts: string[] | null;
    try {
      facts = forecastFacts(await rehearse(client, { object, constants }));
    } catch (error) {
      facts = codeOf(error) === 'BAD_USER_INPUT' ? null : [t('impactUnknown')];
    }
    setLooking(false);
    const said = constants.map((row) => {
      const field = fieldOf(row);
      return t('constantsFact', {
        side: sideName(row.side),
        field: field?.label ?? row.field,
        value: withLabel(row, field).value,
      });
    });
    const question = {
      title: t('constantsTitle'),
      facts: [...(said.length > 0 ? said : [t('constantsNoMore')]), t('constantsKept'), ...(facts ?? [])],
      confirm: t('save'),
    };
    if (facts && !(await ask(question))) return;
    const answer = await action.run(SaveConstantsDocument, { object, constants });
    setProblems(answer?.saveConstants?.problems ?? []);
    if (!answer?.saveConstants?.saved) return;
    setPrevious(saved);
    draft.discard();
    reload();
  };
  const errors = problems.some((p) => p.severity === 'ERROR');
  const done = previous !== null && !draft.changed;
  const elsewhere = problems.filter((p) => !rows.some((row) => problemsAt([p], row).length > 0));
  return (
    <Panel
      title={t('constantsOf', { object: objectName(object) })}
      actions={
        <>
          {draft.changed && <span class="badge warn">{t('notSaved')}</span>}
          <Button onClick={() => edit([...rows, { side: 'SALESFORCE', field: '', value: '' }])}>
            {t('constantAdd')}
          </Button>
          <Button
            disabled={!draft.changed}
            onClick={() => {
              setProblems([]);
              draft.discard();
            }}
          >
            {t('discard')}
          </Button>
          <Button tone="primary" disabled={action.busy || looking || !draft.changed} onClick={() => void save(rows)}>
            {t('constantsSave')}
          </Button>
        </>
      }
    >
      <Problem text={action.problem ?? (errors ? t('nothingSaved') : null)} />
      <Notice>{looking ? t('rehearsing') : done ? t('saved') : ''}</Notice>
      {done && (
        <p>
          <Button disabled={action.busy || looking} onClick={() => void save(previous)}>
            {t('takeBack')}
          </Button>
        </p>
      )}
      <p class="soft">{t('constantsText')}</p>
      <Found problems={elsewhere} />
      {rows.length === 0 && <p class="soft">{t('constantsNone')}</p>}
      {rows.length > 0 && (
        <Table
          label={t('constantsOf', { object: objectName(object) })}
          columns={[t('side'), t('field'), t('value'), { text: t('actions'), hidden: true }]}
        >
          {rows.map((row, index) => {
            const field = fieldOf(row);
            const name = field?.label ?? row.field;
            return (
              <tr key={index}>
                <td>
                  <select
                    aria-label={t('side')}
                    value={row.side}
                    onChange={(event) =>
                      change(index, { side: event.currentTarget.value as Side, field: '', value: '' })
                    }
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
                    label={t('constantField')}
                    value={row.field}
                    of={fieldsOf(row.side)}
                    taken={filledBy(data, row.side)}
                    samples={row.side === 'DESK' ? samples.desk : samples.salesforce}
                    set={(picked) => change(index, { field: picked, value: '' })}
                  />
                  <Found problems={problemsAt(problems, row)} />
                </td>
                <td>
                  {row.field && (
                    <ValueBox
                      label={t('constantValue', { field: name })}
                      value={row.value}
                      field={field}
                      set={(value) => change(index, { value })}
                    />
                  )}
                </td>
                <td>
                  <Button
                    tone="quiet"
                    label={t('constantRemove', { field: name })}
                    onClick={() => edit(rows.filter((_, at) => at !== index))}
                  >
                    {t('remove')}
                  </Button>
                </td>
              </tr>
            );
          })}
        </Table>
      )}
    </Panel>
  );
}

interface ValueBoxProps {
  readonly label: string;
  readonly value: string;
  readonly field: OfferedField | undefined;
  readonly set: (value: string) => void;
}

/** A value in the way that suits its field: record types and yes or no are chosen, picklists and lists of states are offered. */
export function ValueBox({ label, value, field, set }: ValueBoxProps): JSX.Element {
  const choices = field?.choices ?? [];
  if (field?.type === 'BOOLEAN') {
    const answers = [
      { value: 'true', label: t('yes') },
      { value: 'false', label: t('no') },
    ];
    return <Choice label={label} value={value} of={answers} set={set} />;
  }
  if (field?.type === 'REFERENCE' && choices.length > 0)
    return <Choice label={label} value={value} of={choices} set={set} />;
  const offered =
    field?.type === 'PICKLIST' ? field.picklist : field?.type === 'MULTISELECT' ? [] : choices.map((one) => one.label);
  const blank = field?.type === 'MULTISELECT' ? t('severalWords') : '';
  return <Value label={label} value={value} of={[...new Set(offered ?? [])]} blank={blank} set={set} />;
}

const Choice = ({
  label,
  value,
  of,
  set,
}: Pick<ValueBoxProps, 'label' | 'value' | 'set'> & {
  of: readonly { readonly value: string; readonly label: string }[];
}): JSX.Element => (
  <select aria-label={label} value={value} onChange={(event) => set(event.currentTarget.value)}>
    {!of.some((one) => one.value === value) && <option value={value}>{value || t('choose')}</option>}
    {of.map((one) => (
      <option key={one.value} value={one.value}>
        {one.label}
      </option>
    ))}
  </select>
);
