import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import {
  PauseSyncDocument,
  ResumeSyncDocument,
  StartSyncDocument,
  StatusDocument,
  type IntegrationStatus,
  type SideFragment,
  type StatusQuery,
} from '../../generated/graphql';
import { formatNumber, formatSpan } from '../../lib/format';
import { useNow, usePolling } from '../../lib/hooks';
import { named, t } from '../../messages/console';
import { ageText } from '../../messages/age';
import { useAsk } from '../parts/dialog';
import { Found } from '../parts/found';
import { Halted, isChoice } from '../parts/halted';
import { LoadProgress } from '../parts/load';
import { Notice, Panel, Problem } from '../parts/panel';
import { Share } from '../parts/share';
import { Week } from '../parts/week';
import { objectName, sideName, when } from '../parts/words';
import { routeLink } from '../route';
import { useAction, useQuery } from '../use';
import { isBeforeStart } from './setup';

type Integration = NonNullable<StatusQuery['integration']>;

const tones: Readonly<Record<IntegrationStatus, string>> = {
  ACTIVE: 'good',
  LOADING: 'info',
  READY: 'info',
  PAUSED: 'warn',
  BROKEN: 'bad',
  DELETED: 'bad',
  NOT_CONNECTED: 'warn',
};

/** How the integration stands, and what happens next. */
export function Status(): JSX.Element {
  const { data, problem, reload } = useQuery(StatusDocument, {});
  usePolling(reload, 2000);
  const it = data?.integration;
  if (!it) return problem ? <Problem text={problem} /> : <p role="status">{t('loading')}</p>;
  return (
    <>
      <Problem text={problem} />
      <Overview of={it} reload={reload} />
      <div class="columns">
        {it.salesforce && <Health of={it.salesforce} integration={it} />}
        {it.desk && <Health of={it.desk} integration={it} />}
      </div>
      <Share of={it} reload={reload} />
      <Week />
    </>
  );
}

function Overview({ of, reload }: { of: Integration; reload: () => void }): JSX.Element {
  const action = useAction();
  const ask = useAsk();
  const [note, setNote] = useState('');
  const run = async (document: typeof PauseSyncDocument | typeof ResumeSyncDocument): Promise<void> => {
    setNote('');
    if (document === PauseSyncDocument) await action.run(PauseSyncDocument, {});
    else await action.run(ResumeSyncDocument, {});
    reload();
  };
  const start = async (first: boolean): Promise<void> => {
    if (
      first &&
      !(await ask({ title: t('startTitle'), facts: [t('startFacts'), t('startRehearse')], confirm: t('startFirst') }))
    )
      return;
    const answer = await action.run(StartSyncDocument, {});
    if (answer) setNote(t(first ? 'startedFirst' : 'startedNow'));
    reload();
  };
  const status = of.status;
  return (
    <Panel
      title={t('integration')}
      actions={
        <>
          {status === 'READY' && (
            <button type="button" class="button primary" disabled={action.busy} onClick={() => void start(true)}>
              {t('startFirst')}
            </button>
          )}
          {status === 'ACTIVE' && (
            <button type="button" class="button" disabled={action.busy} onClick={() => void start(false)}>
              {t('syncNow')}
            </button>
          )}
          {(status === 'ACTIVE' || status === 'LOADING') && (
            <button type="button" class="button" disabled={action.busy} onClick={() => void run(PauseSyncDocument)}>
              {t('pause')}
            </button>
          )}
          {(status === 'PAUSED' || status === 'BROKEN') && !isChoice(of.reasonCode) && (
            <button
              type="button"
              class="button primary"
              disabled={action.busy}
              onClick={() => void run(ResumeSyncDocument)}
            >
              {t('resume')}
            </button>
          )}
        </>
      }
    >
      <Problem text={action.problem} />
      <Notice>{note}</Notice>
      <p class="row">
        <span class={`badge ${tones[status]}`} data-status={status}>
          {named('status', status)}
        </span>
        {of.reasonCode && <strong>{named('code', of.reasonCode)}</strong>} {!isChoice(of.reasonCode) && of.reason}
        {of.waitingUntil && <span>{t('goesOnAt', { time: when(of.waitingUntil) })}</span>}
        {isBeforeStart(of) && (
          <>
            {t('setUpFirst')} <a href={routeLink('setup')}>{t('setUpGo')}</a>
          </>
        )}
      </p>
      {isChoice(of.reasonCode) && <p>{t('serverSays', { reason: of.reason ?? '' })}</p>}
      <Halted
        of={of}
        done={(told) => {
          setNote(told);
          reload();
        }}
      />
      {(of.mappingProblems ?? []).length > 0 && (
        <div class="banner warn" role="alert">
          <div>
            {t('fieldsChanged')} <a href={routeLink('mapping')}>{t('lookAtMapping')}</a>
            <Found problems={of.mappingProblems ?? []} />
          </div>
        </div>
      )}
      {status === 'LOADING' && <LoadProgress of={of.progress} />}
      <Progress of={of} />
      <Figures of={of} />
    </Panel>
  );
}

