import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import {
  DeleteIntegrationDocument,
  SetPolicyDocument,
  StatusDocument,
  type AgentCards,
  type ConflictPolicy,
  type DeletePolicy,
  type StatusQuery,
  type SyncDirection,
} from '../../generated/graphql';
import { named, t } from '../../messages/console';
import { useDraft } from '../draft';
import { useAsk } from '../parts/dialog';
import { Select } from '../parts/filters';
import { Button, Notice, Panel, Problem } from '../parts/panel';
import { forecastFacts, rehearse } from '../rehearse';
import { useAction, useClient, useQuery } from '../use';

type Integration = NonNullable<StatusQuery['integration']>;

interface Policies {
  readonly direction: SyncDirection;
  readonly conflictPolicy: ConflictPolicy;
  readonly deletePolicy: DeletePolicy;
  readonly historyDays: number;
  readonly matchSecondaryEmail: boolean;
  readonly agentCards: AgentCards;
}

const directions: readonly SyncDirection[] = ['TWO_WAY', 'SALESFORCE_TO_DESK'];
const conflicts: readonly ConflictPolicy[] = ['LATEST_WINS', 'SALESFORCE_WINS', 'DESK_WINS'];
const cards: readonly AgentCards[] = ['ANY_CUSTOMER', 'VISIBLE_TICKETS', 'VISIBLE_PRIVATE_TICKETS'];
const deletes: readonly DeletePolicy[] = ['RESTORE_ON_UPDATE', 'STAY_DELETED'];

/** The policies of the sync, and its end. */
export function Settings(): JSX.Element {
  const { data, problem, reload } = useQuery(StatusDocument, {});
  const it = data?.integration;
  if (!it) return problem ? <Problem text={problem} /> : <p role="status">{t('loading')}</p>;
  return (
    <>
      <Problem text={problem} />
      <Policy of={it} reload={reload} />
      <Danger of={it} reload={reload} />
    </>
  );
}

const policiesOf = (of: Integration): Policies => ({
  direction: of.direction,
  conflictPolicy: of.conflictPolicy,
  deletePolicy: of.deletePolicy,
  historyDays: of.historyDays,
  matchSecondaryEmail: of.matchSecondaryEmail,
  agentCards: of.agentCards,
});

/** Whether other records would be linked or written: that is forecast. */
export const forecastable = (before: Policies, after: Policies): boolean =>
  after.direction !== before.direction || after.matchSecondaryEmail !== before.matchSecondaryEmail;

/** What each choice of whose cards agents may open means. */
const agentCardsMean = {
  ANY_CUSTOMER: 'agentCardsAny',
  VISIBLE_TICKETS: 'agentCardsTickets',
  VISIBLE_PRIVATE_TICKETS: 'agentCardsPrivate',
} as const satisfies Record<AgentCards, string>;

/** What a change of the policies would do, in sentences. */
export function impact(
  before: Policies,
  after: Policies,
  of: Pick<Integration, 'counts'>,
  forecast: readonly string[] = [],
): string[] {
  const pairs = { contacts: of.counts?.linkedContacts ?? 0, accounts: of.counts?.linkedAccounts ?? 0 };
  const facts: string[] = [];
  if (after.direction !== before.direction) {
    facts.push(t(after.direction === 'TWO_WAY' ? 'directionBoth' : 'directionOne', pairs));
  }
  if (after.conflictPolicy !== before.conflictPolicy)
    facts.push(t('conflictChanges', { policy: named('conflictPolicy', after.conflictPolicy) }));
  if (after.deletePolicy !== before.deletePolicy)
    facts.push(t(after.deletePolicy === 'STAY_DELETED' ? 'deletesStay' : 'deletesRestored'));
  if (after.matchSecondaryEmail !== before.matchSecondaryEmail)
    facts.push(t(after.matchSecondaryEmail ? 'secondaryOn' : 'secondaryOff'));
  if (after.historyDays < before.historyDays)
    facts.push(t('historyShorter', { before: before.historyDays, after: after.historyDays }));
  if (after.historyDays > before.historyDays) facts.push(t('historyLonger', { days: after.historyDays }));
  if (after.agentCards !== before.agentCards) facts.push(t(agentCardsMean[after.agentCards]));
  return [...new Set([...facts, ...forecast, t('nothingDeleted')])];
}

