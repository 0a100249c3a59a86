import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Session } from '../api/session';
import { methods, signInAsAdmin, SignInError, type Methods } from '../api/signin';
import { t } from '../messages/console';
import { Problem } from './parts/panel';

interface SignInProps {
  readonly base: string;
  readonly session: Session;
  readonly reason: string | null;
}

/** Signs a person in, or asks for an admin's token; says why the last one was of no use. */
export function SignIn({ base, session, reason }: SignInProps): JSX.Element {
  const [text, setText] = useState('');
  const [ways, setWays] = useState<Methods>({ oidc: false, desk: false });
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    void methods(base).then(setWays);
  }, [base]);
  const begin = (way: keyof Methods): void => {
    setBusy(true);
    setFailed(null);
    signInAsAdmin(base, way)
      .then(
        (tokens) => tokens && session.set(tokens),
        (error: unknown) => {
          const blocked = error instanceof SignInError && error.blocked;
          setFailed(blocked ? t('popupBlocked') : (error instanceof SignInError && error.message) || t('signInFailed'));
        },
      )
      .finally(() => setBusy(false));
  };
  return (
    <form
      class="card form sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        session.set({ token: text.trim() });
      }}
    >
      <h2>{t('signInTitle')}</h2>
      <Problem text={failed ?? reason} />
      {ways.oidc && (
        <button type="button" class="button primary" disabled={busy} onClick={() => begin('oidc')}>
          {t('signInOidc')}
        </button>
      )}
      {ways.desk && (
        <button type="button" class="button primary" disabled={busy} onClick={() => begin('desk')}>
          {t('signInDesk')}
        </button>
      )}
      <p>
        {t(ways.oidc || ways.desk ? 'signInOrToken' : 'signInText')}{' '}
        <code class="mono">sidelight token --scope admin --ttl 8h</code>
      </p>
      <label>
        {t('token')}
        <input
          type="password"
          autocomplete="off"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          required
        />
      </label>
      <button type="submit" class={ways.oidc || ways.desk ? 'button' : 'button primary'}>
        {t('signIn')}
      </button>
    </form>
  );
}
