import type { JSX, TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import { ConnectDeskDocument, ConnectSalesforceDocument, DeleteIntegrationDocument, DisconnectDocument, PauseSyncDocument, ResumeSyncDocument, SetPolicyDocument, StartSyncDocument, StatusDocument, type Side, type SideFragment, type StatusQuery } from '../generated/graphql';
import { usePolling } from '../lib/hooks';
import { Drift } from './drift';
import { Found, Panel, Problem, when, words } from './parts';
import { useAction, useQuery } from './use';

type Integration = NonNullable<StatusQuery['integration']>;

const tones: Readonly<Record<string, string>> = { ACTIVE: 'good', LOADING: 'info', READY: 'info', PAUSED: 'warn', BROKEN: 'bad', DELETED: 'bad', NOT_CONNECTED: 'warn' };

/** How the integration stands, and the few switches it has. */
export function Status(): JSX.Element {
  const { data, problem, reload } = useQuery(StatusDocument, {});
  usePolling(reload, 2000);
  const action = useAction();
  const it = data?.integration;
  if (!it) return <Problem text={problem} />;
  return (
    <>
      <Problem text={problem ?? action.problem} />
      <Panel title="Integration" actions={<>
        {it.status === 'READY' && <button type="button" class="button primary" disabled={action.busy} onClick={() => action.run(StartSyncDocument, {}, reload)}>Start the first sync</button>}
        {it.status === 'ACTIVE' && <button type="button" class="button" disabled={action.busy} onClick={() => action.run(StartSyncDocument, {}, reload)}>Sync now</button>}
        {(it.status === 'ACTIVE' || it.status === 'LOADING') && <button type="button" class="button" disabled={action.busy} onClick={() => action.run(PauseSyncDocument, {}, reload)}>Pause</button>}
        {(it.status === 'PAUSED' || it.status === 'BROKEN') && <button type="button" class="button primary" disabled={action.busy} onClick={() => action.run(ResumeSyncDocument, {}, reload)}>Resume</button>}
      </>}>
        <p class="row"><span class={`badge ${tones[it.status] ?? ''}`} data-status={it.status}>{words(it.status)}</span> {it.reason}{it.waitingUntil && ` It goes on by itself at ${when(it.waitingUntil)}.`}</p>
        {(it.mappingProblems ?? []).length > 0 && <div class="banner warn" role="alert"><div>Fields were changed since they were mapped. <a href="#mapping">Look at the mapping.</a><Found problems={it.mappingProblems ?? []} /></div></div>}
        <Progress of={it} />
        <dl class="figures">
          <div><dt>Linked contacts</dt><dd>{it.counts?.linkedContacts}</dd></div>
          <div><dt>Linked accounts</dt><dd>{it.counts?.linkedAccounts}</dd></div>
          <div><dt>Waiting</dt><dd>{it.counts?.pending}</dd></div>
          <div><dt>Failures</dt><dd><a href="#failures">{it.counts?.openFailures}</a></dd></div>
          <div><dt>Conflicts</dt><dd><a href="#failures">{it.counts?.openConflicts}</a></dd></div>
          <div><dt>Lag</dt><dd>{it.lagSeconds === null || it.lagSeconds === undefined ? '—' : `${Math.round(it.lagSeconds)} s`}</dd></div>
          <div><dt>Last synced</dt><dd class="small">{when(it.lastSyncedAt)}</dd></div>
        </dl>
      </Panel>
      <div class="columns">
        {it.salesforce && <Connection of={it.salesforce} integration={it} reload={reload} />}
        {it.desk && <Connection of={it.desk} integration={it} reload={reload} />}
      </div>
      <Policy of={it} reload={reload} />
      <Drift of={it.driftReport} reload={reload} />
      <Danger reload={reload} />
    </>
  );
}

function Progress({ of }: { of: Integration }): JSX.Element | null {
  const p = of.progress;
  if (!p) return null;
  const left = p.secondsLeft ? `, about ${Math.ceil(p.secondsLeft)} s left` : '';
  const rate = p.recordsPerSecond ? `, ${Math.round(p.recordsPerSecond)} a second` : '';
  return <p><progress value={p.done} max={p.total ?? undefined} aria-label={words(p.phase)} /> {words(p.phase)}: {p.done}{p.total ? ` of ${p.total}` : ''}{rate}{left}</p>;
}

function Connection({ of, integration, reload }: { of: SideFragment; integration: Integration; reload: () => void }): JSX.Element {
  const action = useAction();
  const [open, setOpen] = useState(!of.connected);
  const budget = integration.apiBudgets?.find((one) => one.side === of.side);
  return (
    <Panel title={words(of.side)} actions={<>
      {of.connected && <button type="button" class="button slim" disabled={action.busy} onClick={() => action.run(DisconnectDocument, { side: of.side as Side }, reload)}>Disconnect</button>}
      <button type="button" class="button slim" aria-expanded={open} onClick={() => setOpen(!open)}>{of.connected ? 'Connect again' : 'Connect'}</button>
    </>}>
      <Problem text={of.problem ?? action.problem} />
      <p>{of.connected ? <><span class="badge good">Connected</span> {of.organization} <span class="soft small">{of.host}</span></> : <span class="badge warn">Not connected</span>}</p>
      {budget?.limit && <p class="soft small">{budget.used} of {budget.limit} API calls used; {budget.keptForAgents} are kept for agents.</p>}
      <ul class="checks">{of.checks?.map((check) => <li key={check.name} class={check.ok ? 'ok' : 'missing'}>{check.ok ? '✓' : '!'} {check.name} <span class="soft small">{check.detail}</span></li>)}</ul>
      {open && <ConnectForm side={of.side as Side} />}
    </Panel>
  );
}

const formFields: Readonly<Record<Side, readonly (readonly [string, string, string])[]>> = {
  SALESFORCE: [['loginUrl', 'Login address', 'https://login.salesforce.com'], ['clientId', 'Consumer key', ''], ['clientSecret', 'Consumer secret', '']],
  DESK: [['dataCenter', 'Data centre', 'us'], ['orgId', 'Organization id', ''], ['clientId', 'Client id', ''], ['clientSecret', 'Client secret', '']],
};

/** Sends the admin's browser to the vendor's consent. What stays blank comes from the server's own settings. */
function ConnectForm({ side }: { side: Side }): JSX.Element {
  const action = useAction();
  const go = (url: string | null | undefined): void => { if (url) location.assign(url); };
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const input = Object.fromEntries([...form].filter(([, value]) => value !== '').map(([name, value]) => [name, String(value)]));
    if (side === 'SALESFORCE') action.run(ConnectSalesforceDocument, { input }, (data) => go(data.connectSalesforce?.authorizeUrl));
    else action.run(ConnectDeskDocument, { input }, (data) => go(data.connectDesk?.authorizeUrl));
  };
  return (
    <form class="form" onSubmit={submit}>
      <Problem text={action.problem} />
      {formFields[side].map(([name, label, hint]) => (
        <label key={name}>{label}{name === 'clientSecret' ? <input name={name} type="password" autocomplete="off" /> : <input name={name} placeholder={hint} autocomplete="off" />}</label>
      ))}
      <button type="submit" class="button primary" disabled={action.busy}>Go to {words(side)} and consent</button>
    </form>
  );
}

