import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import { SetPolicyDocument, type StatusQuery } from '../../generated/graphql';
import { t } from '../../messages/console';
import { useDraft } from '../draft';
import { useAction } from '../use';
import { useAsk } from './dialog';
import { Button, Notice, Panel, Problem } from './panel';
import { sideName } from './words';

type Integration = NonNullable<StatusQuery['integration']>;
type Budgets = NonNullable<Integration['apiBudgets']>;

const least = 5;
const most = 95;

/** Whether the server takes a share. */
export const isShare = (percent: number): boolean => Number.isInteger(percent) && percent >= least && percent <= most;

/** What another share would mean, in sentences with figures. */
export function shareFacts(before: number, after: number | null, budgets: Budgets): string[] {
  if (after === null) return [t('keptOwn')];
  const facts = [t('keptChange', { before, after })];
  for (const { side, used, limit } of budgets) {
    if (limit === null || used === null) continue;
    const kept = Math.floor((limit * after) / 100);
    facts.push(t('keptSide', { side: sideName(side), kept, limit, sync: limit - kept, used }));
    if (limit - used <= kept) facts.push(t('keptHolds', { side: sideName(side) }));
  }
  return facts;
}

/** How many of the vendors' daily calls the sync leaves for agents. */
export function Share({
  of,
  reload,
}: {
  of: Pick<Integration, 'agentShare' | 'apiBudgets'>;
  reload: () => void;
}): JSX.Element | null {
  const action = useAction();
  const ask = useAsk();
  const id = useId();
  const budgets = of.apiBudgets ?? [];
  const saved = of.agentShare ?? budgets[0]?.keptPercent ?? null;
  const draft = useDraft('share', saved);
  const [previous, setPrevious] = useState<{ share: number | null } | null>(null);
  if (saved === null) return null;
  const value = draft.value ?? saved;
  const write = async (next: number | null): Promise<void> => {
    const facts = shareFacts(saved, next, budgets);
    if (!(await ask({ title: t('keptQuestion'), facts, confirm: t('change') }))) return;
    if (!(await action.run(SetPolicyDocument, { input: { agentShare: next } }))) return;
    setPrevious({ share: of.agentShare });
    draft.discard();
    reload();
  };
  return (
    <Panel
      title={t('keptTitle')}
      actions={
        <>
          {draft.changed && <span class="badge warn">{t('notSaved')}</span>}
          {of.agentShare !== null && (
            <Button disabled={action.busy} onClick={() => void write(null)}>
              {t('keptOwnUse')}
            </Button>
          )}
          <Button disabled={!draft.changed} onClick={draft.discard}>
            {t('discard')}
          </Button>
          <Button
            tone="primary"
            disabled={!draft.changed || !isShare(value) || action.busy}
            onClick={() => void write(value)}
          >
            {t('save')}
          </Button>
        </>
      }
    >
      <Problem text={action.problem} />
      <Notice>{previous !== null && !draft.changed ? t('saved') : ''}</Notice>
      {previous !== null && !draft.changed && (
        <p>
          <Button disabled={action.busy} onClick={() => void write(previous.share)}>
            {t('takeBack')}
          </Button>
        </p>
      )}
      <label class="figure-input">
        {t('keptLabel')}
        <input
          type="number"
          min={least}
          max={most}
          value={value}
          aria-describedby={id}
          onInput={(event) => {
            const percent = event.currentTarget.valueAsNumber;
            if (Number.isInteger(percent)) draft.set(percent);
          }}
        />
      </label>
      <p class="soft small" id={id}>
        {t('keptText')} {of.agentShare === null && t('keptServer', { percent: saved })}
      </p>
    </Panel>
  );
}
