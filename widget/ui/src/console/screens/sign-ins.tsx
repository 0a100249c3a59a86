import type { JSX } from 'preact';
import { RevokeSignInDocument, SignInsDocument, type SignInsQuery } from '../../generated/graphql';
import { named, t } from '../../messages/console';
import { useAsk } from '../parts/dialog';
import { Search } from '../parts/filters';
import { Button, Panel, Problem } from '../parts/panel';
import { Pager, Table } from '../parts/table';
import { when } from '../parts/words';
import { usePlace, type Route } from '../route';
import { useAction, useQuery } from '../use';

const pageRows = 50;

type SignIn = NonNullable<NonNullable<NonNullable<SignInsQuery['signIns']>['nodes']>[number]>;

/** People's sign-ins that have not ended. */
export function SignIns({ route }: { route: Route }): JSX.Element {
  const place = usePlace(route);
  const search = route.query.get('search');
  const after = route.query.get('after');
  const { data, problem, reload } = useQuery(SignInsDocument, {
    filter: search ? { search } : {},
    first: pageRows,
    after,
  });
  const action = useAction();
  const ask = useAsk();
  const page = data?.signIns;
  const rows = page?.nodes ?? [];
  const revoke = async (signIn: SignIn): Promise<void> => {
    const name = signIn.name || signIn.subject;
    const facts = [t('revokeSignInFacts', { name }), t('notTakenBack')];
    if (!(await ask({ title: t('revokeSignInTitle'), facts, confirm: t('revoke'), danger: true }))) return;
    await action.run(RevokeSignInDocument, { id: signIn.id });
    reload();
  };
  return (
    <Panel title={t('signInsTitle')}>
      <Problem text={problem ?? action.problem} />
      <div class="row filters">
        <Search value={search ?? ''} set={(text) => place({ search: text })} />
      </div>
      <Table
        label={t('signInsTitle')}
        columns={[
          t('who'),
          t('signInScope'),
          t('signInWay'),
          t('created'),
          t('renewed'),
          t('until'),
          { text: t('actions'), hidden: true },
        ]}
        empty={data && rows.length === 0 && t('noSignIns')}
      >
        {rows.map((signIn) => (
          <tr key={signIn.id}>
            <td>
              {signIn.name || signIn.subject}
              {signIn.name && <div class="small soft mono">{signIn.subject}</div>}
            </td>
            <td>{named('scope', signIn.scope)}</td>
            <td>{named('way', signIn.way)}</td>
            <td>{when(signIn.createdAt)}</td>
            <td>{signIn.renewedAt ? when(signIn.renewedAt) : t('never')}</td>
            <td>{when(signIn.expiresAt)}</td>
            <td>
              <Button
                tone="danger"
                disabled={action.busy}
                label={t('revokeOf', { name: signIn.name || signIn.subject })}
                onClick={() => void revoke(signIn)}
              >
                {t('revoke')}
              </Button>
            </td>
          </tr>
        ))}
      </Table>
      <Pager
        total={page?.totalCount}
        shown={rows.length}
        after={after}
        next={page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null}
        go={(to) => place({ after: to })}
      />
    </Panel>
  );
}