function Policy({ of, reload }: { of: Integration; reload: () => void }): JSX.Element {
  const action = useAction();
  const ask = useAsk();
  const explained = useId();
  const saved = policiesOf(of);
  const draft = useDraft('policies', saved);
  const [previous, setPrevious] = useState<Policies | null>(null);
  const [looking, setLooking] = useState(false);
  const client = useClient();
  const value = draft.value;
  const write = async (next: Policies): Promise<void> => {
    let forecast: string[] = [];
    if (forecastable(saved, next)) {
      setLooking(true);
      try {
        forecast = forecastFacts(await rehearse(client, { policy: { ...next } }));
      } catch {
        forecast = [t('impactUnknown')];
      }
      setLooking(false);
    }
    const facts = impact(saved, next, of, forecast);
    if (!(await ask({ title: t('policiesTitle'), facts, confirm: t('change') }))) return;
    if (!(await action.run(SetPolicyDocument, { input: { ...next } }))) return;
    setPrevious(saved);
    draft.discard();
    reload();
  };
  return (
    <Panel
      title={t('policies')}
      actions={
        <>
          {draft.changed && <span class="badge warn">{t('notSaved')}</span>}
          <Button disabled={!draft.changed} onClick={draft.discard}>
            {t('discard')}
          </Button>
          <Button tone="primary" disabled={!draft.changed || action.busy || looking} onClick={() => void write(value)}>
            {t('save')}
          </Button>
        </>
      }
    >
      <Problem text={action.problem} />
      <Notice>{looking ? t('rehearsing') : previous && !draft.changed ? t('saved') : ''}</Notice>
      {previous && !draft.changed && (
        <p>
          <Button disabled={action.busy} onClick={() => void write(previous)}>
            {t('takeBack')}
          </Button>
        </p>
      )}
      <div class="form row top-aligned">
        <Select
          label={t('direction')}
          value={value.direction}
          options={directions.map((one) => [one, named('direction', one)])}
          set={(direction) => draft.set({ ...value, direction: direction as SyncDirection })}
        />
        <Select
          label={t('conflictPolicy')}
          value={value.conflictPolicy}
          options={conflicts.map((one) => [one, named('conflictPolicy', one)])}
          set={(conflictPolicy) => draft.set({ ...value, conflictPolicy: conflictPolicy as ConflictPolicy })}
        />
        <Select
          label={t('deletePolicy')}
          value={value.deletePolicy}
          options={deletes.map((one) => [one, named('deletePolicy', one)])}
          set={(deletePolicy) => draft.set({ ...value, deletePolicy: deletePolicy as DeletePolicy })}
        />
        <Select
          label={t('agentCards')}
          value={value.agentCards}
          options={cards.map((one) => [one, named('agentCards', one)])}
          set={(agentCards) => draft.set({ ...value, agentCards: agentCards as AgentCards })}
        />
        <label>
          {t('historyDays')}
          <input
            type="number"
            min={1}
            max={3650}
            value={value.historyDays}
            onInput={(event) => {
              const days = event.currentTarget.valueAsNumber;
              if (Number.isInteger(days)) draft.set({ ...value, historyDays: days });
            }}
          />
        </label>
      </div>
      <label class="choice">
        <input
          type="checkbox"
          checked={value.matchSecondaryEmail}
          aria-describedby={explained}
          onChange={(event) => draft.set({ ...value, matchSecondaryEmail: event.currentTarget.checked })}
        />
        <span>{t('matchSecondary')}</span>
      </label>
      <p class="soft small" id={explained}>
        {t('matchSecondaryText')}
      </p>
    </Panel>
  );
}

function Danger({ of, reload }: { of: Integration; reload: () => void }): JSX.Element {
  const action = useAction();
  const ask = useAsk();
  const remove = async (): Promise<void> => {
    const pairs = { contacts: of.counts?.linkedContacts ?? 0, accounts: of.counts?.linkedAccounts ?? 0 };
    const facts = [t('deleteFacts'), t('deletePairs', pairs), t('nothingDeleted')];
    if (!(await ask({ title: t('deleteTitle'), facts, confirm: t('delete'), danger: true, word: 'delete' }))) return;
    await action.run(DeleteIntegrationDocument, { confirm: 'delete' });
    reload();
  };
  return (
    <Panel title={t('deleteTitle')}>
      <Problem text={action.problem} />
      <p>{t('deleteFacts')}</p>
      <p>
        <button
          type="button"
          class="button danger"
          disabled={action.busy || of.status === 'DELETED'}
          onClick={() => void remove()}
        >
          {t('deleteIntegration')}
        </button>
      </p>
    </Panel>
  );
}