function Figures({ of }: { of: Integration }): JSX.Element {
  const counts = of.counts;
  const now = useNow(5);
  const figure = (label: string, value: string, link?: string): JSX.Element => (
    <div>
      <dt>{label}</dt>
      <dd>{link ? <a href={link}>{value}</a> : value}</dd>
    </div>
  );
  return (
    <dl class="figures">
      {figure(t('linkedContacts'), formatNumber(counts?.linkedContacts ?? 0))}
      {figure(t('linkedAccounts'), formatNumber(counts?.linkedAccounts ?? 0))}
      {figure(t('waiting'), formatNumber(counts?.pending ?? 0))}
      {figure(t('failures'), formatNumber(counts?.openFailures ?? 0), routeLink('failures'))}
      {figure(t('conflicts'), formatNumber(counts?.openConflicts ?? 0), routeLink('conflicts'))}
      {figure(t('lag'), formatSpan(of.lagSeconds) ?? '—')}
      {figure(t('lastSynced'), of.lastSyncedAt ? ageText(of.lastSyncedAt, now) : '—', routeLink('history'))}
    </dl>
  );
}

/** What is going on. The estimate is of this step alone, and says so. */
function Progress({ of }: { of: Integration }): JSX.Element | null {
  const p = of.progress;
  if (!p) return null;
  const step = `${named('phase', p.phase)}${p.object ? `, ${objectName(p.object)}` : ''}`;
  const left = formatSpan(p.secondsLeft);
  return (
    <div class="progress">
      <progress value={p.total ? Math.min(p.done, p.total) : undefined} max={p.total ?? undefined} aria-label={step} />
      <p class="small">
        {step}: {p.total ? t('doneOf', { done: p.done, total: p.total }) : formatNumber(p.done)}
        {p.recordsPerSecond ? ` · ${t('perSecond', { rate: Math.round(p.recordsPerSecond) })}` : ''}
        {left && p.total && p.done < p.total ? ` · ${t('stepLeft', { span: left })}` : ''}
      </p>
    </div>
  );
}

/** When a side last answered, what it said, and what comes next. */
function Health({ of, integration }: { of: SideFragment; integration: Integration }): JSX.Element {
  const now = useNow(5);
  const budget = integration.apiBudgets?.find((one) => one.side === of.side);
  const tone = !of.connected ? 'warn' : of.problem ? 'bad' : of.silent ? 'warn' : 'good';
  const state = !of.connected ? 'notConnected' : of.problem ? 'refused' : of.silent ? 'silent' : 'answers';
  return (
    <Panel title={sideName(of.side)} actions={<a href={routeLink('connect')}>{t('connection')}</a>}>
      <p class="row">
        <span class={`badge ${tone}`} data-health={tone}>
          {t(state)}
        </span>
        <span>{of.organization}</span>
      </p>
      {of.problem && <Problem text={of.problem} />}
      {of.silent && !of.problem && <p>{t('silentText')}</p>}
      <dl class="pairs">
        <dt>{t('lastAnswer')}</dt>
        <dd>
          {of.lastAnswerAt ? (
            <time dateTime={of.lastAnswerAt} title={when(of.lastAnswerAt)}>
              {ageText(of.lastAnswerAt, now)}
            </time>
          ) : (
            '—'
          )}
        </dd>
        {budget?.limit ? (
          <>
            <dt>{t('apiCalls')}</dt>
            <dd>
              <meter
                min={0}
                max={budget.limit}
                high={budget.limit * 0.9}
                value={budget.used ?? 0}
                aria-label={t('apiCalls')}
              />{' '}
              {t('callsUsed', { used: budget.used ?? 0, limit: budget.limit })}
              {budget.keptForAgents ? ` · ${t('callsKept', { kept: budget.keptForAgents })}` : ''}
            </dd>
          </>
        ) : null}
      </dl>
    </Panel>
  );
}
