import type { JSX, TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import { type DenyMode as DenyModeName, CreateTokenDocument, FailuresDocument, HistoryDocument, PermissionsDocument, ResolveDocument, RetryDocument, RevokeTokenDocument, SetPermissionDocument, TokensDocument } from '../generated/graphql';
import { Panel, Problem, Table, shown, when, words } from './parts';
import { useAction, useQuery } from './use';

const switches = ['visible', 'contacts', 'accounts', 'contactInfo', 'accountInfo', 'opportunities', 'notes', 'events', 'tasks'] as const;

const modes: Readonly<Record<DenyModeName, string>> = { MASK: 'leave it out', ERROR: 'an error for the field', REJECT: 'refuse the request' };

/** How what a caller may not see is answered. */
function DenyMode({ label, value, set }: { label: string; value: DenyModeName; set: (mode: DenyModeName) => void }): JSX.Element {
  return (
    <select aria-label={label} value={value} onChange={(event) => set(event.currentTarget.value as DenyModeName)}>
      {(Object.keys(modes) as DenyModeName[]).map((mode) => <option key={mode} value={mode}>{modes[mode]}</option>)}
    </select>
  );
}

/** What each Zoho Desk profile may see. */
export function Permissions(): JSX.Element {
  const { data, problem, reload } = useQuery(PermissionsDocument, {});
  const action = useAction();
  return (
    <Panel title="Permissions by Zoho Desk profile">
      <Problem text={problem ?? action.problem} />
      <p class="soft">In force from the next request on.</p>
      <Table head={['Profile', ...switches.map((name) => words(name.replace(/[A-Z]/g, (c) => ` ${c}`))), 'Hidden fields', 'When denied']}>
        {data?.profiles?.map((profile) => (
          <tr key={profile.id}>
            <th scope="row">{profile.name}</th>
            {switches.map((name) => (
              <td key={name}><input type="checkbox" aria-label={`${profile.name}: ${name}`} checked={profile.permission[name]} disabled={action.busy}
                onChange={(event) => action.run(SetPermissionDocument, { id: profile.id, permission: { [name]: event.currentTarget.checked } }, reload)} /></td>
            ))}
            <td><input aria-label={`${profile.name}: hidden fields`} placeholder="Contact.phone, Tier__c" value={profile.permission.hiddenFields.join(', ')}
              onChange={(event) => action.run(SetPermissionDocument, { id: profile.id, permission: { hiddenFields: event.currentTarget.value.split(',').map((one) => one.trim()).filter((one) => one !== '') } }, reload)} /></td>
            <td><DenyMode label={`${profile.name}: when denied`} value={profile.denyMode} set={(denyMode) => action.run(SetPermissionDocument, { id: profile.id, permission: { denyMode } }, reload)} /></td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

/** The history of runs. */
export function History({ download }: { download: (path: string) => void }): JSX.Element {
  const { data, problem, reload } = useQuery(HistoryDocument, {});
  const nodes = data?.syncRuns?.nodes;
  return (
    <Panel title="History" actions={<>
      <button type="button" class="button slim" onClick={() => download('export/history.csv')}>Download CSV</button>
      <button type="button" class="button slim" onClick={reload}>Refresh</button>
    </>}>
      <Problem text={problem} />
      <Table head={['Date', 'Why', 'Status', 'From → to', 'Records', 'Added', 'Updated', 'Unchanged', 'Failed']} empty={nodes?.length === 0 ? 'Nothing has run yet.' : undefined}>
        {nodes?.flatMap((run) => (run.tallies.length > 0 ? run.tallies : [null]).map((tally, index) => (
          <tr key={`${run.id}${index}`}>
            <td>{index === 0 ? when(run.startedAt) : ''}</td><td>{index === 0 ? words(run.trigger) : ''}</td><td>{index === 0 ? words(run.status) : ''}</td>
            {tally ? <><td>{words(tally.source)} → {words(tally.target)}</td><td>{words(tally.object)}</td><td>{tally.added}</td><td>{tally.updated}</td><td>{tally.unchanged}</td><td>{tally.failed}</td></> : <td colSpan={6} class="soft">nothing to do</td>}
          </tr>
        )))}
      </Table>
    </Panel>
  );
}

/** Why records are not synced, and what both sides changed. */
export function Failures({ download }: { download: (path: string) => void }): JSX.Element {
  const [code, setCode] = useState<string | null>(null);
  const { data, problem, reload } = useQuery(FailuresDocument, { filter: code ? { code, resolved: false } : { resolved: false } });
  const action = useAction();
  const list = data?.failures?.nodes ?? [];
  return (
    <>
      <Problem text={problem ?? action.problem} />
      <Panel title={`Failures (${data?.failures?.totalCount ?? 0})`} actions={<>
        <button type="button" class="button slim" onClick={() => download('export/failures.csv')}>Download CSV</button>
        <button type="button" class="button slim" disabled={action.busy || list.length === 0} onClick={() => action.run(RetryDocument, { filter: code ? { code } : {} }, reload)}>Retry all shown</button>
      </>}>
        <div class="row">
          <button type="button" class="button slim" aria-pressed={code === null} onClick={() => setCode(null)}>All</button>
          {data?.failureCategories?.map((one) => (
            <button type="button" class="button slim" key={`${one.code}${one.object}`} aria-pressed={code === one.code} onClick={() => setCode(one.code)}>{words(one.code)} · {words(one.object)}s ({one.count})</button>
          ))}
        </div>
        <Table head={['Record', 'From → to', 'Why', 'What to do', 'Tries', 'Last', '']} empty={list.length === 0 ? 'No failures.' : undefined}>
          {list.map((f) => (
            <tr key={f.id}>
              <td>{f.recordName ?? f.recordId}<br /><span class="soft small">{words(f.object)} {f.recordId}</span></td><td>{words(f.source)} → {words(f.target)}</td>
              <td><span class="badge bad">{words(f.code)}</span><br />{f.message}</td><td>{f.hint}</td><td>{f.attempts}</td><td>{when(f.lastAt)}</td>
              <td><button type="button" class="button slim" disabled={action.busy} onClick={() => action.run(RetryDocument, { ids: [f.id] }, reload)}>Retry</button></td>
            </tr>
          ))}
        </Table>
      </Panel>
      <Panel title={`Conflicts (${data?.conflicts?.totalCount ?? 0})`}>
        <Table head={['Record', 'Field', 'Before', 'Zoho Desk', 'Salesforce', 'Won', '']} empty={data?.conflicts?.nodes?.length === 0 ? 'No conflicts.' : undefined}>
          {data?.conflicts?.nodes?.map((c) => (
            <tr key={c.id}>
              <td>{c.recordName}<br /><span class="soft small">{when(c.at)}</span></td><td>{c.field}</td><td>{shown(c.base)}</td><td>{shown(c.desk)}</td><td>{shown(c.salesforce)}</td><td>{c.winner && words(c.winner)}</td>
              <td class="row">
                <button type="button" class="button slim" disabled={action.busy} onClick={() => action.run(ResolveDocument, { id: c.id, choose: 'DESK' }, reload)}>Use Desk’s</button>
                <button type="button" class="button slim" disabled={action.busy} onClick={() => action.run(ResolveDocument, { id: c.id, choose: 'SALESFORCE' }, reload)}>Use Salesforce’s</button>
              </td>
            </tr>
          ))}
        </Table>
      </Panel>
    </>
  );
}

/** Tokens of dashboards, and who changed what. */
export function Tokens(): JSX.Element {
  const { data, problem, reload } = useQuery(TokensDocument, {});
  const action = useAction();
  const [made, setMade] = useState('');
  const [denyMode, setDenyMode] = useState<DenyModeName>('MASK');
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const profileId = String(form.get('profile') ?? '');
    const last = String(form.get('last') ?? '');
    const input = { name: String(form.get('name') ?? ''), denyMode, ...(profileId && { profileId }), ...(last && { expiresAt: new Date(`${last}T23:59:59`).toISOString() }) };
    action.run(CreateTokenDocument, { input }, (answer) => {
      setMade(answer.createServiceToken?.token ?? '');
      reload();
    });
  };
  return (
    <>
      <Panel title="Service tokens for dashboards">
        <Problem text={problem ?? action.problem} />
        {made && <div class="banner" role="status"><div>Copy it now; it is shown this once: <code class="mono">{made}</code></div></div>}
        <form class="row" onSubmit={submit}>
          <label>Name <input name="name" required maxLength={100} /></label>
          <label>Permissions of <select name="profile"><option value="">everything</option>{data?.profiles?.map((p) => <option key={p.id} value={p.id}>{p.name}</option>)}</select></label>
          <label>What it may not see <DenyMode label="What it may not see" value={denyMode} set={setDenyMode} /></label>
          <label>Last day <input name="last" type="date" /></label>
          <button type="submit" class="button primary slim" disabled={action.busy}>Create</button>
        </form>
        <Table head={['Name', 'Permissions of', 'Created', 'Until', 'Last used', '']} empty={data?.serviceTokens?.length === 0 ? 'No tokens.' : undefined}>
          {data?.serviceTokens?.map((token) => (
            <tr key={token.id}><td>{token.name}</td><td>{token.profile?.name ?? 'everything'}</td><td>{when(token.createdAt)}</td><td>{token.expiresAt ? when(token.expiresAt) : 'revoked'}</td><td>{when(token.lastUsedAt)}</td>
              <td>{token.revokedAt ? <span class="badge">Revoked</span> : <button type="button" class="button slim danger" disabled={action.busy} onClick={() => action.run(RevokeTokenDocument, { id: token.id }, reload)}>Revoke</button>}</td></tr>
          ))}
        </Table>
      </Panel>
      <Panel title="Who changed what">
        <Table head={['When', 'Who', 'What', 'Of', 'How']} empty={data?.auditLog?.nodes?.length === 0 ? 'Nothing yet.' : undefined}>
          {data?.auditLog?.nodes?.map((entry) => <tr key={entry.id}><td>{when(entry.at)}</td><td>{entry.subject}</td><td>{entry.action}</td><td>{entry.target}</td><td class="small mono">{entry.detail === null || entry.detail === undefined ? '' : JSON.stringify(entry.detail)}</td></tr>)}
        </Table>
      </Panel>
    </>
  );
}
