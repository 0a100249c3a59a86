import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Client } from '../api/client';
import type { Session } from '../api/session';
import { signInWithZoho } from '../api/signin';
import type { CustomerKey } from '../generated/graphql';
import { Icon } from '../components/icon';
import { useNow } from '../lib/hooks';
import { ageText, t } from '../messages';
import { AccountInfo, ContactInfo } from './info';
import { Events, Notes, Tasks } from './activity';
import { Failure, Frame, Skeleton } from './frame';
import { Header } from './header';
import type { Host } from './host';
import { Opportunities } from './opportunities';
import { opportunitiesOf, relatedOf } from './sections';
import { useCard, type CardState, type Shown } from './use-card';

const reason = (code: string | null): string => {
  switch (code) {
    case 'NETWORK': return t('errorNetwork');
    case 'UPSTREAM_UNAVAILABLE': return t('errorUpstream');
    case 'RATE_LIMITED': return t('errorRate');
    default: return t('errorText');
  }
};

/** The sidebar panel: who the ticket's customer is in Salesforce. */
export function Widget({ host, session, client }: { host: Host; session: Session; client: Client }): JSX.Element {
  const [key, setKey] = useState(host.key);
  const [token, setToken] = useState(session.token);
  useEffect(() => host.onMove(setKey), [host]);
  useEffect(() => session.subscribe(() => setToken(session.token)), [session]);
  if (!key) return <Frame><Failure icon="person" title={t('noKeyTitle')} text={t('noKeyText')} /></Frame>;
  return <Panel by={key} token={token} host={host} session={session} client={client} />;
}

function Panel({ by, token, host, session, client }: { by: CustomerKey; token: string | null; host: Host; session: Session; client: Client }): JSX.Element {
  const state = useCard(client, by, token);
  switch (state.phase) {
    case 'loading':
      return <Frame busy><Skeleton /></Frame>;
    case 'signed-out':
      return <Frame><SignIn host={host} session={session} ended={state.errorCode !== null} /></Frame>;
    case 'hidden':
      return <Frame><Failure icon="lock" title={t('hiddenTitle')} text={t('hiddenText')} /></Frame>;
    case 'nobody':
      return <Frame><Failure icon="search" title={t('nobodyTitle')} text={t('nobodyText')} action={{ label: t('lookAgain'), run: state.refresh, busy: state.busy }} /></Frame>;
    case 'failed':
      return <Frame><Failure icon="warning" title={t('errorTitle')} text={reason(state.errorCode)} action={{ label: t('tryAgain'), run: state.load, busy: state.busy }} /></Frame>;
    case 'shown':
      return state.shown ? <Card shown={state.shown} state={state} refresh={state.refresh} /> : <Frame busy><Skeleton /></Frame>;
  }
}

function SignIn({ host, session, ended }: { host: Host; session: Session; ended: boolean }): JSX.Element {
  const [failed, setFailed] = useState(false);
  const signIn = (): void => {
    setFailed(false);
    signInWithZoho(host.serverUrl).then((tokens) => (tokens ? session.set(tokens) : undefined), () => setFailed(true));
  };
  const text = failed ? t('signInFailed') : ended ? t('signInAgain') : t('signInText');
  return <Failure icon="lock" title={t('signInTitle')} text={text} action={{ label: t('signIn'), run: signIn, primary: true }} />;
}

function Card({ shown, state, refresh }: { shown: Shown; state: CardState; refresh: () => void }): JSX.Element {
  const now = useNow(15);
  const { card, answer } = shown;
  return (
    <Frame busy={state.busy}>
      <Header card={card} busy={state.busy} now={now} refresh={refresh} />
      {state.errorCode && !state.busy && (
        <div class="banner warn" role="alert">
          <Icon name="warning" />
          <div>
            {t('errorKept', { reason: reason(state.errorCode), age: ageText(card.asOf ?? new Date(shown.receivedAt).toISOString(), now) })}{' '}
            <button type="button" class="link-button" onClick={refresh}>{t('tryAgain')}</button>
          </div>
        </div>
      )}
      <Opportunities section={opportunitiesOf(card, answer)} now={now} />
      {card.contact && <ContactInfo contact={card.contact} now={now} />}
      {card.account && <AccountInfo account={card.account} now={now} />}
      <Notes section={relatedOf(card, 'notes', answer)} now={now} />
      <Tasks section={relatedOf(card, 'tasks', answer)} now={now} />
      <Events section={relatedOf(card, 'events', answer)} now={now} />
    </Frame>
  );
}
