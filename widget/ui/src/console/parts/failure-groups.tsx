import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { FailureFilter, FailureGroupsQuery, SyncObject } from '../../generated/graphql';
import { formatNumber } from '../../lib/format';
import { named, t } from '../../messages/console';
import { Button, Panel } from './panel';
import { objectName, sideName, when } from './words';

/** How many groups are shown at most: one more is asked for, to know whether there are more. */
const shownGroups = 50;
/** How many stand there at first, so that the table of failures is in sight. */
const firstGroups = 8;

export type Groups = NonNullable<FailureGroupsQuery['failureGroups']>;
/** What the failures of one group have in common. */
interface Common {
  readonly code: string;
  readonly object: SyncObject;
  readonly cause?: string;
}

interface FailureGroupsProps {
  readonly groups: Groups;
  /** The cause whose failures are listed now. */
  readonly chosen: FailureFilter['cause'];
  readonly busy: boolean;
  readonly show: (of: Common) => void;
  readonly retry: (of: Common) => void;
}

/** Failures that share a cause, the largest group first, each with what mends it. */
export function FailureGroups({ groups, chosen, busy, show, retry }: FailureGroupsProps): JSX.Element | null {
  const [all, setAll] = useState(false);
  if (groups.length === 0) return null;
  return (
    <Panel title={t('failureGroups')}>
      <ul class="groups">
        {groups.slice(0, all ? shownGroups : firstGroups).map((group) => {
          // A group without a cause holds what failed before causes were kept.
          const of = { code: group.code, object: group.object, ...(group.id && { cause: group.id }) };
          return (
            <li key={group.id}>
              <h3>
                {named('code', group.code)} <span class="badge bad number">{formatNumber(group.count)}</span>
              </h3>
              <p class="soft small">
                {objectName(group.object)} → {sideName(group.target)}
                {group.lastAt && ` · ${when(group.lastAt)}`}
              </p>
              <p class="small">
                {group.message}
                {(group.fields ?? []).map((field) => (
                  <span class="chip" key={field}>
                    {field}
                  </span>
                ))}
              </p>
              <p class="small">{named('mend', group.code)}</p>
              <div class="row">
                <Button pressed={chosen === group.id} onClick={() => show(of)}>
                  {t('show')}
                </Button>
                <Button disabled={busy} onClick={() => retry(of)}>
                  {t('retryCount', { count: group.count })}
                </Button>
              </div>
            </li>
          );
        })}
      </ul>
      {groups.length > firstGroups && (
        <Button pressed={all} onClick={() => setAll(!all)}>
          {t('showMore')}
        </Button>
      )}
      {all && groups.length > shownGroups && <p class="soft small">{t('moreCauses', { count: shownGroups })}</p>}
    </Panel>
  );
}
