import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { codeOf } from '../../api/client';
import {
  MappingDocument,
  ResetMappingDocument,
  SamplesDocument,
  SaveMappingDocument,
  type FieldRule,
  type FoundFragment,
  type MappingQuery,
  type SyncObject,
} from '../../generated/graphql';
import { named, t } from '../../messages/console';
import { useDraft, type Draft } from '../draft';
import { withId, withLabel, type ConstantRow, type OfferedField } from '../parts/constants';
import { useAsk } from '../parts/dialog';
import { Exchange, inputsOf, rules, type Arrangement, type MappingRow } from '../parts/exchange';
import { Found } from '../parts/found';
import { Picker } from '../parts/picker';
import { ValueTable } from '../parts/values';
import { Versions } from '../parts/versions';
import { Button, Notice, Panel, Problem } from '../parts/panel';
import { Table } from '../parts/table';
import { objectName } from '../parts/words';
import { forecastFacts, rehearse } from '../rehearse';
import { usePlace, type Route } from '../route';
import { useChecks } from '../use-checks';
import { useAction, useClient, useQuery } from '../use';
import { Constants } from './constants';
import { Filter, type BothSamples } from './filter';
import { Rehearsal } from './rehearsal';

const objects: readonly SyncObject[] = ['CONTACT', 'ACCOUNT'];

type Problems = readonly FoundFragment[];

/** The problems that a row has: where one names both fields, both have to be the row's. */
export const problemsOf = (problems: Problems, row: Pick<MappingRow, 'desk' | 'salesforce'>): Problems =>
  problems.filter(
    (p) =>
      (p.desk !== null || p.salesforce !== null) &&
      (p.desk === null || p.desk === row.desk) &&
      (p.salesforce === null || p.salesforce === row.salesforce),
  );

/** Which Desk field goes with which Salesforce field, and which way; and which records take part. */
export function Mapping({ route }: { route: Route }): JSX.Element {
  const place = usePlace(route);
  const object = objects.find((one) => one === route.query.get('object')) ?? 'CONTACT';
  const { current, problem, reload } = useQuery(MappingDocument, { object });
  const { current: read } = useQuery(SamplesDocument, { object });
  const samples: BothSamples = {
    desk: new Map(read?.desk?.map((one) => [one.field, one.values])),
    salesforce: new Map(read?.salesforce?.map((one) => [one.field, one.values])),
  };
  return (
    <>
      <div class="row" role="group" aria-label={t('records')}>
        {objects.map((one) => (
          <Button key={one} pressed={one === object} onClick={() => place({ object: one })}>
            {objectName(one)}
          </Button>
        ))}
      </div>
      <Problem text={problem} />
      {!current && !problem && <p role="status">{t('loading')}</p>}
      {current && <Fields key={object} object={object} data={current} samples={samples} reload={reload} />}
      {current && <Filter key={`filter ${object}`} object={object} data={current} samples={samples} reload={reload} />}
    </>
  );
}

interface FieldsProps {
  readonly object: SyncObject;
  readonly data: MappingQuery;
  readonly samples: BothSamples;
  readonly reload: () => void;
}

/** The mapping and what new records get: saved each by itself, and in files and versions together. */
function Fields(props: FieldsProps): JSX.Element {
  const { object, data } = props;
  const saved = (data.constants ?? []).map((c): ConstantRow => ({ side: c.side, field: c.field.name, value: c.value }));
  const draft = useDraft<readonly ConstantRow[]>(`constants.${object}`, saved);
  return (
    <>
      <Editor {...props} constants={draft} />
      <Constants {...props} saved={saved} draft={draft} />
    </>
  );
}

type EditorProps = FieldsProps & { readonly constants: Draft<readonly ConstantRow[]> };

