import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { FieldMappingInput, FieldRule, SyncObject, ValuePairInput } from '../../generated/graphql';
import { t } from '../../messages/console';
import { keep } from '../download';
import { constantsIn, type ConstantRow } from './constants';
import { Button } from './panel';

/** One row of a mapping, by API names. */
export interface MappingRow {
  readonly desk: string;
  readonly salesforce: string;
  readonly rule: FieldRule;
  /** Values of picklists that mean the same; what is not here is compared by its text. */
  readonly values: readonly ValuePairInput[];
}

/** The rows as the API takes them. */
export const inputsOf = (rows: readonly MappingRow[]): FieldMappingInput[] =>
  rows.map((row) => ({ ...row, values: row.values.map((pair) => ({ ...pair })) }));

/** A table of values that was read from outside; null where it is none. A row without a table has an empty one. */
export function valuesIn(given: unknown): ValuePairInput[] | null {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) return null;
  const pairs: ValuePairInput[] = [];
  for (const one of given as unknown[]) {
    const { desk, salesforce } = (typeof one === 'object' && one !== null ? one : {}) as Record<string, unknown>;
    if (typeof desk !== 'string' || typeof salesforce !== 'string') return null;
    pairs.push({ desk, salesforce });
  }
  return pairs;
}

export const rules: readonly FieldRule[] = [
  'TWO_WAY',
  'PREFER_SALESFORCE',
  'PREFER_SALESFORCE_UNLESS_BLANK',
  'PREFER_DESK',
  'SALESFORCE_TO_DESK',
  'DESK_TO_SALESFORCE',
  'OFF',
];

const kind = 'sidelight-mapping';

/** A mapping and what new records get. What is null is not said, and stays as it is. */
export interface Arrangement {
  readonly rows: readonly MappingRow[] | null;
  readonly constants: readonly ConstantRow[] | null;
}

/** The file of a mapping. */
export const mappingFile = (
  object: SyncObject,
  rows: readonly MappingRow[],
  constants: readonly ConstantRow[],
): string => `${JSON.stringify({ kind, object, mappings: rows, constants }, null, 2)}\n`;

/** What stands in a file that was exported here for the same kind of record; null for anything else. Older files say nothing of constants. */
export function readMapping(text: string, object: SyncObject): Arrangement | null {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof file !== 'object' || file === null) return null;
  const { kind: of, object: about, mappings, constants: given } = file as Record<string, unknown>;
  if (of !== kind || about !== object || !Array.isArray(mappings)) return null;
  const constants = given === undefined ? null : constantsIn(given);
  if (given !== undefined && constants === null) return null;
  const rows: MappingRow[] = [];
  for (const one of mappings as unknown[]) {
    if (typeof one !== 'object' || one === null) return null;
    const { desk, salesforce, rule, values } = one as Record<string, unknown>;
    const known = rules.find((name) => name === rule);
    const table = valuesIn(values);
    if (typeof desk !== 'string' || typeof salesforce !== 'string' || !known || !table) return null;
    rows.push({ desk, salesforce, rule: known, values: table });
  }
  return { rows, constants };
}

interface ExchangeProps {
  readonly object: SyncObject;
  readonly rows: readonly MappingRow[];
  /** As they are written into the file. */
  readonly constants: readonly ConstantRow[];
  readonly take: (read: Arrangement) => void;
  readonly refuse: () => void;
}

/** A mapping's way out into a file, and back into the editor. */
export function Exchange({ object, rows, constants, take, refuse }: ExchangeProps): JSX.Element {
  const file = useRef<HTMLInputElement>(null);
  const read = async (chosen: File | undefined): Promise<void> => {
    if (!chosen) return;
    const found = chosen.size < 1_000_000 ? readMapping(await chosen.text(), object) : null;
    if (found) take(found);
    else refuse();
  };
  return (
    <>
      <Button onClick={() => keep(mappingFile(object, rows, constants), `mapping-${object.toLowerCase()}.json`)}>
        {t('exportMapping')}
      </Button>
      <Button onClick={() => file.current?.click()}>{t('importMapping')}</Button>
      <input
        ref={file}
        type="file"
        accept="application/json,.json"
        hidden
        aria-label={t('importMapping')}
        onChange={(event) => {
          const target = event.currentTarget;
          void read(target.files?.[0]).finally(() => {
            target.value = '';
          });
        }}
      />
    </>
  );
}
