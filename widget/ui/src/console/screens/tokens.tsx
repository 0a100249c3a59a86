import type { JSX, TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import {
  CreateTokenDocument,
  RevokeTokenDocument,
  TokensDocument,
  type DenyMode as DenyModeName,
  type TokensQuery,
} from '../../generated/graphql';
import { useNow } from '../../lib/hooks';
import { pageLink } from '../../lib/links';
import { t } from '../../messages/console';
import { Copy } from '../parts/copy';
import { DenyMode } from '../parts/deny-mode';
import { useAsk } from '../parts/dialog';
import { Button, Panel, Problem } from '../parts/panel';
import { Table } from '../parts/table';
import { when } from '../parts/words';
import { useAction, useQuery } from '../use';

type Token = NonNullable<TokensQuery['serviceTokens']>[number];

const textIn = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
};

/** How long a token works, in words. */
export function until(token: Pick<Token, 'expiresAt' | 'revokedAt'>, now: number): string {
  if (token.revokedAt) return t('revokedOn', { time: when(token.revokedAt) });
  if (!token.expiresAt) return t('untilRevoked');
  return Date.parse(token.expiresAt) < now ? t('endedOn', { time: when(token.expiresAt) }) : when(token.expiresAt);
}

/** Tokens of dashboards. */
export function Tokens(): JSX.Element {
  const { data, problem, reload } = useQuery(TokensDocument, {});
  const action = useAction();
  const ask = useAsk();
  const now = useNow(60);
  const [made, setMade] = useState('');
  const [denyMode, setDenyMode] = useState<DenyModeName>('MASK');
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const target = event.currentTarget;
    const form = new FormData(target);
    const profileId = textIn(form, 'profile');
    const last = textIn(form, 'last');
    const input = {
      name: textIn(form, 'name'),
      denyMode,
      ...(profileId && { profileId }),
      ...(last && { expiresAt: new Date(`${last}T23:59:59`).toISOString() }),
    };
    const answer = await action.run(CreateTokenDocument, { input });
    if (!answer?.createServiceToken) return;
    setMade(answer.createServiceToken.token);
    target.reset();
    reload();
  };
  const revoke = async (token: Token): Promise<void> => {
    const facts = [
      t('revokeFacts', { name: token.name }),
      token.lastUsedAt ? t('usedLast', { time: when(token.lastUsedAt) }) : t('neverUsed'),
      t('notTakenBack'),
    ];
    if (!(await ask({ title: t('revokeTitle'), facts, confirm: t('revoke'), danger: true }))) return;
    await action.run(RevokeTokenDocument, { id: token.id });
    reload();
  };
  return (
    <Panel title={t('tokensTitle')}>
      <Problem text={problem ?? action.problem} />
      <p>
        <a href={pageLink('graphiql', location.pathname)}>{t('graphiqlLink')}</a>
      </p>
      <div role="status" class={made ? 'banner' : 'unseen'}>
        {made && (
          <div>
            {t('shownOnce')} <code class="mono">{made}</code> <Copy text={made} what={t('token')} />
          </div>
        )}
      </div>
      <form class="row filters" onSubmit={(event) => void submit(event)}>
        <label>
          {t('name')} <input name="name" required maxLength={100} />
        </label>
        <label>
          {t('permissionsOf')}{' '}
          <select name="profile">
            <option value="">{t('everything')}</option>
            {data?.profiles?.map((p) => (
              <option key={p.id} value={p.id}>
                {p.name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('whenDenied')} <DenyMode label={t('whenDenied')} value={denyMode} set={setDenyMode} />
        </label>
        <label>
          {t('lastDay')} <input name="last" type="date" />
        </label>
        <button type="submit" class="button primary slim" disabled={action.busy}>
          {t('create')}
        </button>
      </form>
      <Table
        label={t('tokensTitle')}
        columns={[
          t('name'),
          t('permissionsOf'),
          t('created'),
          t('until'),
          t('lastUsed'),
          { text: t('actions'), hidden: true },
        ]}
        empty={data?.serviceTokens?.length === 0 && t('noTokens')}
      >
        {data?.serviceTokens?.map((token) => (
          <tr key={token.id}>
            <td>{token.name}</td>
            <td>{token.profile?.name ?? t('everything')}</td>
            <td>{when(token.createdAt)}</td>
            <td>{until(token, now)}</td>
            <td>{token.lastUsedAt ? when(token.lastUsedAt) : t('never')}</td>
            <td>
              {!token.revokedAt && (
                <Button
                  tone="danger"
                  disabled={action.busy}
                  label={t('revokeOf', { name: token.name })}
                  onClick={() => void revoke(token)}
                >
                  {t('revoke')}
                </Button>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
