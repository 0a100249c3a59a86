import type { JSX, TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import {
  ConnectDeskDocument,
  ConnectSalesforceDocument,
  DisconnectDocument,
  StatusDocument,
  type Side,
  type SideFragment,
  type StatusQuery,
} from '../../generated/graphql';
import { consentLink } from '../../lib/links';
import { named, t } from '../../messages/console';
import { Copy } from '../parts/copy';
import { useAsk } from '../parts/dialog';
import { Button, Panel, Problem } from '../parts/panel';
import { sideName, when } from '../parts/words';
import { leaveFrom } from '../came-from';
import { routeLink } from '../route';
import { useAction, useQuery } from '../use';
import { isBeforeStart } from './setup';

/** Connects the two sides, and takes them apart. */
export function Connect(): JSX.Element {
  const { data, problem, reload } = useQuery(StatusDocument, {});
  const it = data?.integration;
  if (!it) return problem ? <Problem text={problem} /> : <p role="status">{t('loading')}</p>;
  return (
    <>
      <Problem text={problem} />
      {isBeforeStart(it) && (
        <p>
          <a href={routeLink('setup')}>{t('setUpGo')}</a>
        </p>
      )}
      <div class="columns">
        {it.salesforce && <Connection of={it.salesforce} integration={it} reload={reload} />}
        {it.desk && <Connection of={it.desk} integration={it} reload={reload} />}
      </div>
    </>
  );
}

interface ConnectionProps {
  readonly of: SideFragment;
  readonly integration: NonNullable<StatusQuery['integration']>;
  readonly reload: () => void;
}

/** One side's connection: how it is, and the ways to connect and to end it. */
export function Connection({ of, integration, reload }: ConnectionProps): JSX.Element {
  const action = useAction();
  const ask = useAsk();
  const [open, setOpen] = useState(!of.connected);
  const name = sideName(of.side);
  const disconnect = async (): Promise<void> => {
    const counts = integration.counts;
    const facts = [
      t('disconnectFacts', { side: name }),
      t('disconnectPairs', { contacts: counts?.linkedContacts ?? 0, accounts: counts?.linkedAccounts ?? 0 }),
      t('nothingDeleted'),
    ];
    if (!(await ask({ title: t('disconnectTitle', { side: name }), facts, confirm: t('disconnect'), danger: true })))
      return;
    await action.run(DisconnectDocument, { side: of.side });
    reload();
  };
  return (
    <Panel
      title={name}
      actions={
        <>
          {of.connected && (
            <Button disabled={action.busy} onClick={() => void disconnect()}>
              {t('disconnect')}
            </Button>
          )}
          <button type="button" class="button slim" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t(of.connected ? 'connectAgain' : 'connect')}
          </button>
        </>
      }
    >
      <Problem text={of.problem ?? action.problem} />
      <p class="row">
        <span class={`badge ${of.connected ? 'good' : 'warn'}`}>{t(of.connected ? 'connected' : 'notConnected')}</span>
        {of.organization} <span class="soft small">{of.host}</span>
        {of.connectedAt && <span class="soft small">{t('since', { time: when(of.connectedAt) })}</span>}
      </p>
      <Checks of={of} />
      {open && <ConnectForm side={of.side} />}
    </Panel>
  );
}

/** What a side has to offer, as it was found when it was connected. */
export const Checks = ({ of }: { of: SideFragment }): JSX.Element | null =>
  (of.checks ?? []).length > 0 ? (
    <ul class="checks" aria-label={t('checks')}>
      {of.checks?.map((check) => (
        <li key={check.name} class={check.ok ? 'ok' : 'missing'}>
          <span aria-hidden="true">{check.ok ? '✓' : '!'}</span>{' '}
          <span class="unseen">{t(check.ok ? 'checkOk' : 'checkMissing')}</span> {check.name}{' '}
          <span class="soft small">{check.detail}</span>
        </li>
      ))}
    </ul>
  ) : null;

interface FormField {
  readonly name: string;
  readonly label:
    'loginAddress' | 'consumerKey' | 'consumerSecret' | 'dataCenter' | 'organizationId' | 'clientId' | 'clientSecret';
  readonly hint?: string;
  readonly secret?: boolean;
  readonly options?: readonly (readonly [string, string])[];
}