function Editor({ object, data, samples, reload, constants }: EditorProps): JSX.Element {
  const saved = (data.fieldMappings ?? []).map((m): MappingRow => ({
    desk: m.desk.name,
    salesforce: m.salesforce.name,
    rule: m.rule,
    values: m.values ?? [],
  }));
  const draft = useDraft<readonly MappingRow[]>(`mapping.rows.${object}`, saved);
  const rows = draft.value;
  const [refused, setRefused] = useState<Problems>([]);
  const [versions, setVersions] = useState(false);
  const [unread, setUnread] = useState(false);
  const checked = useChecks(object, draft.changed ? rows : null);
  const problems = checked ?? refused;
  const [note, setNote] = useState('');
  const [previous, setPrevious] = useState<readonly MappingRow[] | null>(null);
  const [looking, setLooking] = useState(false);
  const action = useAction();
  const client = useClient();
  const ask = useAsk();
  const change = (index: number, part: Partial<MappingRow>): void => {
    setNote('');
    draft.set(rows.map((row, i) => (i === index ? { ...row, ...part } : row)));
  };
  const move = (index: number, by: number): void => {
    const next = [...rows];
    const [row] = next.splice(index, 1);
    if (row) next.splice(index + by, 0, row);
    draft.set(next);
  };
  const done = (payload: { saved: boolean; problems: Problems } | null | undefined): void => {
    setRefused(payload?.problems ?? []);
    setNote(payload?.saved ? t('saved') : '');
    if (!payload?.saved) return;
    setPrevious(saved);
    draft.discard();
    reload();
  };
  const fieldOf = (row: ConstantRow): OfferedField | undefined =>
    (row.side === 'DESK' ? data.desk : data.salesforce)?.find((one) => one.name === row.field);
  const take = (next: Arrangement, told: string): void => {
    setUnread(false);
    setVersions(false);
    if (next.rows) draft.set(next.rows);
    if (next.constants) constants.set(next.constants.map((row) => withId(row, fieldOf(row))));
    setNote(told);
  };
  /** Forecasts, asks, saves. A mapping that cannot be forecast because it is wrong is checked by saving it: nothing is saved then. */
  const save = async (next: readonly MappingRow[]): Promise<void> => {
    const mappings = inputsOf(next);
    setNote('');
    setLooking(true);
    let facts: string[] | null;
    try {
      facts = forecastFacts(await rehearse(client, { object, mappings }));
    } catch (error) {
      facts = codeOf(error) === 'BAD_USER_INPUT' ? null : [t('impactUnknown')];
    }
    setLooking(false);
    const key = data.fieldMappings?.[0];
    const match = key && !next.some((row) => row.salesforce === matchField(object));
    const question = {
      title: t('mappingTitle'),
      facts: [...(match ? [t('matchFieldGone', { field: matchField(object) })] : []), ...(facts ?? [])],
      confirm: t('save'),
    };
    if (facts && !(await ask(question))) return;
    const answer = await action.run(SaveMappingDocument, { object, mappings });
    if (answer) done(answer.saveFieldMappings);
  };
  const reset = async (): Promise<void> => {
    const pairs = pairsOf(object, data);
    if (
      !(await ask({
        title: t('standardTitle'),
        facts: [t('standardFacts', { count: saved.length }), t('pairsPlanned', { count: pairs }), t('nothingDeleted')],
        confirm: t('change'),
      }))
    )
      return;
    const answer = await action.run(ResetMappingDocument, { object });
    if (answer) done(answer.resetFieldMappings);
  };
  const desk = new Set(rows.map((row) => row.desk));
  const salesforce = new Set(rows.map((row) => row.salesforce));
  const errors = problems.some((p) => p.severity === 'ERROR');
  return (
    <>
      <Panel
        title={t('fieldsOf', { object: objectName(object) })}
        actions={
          <>
            {draft.changed && <span class="badge warn">{t('notSaved')}</span>}
            <Button onClick={() => draft.set([...rows, { desk: '', salesforce: '', rule: 'TWO_WAY', values: [] }])}>
              {t('addField')}
            </Button>
            <Exchange
              object={object}
              rows={rows}
              constants={constants.value.map((row) => withLabel(row, fieldOf(row)))}
              take={(next) => take(next, t('importedRows', { count: next.rows?.length ?? 0 }))}
              refuse={() => setUnread(true)}
            />
            <Button onClick={() => setVersions(true)}>{t('versions')}</Button>
            <Button disabled={action.busy} onClick={() => void reset()}>
              {t('standardMapping')}
            </Button>
            <Button disabled={!draft.changed} onClick={draft.discard}>
              {t('discard')}
            </Button>
            <Button tone="primary" disabled={action.busy || looking || !draft.changed} onClick={() => void save(rows)}>
              {t('save')}
            </Button>
          </>
        }
      >
        <Problem
          text={
            action.problem ?? (unread ? t('importRefused') : refused.length > 0 && errors ? t('nothingSaved') : null)
          }
        />
        <Notice>{looking ? t('rehearsing') : note}</Notice>
        {previous && note && (
          <p>
            <Button disabled={action.busy || looking} onClick={() => void save(previous)}>
              {t('takeBack')}
            </Button>
          </p>
        )}
        <Found problems={problems.filter((p) => p.desk === null && p.salesforce === null)} />
        <Table
          label={t('fieldsOf', { object: objectName(object) })}
          columns={[t('desk'), t('rule'), t('salesforce'), { text: t('actions'), hidden: true }]}
        >
          {rows.map((row, index) => (
            <tr key={index}>
              <td>
                <Picker
                  label={t('deskField')}
                  value={row.desk}
                  of={data.desk ?? []}
                  taken={desk}
                  samples={samples.desk}
                  set={(name) => change(index, { desk: name })}
                />
              </td>
              <td>
                <select
                  aria-label={t('ruleOf', { field: row.salesforce })}
                  value={row.rule}
                  onChange={(event) => change(index, { rule: event.currentTarget.value as FieldRule })}
                >
                  {rules.map((rule) => (
                    <option key={rule} value={rule}>
                      {named('rule', rule)}
                    </option>
                  ))}
                </select>
                <div class="soft small">{named('ruleText', row.rule)}</div>
                <ValueTable
                  row={row}
                  desk={data.desk?.find((one) => one.name === row.desk)}
                  salesforce={data.salesforce?.find((one) => one.name === row.salesforce)}
                  problems={problemsOf(problems, row)}
                  set={(values) => change(index, { values })}
                />
              </td>
              <td>
                <Picker
                  label={t('salesforceField')}
                  value={row.salesforce}
                  of={data.salesforce ?? []}
                  taken={salesforce}
                  samples={samples.salesforce}
                  set={(name) => change(index, { salesforce: name })}
                />
                <Found problems={problemsOf(problems, row)} />
              </td>
              <td class="row">
                <Button
                  tone="quiet"
                  label={t('moveUp', { field: row.salesforce })}
                  disabled={index === 0}
                  onClick={() => move(index, -1)}
                >
                  ↑
                </Button>
                <Button
                  tone="quiet"
                  label={t('moveDown', { field: row.salesforce })}
                  disabled={index === rows.length - 1}
                  onClick={() => move(index, 1)}
                >
                  ↓
                </Button>
                <Button
                  tone="quiet"
                  label={t('removeOf', { field: row.salesforce || row.desk })}
                  onClick={() => draft.set(rows.filter((_, i) => i !== index))}
                >
                  {t('remove')}
                </Button>
              </td>
            </tr>
          ))}
        </Table>
      </Panel>
      {versions && (
        <Versions object={object} take={(next) => take(next, t('versionTaken'))} close={() => setVersions(false)} />
      )}
      <Rehearsal object={object} edited={draft.changed ? inputsOf(rows) : null} />
    </>
  );
}

/** Salesforce's field that records of a kind are matched by. */
export const matchField = (object: SyncObject): string => (object === 'CONTACT' ? 'Email' : 'Name');

export const pairsOf = (object: SyncObject, data: MappingQuery): number =>
  (object === 'CONTACT' ? data.integration?.counts?.linkedContacts : data.integration?.counts?.linkedAccounts) ?? 0;
