import type { JSX } from 'preact';
import { VersionsDocument, type AuditedFragment, type SyncObject, type ValuePairInput } from '../../generated/graphql';
import { named, t } from '../../messages/console';
import { useQuery } from '../use';
import { constantOf, type ConstantRow } from './constants';
import { Dialog } from './dialog';
import { rules, valuesIn, type Arrangement, type MappingRow } from './exchange';
import { Button, Problem } from './panel';
import { objectName, sideName, when } from './words';

export interface Version {
  readonly id: string;
  readonly at: string;
  readonly who: string;
  readonly action: string;
  readonly before: Arrangement;
  readonly after: Arrangement;
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

const listed = <T,>(list: unknown, read: (text: unknown) => T | null): T[] =>
  Array.isArray(list) ? list.map(read).filter((row) => row !== null) : [];

/** What an entry of the audit says of the half that it saved: before it, or after it. */
function halfOf(entry: AuditedFragment, when: 'before' | 'after'): Partial<Arrangement> {
  const list = (entry.detail as Record<string, unknown>)[when];
  return isConstants(entry) ? { constants: listed(list, constantOf) } : { rows: listed(list, rowIn) };
}

const isConstants = (entry: AuditedFragment): boolean => entry.action === 'saveConstants';

/**
 * The versions of an object's mapping and of what its new records get, the latest first, out of the audit. Each is saved by itself; a version has
 * both as they were then. A half that was never saved is not known, and stays as it is.
 */
export function versionsIn(entries: readonly AuditedFragment[], object: SyncObject): Version[] {
  const saved = entries
    .filter((entry) => entry.target === object && typeof entry.detail === 'object' && entry.detail !== null)
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  let now: Arrangement = { rows: null, constants: null };
  // A half is, until it is first saved, what it was before that.
  for (const entry of [...saved].reverse()) now = { ...now, ...halfOf(entry, 'before') };
  const versions = saved.map((entry): Version => {
    const before = { ...now, ...halfOf(entry, 'before') };
    now = { ...now, ...halfOf(entry, 'after') };
    return { id: entry.id, at: entry.at, who: entry.subject, action: entry.action, before, after: now };
  });
  return versions.reverse();
}

const key = (row: MappingRow): string =>
  `${row.desk} ${row.rule} ${row.salesforce} ${row.values.map((pair) => `${pair.desk}\n${pair.salesforce}`).join('\n')}`;
const constantKey = (row: ConstantRow): string => `${row.side} ${row.field} ${row.value}`;

const without = <T,>(rows: readonly T[] | null, others: readonly T[] | null, by: (row: T) => string): T[] => {
  const known = new Set((others ?? []).map(by));
  return (rows ?? []).filter((row) => !known.has(by(row)));
};

/** What a version has that another has not. */
export const beyond = (one: Arrangement, other: Arrangement): { rows: MappingRow[]; constants: ConstantRow[] } => ({
  rows: without(one.rows, other.rows, key),
  constants: without(one.constants, other.constants, constantKey),
});

interface VersionsProps {
  readonly object: SyncObject;
  readonly take: (version: Arrangement) => void;
  readonly close: () => void;
}

/** Who saved which mapping and constants, what that changed, and the way back to it. */
export function Versions({ object, take, close }: VersionsProps): JSX.Element {
  const { data, problem } = useQuery(VersionsDocument, {});
  const versions = versionsIn([...(data?.mappings?.nodes ?? []), ...(data?.constants?.nodes ?? [])], object);
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
              <Lines of={beyond(version.after, version.before)} mark="+" what={t('versionAdded')} />
              <Lines of={beyond(version.before, version.after)} mark="−" what={t('versionRemoved')} />
            </ul>
            <Button onClick={() => take(version.after)}>{t('versionTake')}</Button>
          </li>
        ))}
      </ol>
    </Dialog>
  );
}

interface LinesProps {
  readonly of: ReturnType<typeof beyond>;
  readonly mark: string;
  readonly what: string;
}

const Lines = ({ of, mark, what }: LinesProps): JSX.Element => {
  const kind = mark === '+' ? 'diff-added' : 'diff-removed';
  const sign = (
    <>
      <span aria-hidden="true">{mark}</span> <span class="unseen">{what}: </span>
    </>
  );
  return (
    <>
      {of.rows.map((row) => (
        <li class={kind} key={key(row)}>
          {sign}
          {row.desk} · {named('rule', row.rule)} · {row.salesforce}
          {row.values.length > 0 && (
            <div class="soft small" dir="auto">
              {row.values.map((pair) => `${pair.desk} = ${pair.salesforce}`).join('; ')}
            </div>
          )}
        </li>
      ))}
      {of.constants.map((row) => (
        <li class={kind} key={constantKey(row)}>
          {sign}
          {sideName(row.side)} · {row.field} = {row.value}
        </li>
      ))}
    </>
  );
};