const dataCenters: readonly (readonly [string, string])[] = [
  ['us', 'US · zoho.com'],
  ['eu', 'EU · zoho.eu'],
  ['in', 'IN · zoho.in'],
  ['au', 'AU · zoho.com.au'],
  ['jp', 'JP · zoho.jp'],
  ['ca', 'CA · zohocloud.ca'],
  ['cn', 'CN · zoho.com.cn'],
  ['sa', 'SA · zoho.sa'],
  ['sg', 'SG · zoho.sg'],
  ['ae', 'AE · zoho.ae'],
  ['uk', 'UK · zoho.uk'],
];

const formFields: Readonly<Record<Side, readonly FormField[]>> = {
  SALESFORCE: [
    { name: 'loginUrl', label: 'loginAddress', hint: 'https://login.salesforce.com' },
    { name: 'clientId', label: 'consumerKey' },
    { name: 'clientSecret', label: 'consumerSecret', secret: true },
  ],
  DESK: [
    { name: 'dataCenter', label: 'dataCenter', options: dataCenters },
    { name: 'orgId', label: 'organizationId' },
    { name: 'clientId', label: 'clientId' },
    { name: 'clientSecret', label: 'clientSecret', secret: true },
  ],
};

/** Sends the admin's browser to the vendor's consent. What stays blank comes from the server's own settings. */
function ConnectForm({ side }: { side: Side }): JSX.Element {
  const action = useAction();
  const [refused, setRefused] = useState('');
  const redirect = new URL(`connect/${side.toLowerCase()}/callback`, new URL('./', location.href)).href;
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = [...new FormData(event.currentTarget)] as [string, string][];
    const input = Object.fromEntries(form.filter(([, value]) => value !== ''));
    const url =
      side === 'SALESFORCE'
        ? (await action.run(ConnectSalesforceDocument, { input }))?.connectSalesforce?.authorizeUrl
        : (await action.run(ConnectDeskDocument, { input }))?.connectDesk?.authorizeUrl;
    if (!url) return;
    const link = consentLink(url, location.hostname);
    if (link) {
      leaveFrom(location.hash);
      location.assign(link);
    } else setRefused(t('badConsent'));
  };
  return (
    <form class="form" onSubmit={(event) => void submit(event)}>
      <Problem text={action.problem ?? (refused || null)} />
      <p class="small">
        {t('redirectUri')} <code class="mono">{redirect}</code> <Copy text={redirect} what={t('redirectUri')} />
      </p>
      <p class="soft small">{t(side === 'SALESFORCE' ? 'scopesSalesforce' : 'scopesDesk')}</p>
      <p class="soft small">{t('blankFields')}</p>
      {formFields[side].map((field) => (
        <label key={field.name}>
          {t(field.label)}
          {field.options ? (
            <select name={field.name}>
              <option value="">{t('serverSetting')}</option>
              {field.options.map(([value, text]) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </select>
          ) : field.secret ? (
            <input name={field.name} type="password" autocomplete="off" />
          ) : (
            <input name={field.name} placeholder={field.hint ?? ''} autocomplete="off" spellcheck={false} />
          )}
        </label>
      ))}
      <button type="submit" class="button primary" disabled={action.busy}>
        {t('goAndConsent', { side: sideName(side) })}
      </button>
    </form>
  );
}

const consentProblems = new Set([
  'BAD_CREDENTIALS',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'UPSTREAM_UNAVAILABLE',
  'NO_ACCESS',
  'NOT_FOUND',
  'BUSY',
  'INTERNAL',
]);

/** What went wrong while consenting, by the code that the server put into the address. Anything else in it is not shown. */
export function consentProblem(search: string): string | null {
  const query = new URLSearchParams(search);
  const code = query.get('problem') ?? '';
  if (!consentProblems.has(code)) return null;
  const side = query.get('side') === 'desk' ? t('desk') : t('salesforce');
  return t('consentFailed', { side, problem: named('consent', code) });
}
