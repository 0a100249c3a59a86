import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { codeOf, type Client } from '../api/client';
import type { Session } from '../api/session';
import { Mark } from '../components/icon';
import { LanguageChoice, useLanguage } from '../components/language';
import { ViewerDocument } from '../generated/graphql';
import { named, t } from '../messages/console';
import { DatabaseBanner } from './database';
import { save } from './download';
import { Asking } from './parts/dialog';
import { Problem } from './parts/panel';
import { routeLink, screens, useRoute, type Route } from './route';
import { Audit } from './screens/audit';
import { Compare } from './screens/compare';
import { Conflicts } from './screens/conflicts';
import { Connect, consentProblem } from './screens/connect';
import { Failures } from './screens/failures';
import { History } from './screens/history';
import { Mapping } from './screens/mapping';
import { People } from './screens/people';
import { Permissions } from './screens/permissions';
import { Setup } from './screens/setup';
import { Settings } from './screens/settings';
import { SignIns } from './screens/sign-ins';
import { Status } from './screens/status';
import { Tokens } from './screens/tokens';
import { SignIn } from './sign-in';
import { ClientContext, textOf } from './use';

/** Whether the token is an admin's; a reason where it is not, and a problem where nobody could say. */
type Standing =
  | { readonly state: 'asking' }
  | { readonly state: 'admin' }
  | { readonly state: 'out'; readonly reason: string | null }
  | { readonly state: 'unknown'; readonly problem: string };

interface ConsoleProps {
  readonly base: string;
  readonly session: Session;
  readonly client: Client;
}

/** The admin's pages: a client of the API like any other. */
export function Console({ base, session, client }: ConsoleProps): JSX.Element {
  useLanguage();
  const route = useRoute();
  const standing = useStanding(session, client);
  const [refused, setRefused] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);
  const title = named('screen', route.screen);
  useEffect(() => {
    document.title = `${title} · Sidelight`;
  }, [title]);
  // A screen that was changed begins at its heading, for readers and keyboards alike.
  const last = useRef(route.screen);
  useEffect(() => {
    if (last.current !== route.screen) heading.current?.focus();
    last.current = route.screen;
  }, [route.screen]);
  const download = (path: string): void => {
    setRefused('');
    save(base, path, session).catch(() => setRefused(t('downloadFailed')));
  };
  const signedIn = standing.state === 'admin' || standing.state === 'unknown';
  return (
    <ClientContext.Provider value={client}>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          heading.current?.focus();
        }}
      >
        {t('skip')}
      </a>
      <header class="top">
        <Mark />
        <strong>Sidelight</strong>
        {signedIn && (
          <nav aria-label={t('screens')}>
            {screens.map((name) => (
              <a key={name} href={routeLink(name)} aria-current={name === route.screen ? 'page' : undefined}>
                {named('screen', name)}
              </a>
            ))}
          </nav>
        )}
        <LanguageChoice label={t('language')} automatic={t('languageAuto')} />
        {session.token && (
          <button type="button" class="button slim quiet" onClick={() => session.signOut()}>
            {t('signOut')}
          </button>
        )}
      </header>
      <main class="page" id="main">
        <h1 ref={heading} tabIndex={-1}>
          {signedIn ? title : t('signInTitle')}
        </h1>
        <Problem text={consentProblem(location.search)} />
        <Problem text={refused || (standing.state === 'unknown' ? standing.problem : null)} />
        {standing.state === 'asking' && <p role="status">{t('loading')}</p>}
        {standing.state === 'out' && <SignIn base={base} session={session} reason={standing.reason} />}
        {signedIn && <DatabaseBanner />}
        {signedIn && (
          <Asking>
            <Shown route={route} download={download} />
          </Asking>
        )}
      </main>
    </ClientContext.Provider>
  );
}

function Shown({ route, download }: { route: Route; download: (path: string) => void }): JSX.Element {
  switch (route.screen) {
    case 'status':
      return <Status />;
    case 'setup':
      return <Setup />;
    case 'connect':
      return <Connect />;
    case 'mapping':
      return <Mapping route={route} />;
    case 'permissions':
      return <Permissions />;
    case 'history':
      return <History route={route} download={download} />;
    case 'failures':
      return <Failures route={route} download={download} />;
    case 'conflicts':
      return <Conflicts route={route} />;
    case 'compare':
      return <Compare />;
    case 'tokens':
      return (
        <>
          <Tokens />
          <SignIns route={route} />
        </>
      );
    case 'people':
      return <People />;
    case 'audit':
      return <Audit route={route} />;
    case 'settings':
      return <Settings />;
  }
}

/** Asks whose token it is, whenever it changes: one that is wrong, over or no admin's leads back to the sign-in, which says so. */
function useStanding(session: Session, client: Client): Standing {
  const [token, setToken] = useState(session.token);
  const [standing, setStanding] = useState<Standing>({ state: session.token ? 'asking' : 'out', reason: null });
  useEffect(() => session.subscribe(() => setToken(session.token)), [session]);
  useEffect(() => {
    if (!token) {
      setStanding((old) => ({ state: 'out', reason: old.state === 'out' ? old.reason : null }));
      return;
    }
    const stop = new AbortController();
    // A token that was renewed is asked about behind the screen: what stands there is not lost.
    setStanding((old) => (old.state === 'admin' ? old : { state: 'asking' }));
    client.send(ViewerDocument, {}, stop.signal).then(
      (answer) => {
        if (answer.data.viewer.scope === 'ADMIN') setStanding({ state: 'admin' });
        else {
          setStanding({ state: 'out', reason: t('noAdmin') });
          session.set(null);
        }
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        if (codeOf(error) === 'UNAUTHENTICATED') {
          setStanding({ state: 'out', reason: t('badToken') });
          session.set(null);
        } else setStanding({ state: 'unknown', problem: textOf(error) });
      },
    );
    return () => stop.abort();
  }, [client, session, token]);
  return standing;
}
