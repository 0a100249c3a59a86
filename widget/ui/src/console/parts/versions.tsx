import type { JSX } from 'preact';
import { VersionsDocument, type SyncObject, type ValuePairInput, type VersionsQuery } from '../../generated/graphql';
import { named, t } from '../../messages/console';
import { useQuery } from '../use';
import { Dialog } from './dialog';
import { rules, valuesIn, type MappingRow } from './exchange';
import { Button, Problem } from './panel';
import { objectName, when } from './words';

type Entry = NonNullable<NonNullable<VersionsQuery['auditLog']>['nodes']>[number];

export interface Version {
  readonly id: string;
  readonly at: string;
  readonly who: string;
  readonly action: string;
  readonly before: readonly MappingRow[];
  readonly rows: readonly MappingRow[];
}

/** A row as the audit writes it: Desk's field, the rule, Salesforce's field, and the table of values as JSON where there is one. */
function rowIn(text: unknown): MappingRow | null {
  const [desk = '', name = '', salesforce = '', ...rest] = typeof text === 'string' ? text.split(' ') : [];
  const rule = rules.find((one) => one === name);
  return desk && salesforce && rule ? { desk, salesforce, rule, values: tableIn(rest.join(' ')) } : null;
}

function tableIn(text: string): ValuePairInput[] {
  if (!text) return [];
  try {
    const table = JSON.parse(text) as unknown;
    if (!Array.isArray(table)) return [];
    return (
      valuesIn(
        (table as unknown[]).map((pair) =>
          Array.isArray(pair) ? { desk: pair[0] as unknown, salesforce: pair[1] as unknown } : null,
        ),
      ) ?? []
    );
  } catch {
    return [];
  }
}

const rowsIn = (list: unknown): MappingRow[] =>
  Array.isArray(list) ? list.map(rowIn).filter((row) => row !== null) : [];

/** The versions of an object's mapping, the latest first, out of the audit. */
export function versionsIn(entries: readonly Entry[], object: SyncObject): Version[] {
  return entries.flatMap((entry) => {
    const detail = entry.detail as { before?: unknown; after?: unknown } | null;
    if (!entry.action.endsWith('FieldMappings') || entry.target !== object || !detail) return [];
    const { id, at, subject, action } = entry;
    return [{ id, at, who: subject, action, before: rowsIn(detail.before), rows: rowsIn(detail.after) }];
  });
}

const key = (row: MappingRow): string =>
  `${row.desk} ${row.rule} ${row.salesforce} ${row.values.map((pair) => `${pair.desk}\n${pair.salesforce}`).join('\n')}`;

/** What a version has that another has not. */
export function beyond(rows: readonly MappingRow[], others: readonly MappingRow[]): MappingRow[] {
  const known = new Set(others.map(key));
  return rows.filter((row) => !known.has(key(row)));
}

interface VersionsProps {
  readonly object: SyncObject;
  readonly take: (rows: readonly MappingRow[]) => void;
  readonly close: () => void;
}

/** Who saved which mapping, what that changed, and the way back to it. */
export function Versions({ object, take, close }: VersionsProps): JSX.Element {
  const { data, problem } = useQuery(VersionsDocument, { search: 'FieldMappings' });
  const versions = versionsIn(data?.auditLog?.nodes ?? [], object);
  return (
    <Dialog title={t('versionsTitle', { object: objectName(object) })} close={close} drawer>
      <Problem text={problem} />
      {data && versions.length === 0 && <p>{t('versionsNone')}</p>}
      <ol class="versions">
        {versions.map((version) => (
          <li key={version.id}>
            <h3>{named('audit', version.action)}</h3>
            <p class="soft small">{t('versionBy', { time: when(version.at), who: version.who })}</p>
            <ul class="diff">
              {beyond(version.rows, version.before).map((row) => (
                <Line key={key(row)} row={row} mark="+" what={t('versionAdded')} />
              ))}
              {beyond(version.before, version.rows).map((row) => (
                <Line key={key(row)} row={row} mark="−" what={t('versionRemoved')} />
              ))}
            </ul>
            <Button onClick={() => take(version.rows)}>{t('versionTake')}</Button>
          </li>
        ))}
      </ol>
    </Dialog>
  );
}

const Line = ({ row, mark, what }: { row: MappingRow; mark: string; what: string }): JSX.Element => (
  <li class={mark === '+' ? 'diff-added' : 'diff-removed'}>
    <span aria-hidden="true">{mark}</span> <span class="unseen">{what}: </span>
    {row.desk} · {named('rule', row.rule)} · {row.salesforce}
    {row.values.length > 0 && (
      <div class="soft small" dir="auto">
        {row.values.map((pair) => `${pair.desk} = ${pair.salesforce}`).join('; ')}
      </div>
    )}
  </li>
);