const policies = {
  direction: ['TWO_WAY', 'SALESFORCE_TO_DESK'],
  conflictPolicy: ['LATEST_WINS', 'SALESFORCE_WINS', 'DESK_WINS'],
  deletePolicy: ['RESTORE_ON_UPDATE', 'STAY_DELETED'],
} as const;
const policyLabels = { direction: 'Direction', conflictPolicy: 'When both sides changed a field', deletePolicy: 'When the survivor of a deletion changes' } as const;

function Policy({ of, reload }: { of: Integration; reload: () => void }): JSX.Element {
  const action = useAction();
  return (
    <Panel title="Policies">
      <Problem text={action.problem} />
      <div class="form row">
        {(Object.keys(policies) as (keyof typeof policies)[]).map((name) => (
          <label key={name}>{policyLabels[name]}
            <select value={of[name]} onChange={(event) => action.run(SetPolicyDocument, { input: { [name]: event.currentTarget.value } }, reload)}>
              {policies[name].map((one) => <option key={one} value={one}>{words(one)}</option>)}
            </select>
          </label>
        ))}
        <label>Days of history
          <input type="number" min="1" max="3650" value={of.historyDays} onChange={(event) => action.run(SetPolicyDocument, { input: { historyDays: Number(event.currentTarget.value) } }, reload)} />
        </label>
      </div>
    </Panel>
  );
}

function Danger({ reload }: { reload: () => void }): JSX.Element {
  const action = useAction();
  const [confirm, setConfirm] = useState('');
  return (
    <Panel title="Delete the integration">
      <Problem text={action.problem} />
      <p>The sync stops, the tokens are revoked, credentials and mirrors are removed. Records on either side stay.</p>
      <div class="row">
        <label><span>Type <strong>delete</strong> to confirm</span><input value={confirm} onInput={(event) => setConfirm(event.currentTarget.value)} /></label>
        <button type="button" class="button danger" disabled={confirm !== 'delete' || action.busy} onClick={() => action.run(DeleteIntegrationDocument, { confirm }, reload)}>Delete</button>
      </div>
    </Panel>
  );
}
