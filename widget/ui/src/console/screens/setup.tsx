import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import {
  FirstRunDocument,
  SetPolicyDocument,
  StartSyncDocument,
  StatusDocument,
  type StatusQuery,
  type SyncDirection,
} from '../../generated/graphql';
import { usePolling } from '../../lib/hooks';
import { named, t } from '../../messages/console';
import { useAsk } from '../parts/dialog';
import { LoadProgress } from '../parts/load';
import { Notice, Problem } from '../parts/panel';
import { sideName } from '../parts/words';
import { routeLink } from '../route';
import { useAction, useQuery } from '../use';
import { Checks, Connection } from './connect';
import { Rehearsal } from './rehearsal';

type Integration = NonNullable<StatusQuery['integration']>;

const directions: readonly SyncDirection[] = ['TWO_WAY', 'SALESFORCE_TO_DESK'];

/** Whether the first sync has not begun yet. */
export const isBeforeStart = (of: Pick<Integration, 'status'>): boolean =>
  of.status === 'NOT_CONNECTED' || of.status === 'READY' || of.status === 'DELETED';

/** The whole set-up, step by step. */
export function Setup(): JSX.Element {
  const { data, problem, reload } = useQuery(StatusDocument, {});
  const mapped = useQuery(FirstRunDocument, {});
  usePolling(() => {
    reload();
    mapped.reload();
  }, 2000);
  const [rehearsed, setRehearsed] = useState(false);
  const it = data?.integration;
  if (!it) return problem ? <Problem text={problem} /> : <p role="status">{t('loading')}</p>;
  const connected = it.salesforce?.connected === true && it.desk?.connected === true;
  const begun = !isBeforeStart(it);
  const mappings = mapped.data?.fieldMappings ?? [];
  const count = (object: string): number => mappings.filter((one) => one.object === object).length;
  const sides = [it.salesforce, it.desk].filter((side) => side !== null);
  const healthy = connected && sides.every((side) => side.checks?.every((check) => check.ok) ?? true);
  const steps: readonly { title: string; done: boolean; body: ComponentChildren }[] = [
    {
      title: t('stepConnect'),
      done: connected,
      body: (
        <div class="columns">
          {sides.map((side) => (
            <Connection key={side.side} of={side} integration={it} reload={reload} />
          ))}
        </div>
      ),
    },
    {
      title: t('stepChecks'),
      done: healthy,
      body: (
        <>
          <p class="soft">{t(sides.some((side) => side.connected) ? 'stepChecksText' : 'stepChecksNone')}</p>
          <div class="columns">
            {sides
              .filter((side) => side.connected)
              .map((side) => (
                <div key={side.side}>
                  <h3>{sideName(side.side)}</h3>
                  <Checks of={side} />
                </div>
              ))}
          </div>
        </>
      ),
    },
    { title: t('stepDirection'), done: connected, body: <Direction of={it} reload={reload} /> },
    {
      title: t('stepMapping'),
      done: mappings.length > 0,
      body: (
        <>
          <p>{t('stepMappingText', { contacts: count('CONTACT'), accounts: count('ACCOUNT') })}</p>
          {mappings.length > 0 && <a href={routeLink('mapping')}>{t('openMapping')}</a>}
        </>
      ),
    },
    {
      title: t('stepRehearsal'),
      done: rehearsed || begun,
      body: connected ? (
        <Rehearsal object="CONTACT" edited={null} done={() => setRehearsed(true)} />
      ) : (
        <p class="soft">{t('stepStartWaits')}</p>
      ),
    },
    { title: t('stepStart'), done: it.status === 'ACTIVE', body: <Start of={it} ready={connected} reload={reload} /> },
  ];
  const now = steps.findIndex((step) => !step.done);
  return (
    <>
      <Problem text={problem} />
      <p class="soft">{t('setUpText')}</p>
      <ol class="steps">
        {steps.map((step, index) => (
          <li key={step.title} class="card" aria-current={index === now ? 'step' : undefined} data-step={index + 1}>
            <header>
              <h2>
                <span class="unseen">{t('stepOf', { number: index + 1, count: steps.length })}: </span>
                <span class="step-number" aria-hidden="true">
                  {index + 1}
                </span>
                {step.title}
              </h2>
              <span class={`badge ${step.done ? 'good' : index === now ? 'info' : ''}`}>
                {t(step.done ? 'stepDone' : index === now ? 'stepNow' : 'stepLater')}
              </span>
            </header>
            {step.body}
          </li>
        ))}
      </ol>
    </>
  );
}

function Direction({ of, reload }: { of: Integration; reload: () => void }): JSX.Element {
  const action = useAction();
  const [chosen, setChosen] = useState<SyncDirection>(of.direction);
  if (!isBeforeStart(of))
    return (
      <p>
        {named('direction', of.direction)}. <span class="soft">{t('stepDirectionText')}</span>
      </p>
    );
  const use = async (): Promise<void> => {
    await action.run(SetPolicyDocument, { input: { direction: chosen } });
    reload();
  };
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void use();
      }}
    >
      <Problem text={action.problem} />
      <fieldset class="choices">
        <legend class="unseen">{t('direction')}</legend>
        {directions.map((one) => (
          <label key={one} class="choice">
            <input type="radio" name="direction" checked={chosen === one} onChange={() => setChosen(one)} />
            <span>
              {named('direction', one)}
              <br />
              <span class="soft small">{named('directionText', one)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <p class="row">
        <button type="submit" class="button slim" disabled={action.busy || chosen === of.direction}>
          {t('useDirection')}
        </button>
        <span class="soft small">{t('stepDirectionText')}</span>
      </p>
    </form>
  );
}

function Start({ of, ready, reload }: { of: Integration; ready: boolean; reload: () => void }): JSX.Element {
  const action = useAction();
  const ask = useAsk();
  const [note, setNote] = useState('');
  const start = async (): Promise<void> => {
    const facts = [t('startFacts'), t('startRehearse')];
    if (!(await ask({ title: t('startTitle'), facts, confirm: t('startFirst') }))) return;
    if (await action.run(StartSyncDocument, {})) setNote(t('startedFirst'));
    reload();
  };
  return (
    <>
      <Problem text={action.problem} />
      <Notice>{note}</Notice>
      {isBeforeStart(of) ? (
        <>
          <p>{t(ready ? 'stepStartText' : 'stepStartWaits')}</p>
          <p>
            <button type="button" class="button primary" disabled={!ready || action.busy} onClick={() => void start()}>
              {t('startFirst')}
            </button>
          </p>
        </>
      ) : (
        <p class="row">
          <span class="badge good" data-status={of.status}>
            {named('status', of.status)}
          </span>
          {of.status === 'ACTIVE' && t('started')} <a href={routeLink('status')}>{named('screen', 'status')}</a>
        </p>
      )}
      {of.status === 'LOADING' && <LoadProgress of={of.progress} />}
    </>
  );
}
