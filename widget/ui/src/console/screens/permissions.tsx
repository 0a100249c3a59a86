import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import {
  PermissionsDocument,
  SetPermissionDocument,
  type DenyMode as DenyModeName,
  type PermissionsQuery,
  type ProfilePermissionInput,
} from '../../generated/graphql';
import { named, t } from '../../messages/console';
import { DenyMode } from '../parts/deny-mode';
import { useAsk } from '../parts/dialog';
import { Button, Panel, Problem } from '../parts/panel';
import { ProfileCard } from '../parts/profile-card';
import { ProfileFields } from '../parts/profile-fields';
import { Table } from '../parts/table';
import { useAction, useQuery } from '../use';

const switches = [
  'visible',
  'contacts',
  'accounts',
  'contactInfo',
  'accountInfo',
  'opportunities',
  'notes',
  'events',
  'tasks',
  'lists',
  'link',
] as const;
type Switch = (typeof switches)[number];
type Profile = NonNullable<PermissionsQuery['profiles']>[number];

/** What each Zoho Desk profile may see. */
export function Permissions(): JSX.Element {
  const { data, problem, reload } = useQuery(PermissionsDocument, {});
  const action = useAction();
  const ask = useAsk();
  const profiles = data?.profiles ?? [];
  const [open, setOpen] = useState<{ what: 'fields' | 'card'; id: string } | null>(null);
  const shown = profiles.find((profile) => profile.id === open?.id);
  /** Changes permissions, one after the other; false when one was refused. */
  const set = async (changes: readonly (readonly [Profile, ProfilePermissionInput])[]): Promise<boolean> => {
    let done = true;
    for (const [profile, permission] of changes) {
      done = (await action.run(SetPermissionDocument, { id: profile.id, permission })) !== null;
      if (!done) break;
    }
    reload();
    return done;
  };
  /** Turns one switch of every profile, or every switch of one, after asking. */
  const bulk = async (
    what: string,
    on: boolean,
    changes: readonly (readonly [Profile, ProfilePermissionInput])[],
  ): Promise<void> => {
    const facts = [t(on ? 'bulkOpens' : 'bulkCloses', { what, count: changes.length }), t('inForce')];
    if (await ask({ title: t('bulkTitle'), facts, confirm: t('change') })) await set(changes);
  };
  const column = (name: Switch): void => {
    const on = !profiles.every((profile) => profile.permission[name]);
    void bulk(
      named('switch', name),
      on,
      profiles.map((profile) => [profile, { [name]: on }] as const),
    );
  };
  const row = (profile: Profile): void => {
    const on = !switches.every((name) => profile.permission[name]);
    void bulk(profile.name, on, [[profile, Object.fromEntries(switches.map((name) => [name, on]))]]);
  };
  return (
    <Panel title={t('permissionsTitle')}>
      <Problem text={problem ?? action.problem} />
      <p class="soft">{t('inForce')}</p>
      <Table
        label={t('permissionsTitle')}
        columns={[
          t('profile'),
          ...switches.map((name) => named('switch', name)),
          t('hiddenFields'),
          t('preview'),
          t('whenDenied'),
        ]}
      >
        <tr class="bulk">
          <th scope="row" class="soft">
            {t('wholeColumn')}
          </th>
          {switches.map((name) => (
            <td key={name}>
              <Button
                disabled={action.busy}
                label={t('turnAll', { what: named('switch', name) })}
                onClick={() => column(name)}
              >
                {t('turn')}
              </Button>
            </td>
          ))}
          <td />
          <td />
          <td />
        </tr>
        {profiles.map((profile) => (
          <tr key={profile.id}>
            <th scope="row">
              {profile.name}{' '}
              <Button disabled={action.busy} label={t('turnAll', { what: profile.name })} onClick={() => row(profile)}>
                {t('turn')}
              </Button>
            </th>
            {switches.map((name) => (
              <td key={name}>
                <input
                  type="checkbox"
                  aria-label={`${profile.name}: ${named('switch', name)}`}
                  data-switch={`${profile.name}: ${name}`}
                  checked={profile.permission[name]}
                  disabled={action.busy}
                  onChange={(event) => void set([[profile, { [name]: event.currentTarget.checked }]])}
                />
              </td>
            ))}
            <td>
              <Button
                label={`${profile.name}: ${t('fieldsOfProfile')}`}
                onClick={() => setOpen({ what: 'fields', id: profile.id })}
              >
                {t('fieldsOfProfile')}
              </Button>
              {profile.permission.hiddenFields.length > 0 && (
                <div class="soft small" title={profile.permission.hiddenFields.join(', ')}>
                  {t('fieldsHiddenCount', { count: profile.permission.hiddenFields.length })}
                </div>
              )}
            </td>
            <td>
              <Button
                label={`${profile.name}: ${t('cardOfProfile')}`}
                onClick={() => setOpen({ what: 'card', id: profile.id })}
              >
                {t('cardOfProfile')}
              </Button>
            </td>
            <td>
              <DenyMode
                label={`${profile.name}: ${t('whenDenied')}`}
                value={profile.denyMode}
                set={(denyMode: DenyModeName) => void set([[profile, { denyMode }]])}
              />
            </td>
          </tr>
        ))}
      </Table>
      {shown && open?.what === 'fields' && (
        <ProfileFields
          profile={shown.name}
          hidden={shown.permission.hiddenFields}
          busy={action.busy}
          problem={action.problem}
          save={(hiddenFields) =>
            void set([[shown, { hiddenFields }]]).then((done) => {
              if (done) setOpen(null);
            })
          }
          close={() => setOpen(null)}
        />
      )}
      {shown && open?.what === 'card' && (
        <ProfileCard
          profile={shown}
          busy={action.busy}
          problem={action.problem}
          save={(card) => set([[shown, { card }]])}
          close={() => setOpen(null)}
        />
      )}
    </Panel>
  );
}
