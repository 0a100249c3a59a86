import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Client } from '../api/client';
import type { Session } from '../api/session';
import { SignInError, signInWithZoho } from '../api/signin';
import { Icon } from '../components/icon';
import { useLanguage } from '../components/language';
import type { CustomerKey } from '../generated/graphql';
import { useNow } from '../lib/hooks';
import { ageText } from '../messages/age';
import { t } from '../messages/card';
import { CardProvider } from './context';
import { Failure, Frame, Skeleton } from './frame';
import { customerName, Header } from './header';
import type { Host } from './host';
import { LinkByHand } from './link';
import { Parts } from './parts';
import { owners } from './sections';
import { useCard, type CardState, type Shown } from './use-card';

const reason = (code: string | null): string => {
  switch (code) {
    case 'NETWORK':
      return t('errorNetwork');
    case 'UPSTREAM_UNAVAILABLE':
      return t('errorUpstream');
    case 'RATE_LIMITED':
      return t('errorRate');
    default:
      return t('errorText');
  }
};

interface WidgetProps {
  readonly host: Host;
  readonly session: Session;
  readonly client: Client;
}

/** The sidebar panel: who the ticket's customer is in Salesforce. */
export function Widget({ host, session, client }: WidgetProps): JSX.Element {
  useLanguage();
  const [key, setKey] = useState(host.key);
  const [token, setToken] = useState(session.token);
  useEffect(() => host.onMove(setKey), [host]);
  useEffect(() => session.subscribe(() => setToken(session.token)), [session]);
  if (!key) {
    return (
      <Frame>
        <Failure icon="person" title={t('noKeyTitle')} text={t('noKeyText')} />
      </Frame>
    );
  }
  return <Panel by={key} token={token} host={host} session={session} client={client} />;
}

interface PanelProps extends WidgetProps {
  readonly by: CustomerKey;
  readonly token: string | null;
}

function Panel({ by, token, host, session, client }: PanelProps): JSX.Element {
  const state = useCard(client, by, token);
  const { phase, shown } = state;
  const name = shown ? customerName(shown.card, shown.aside) : '';
  useEffect(() => {
    document.title = name ? `${name} · Sidelight` : 'Sidelight';
  }, [name]);
  if (phase === 'shown' && shown)
    return <Card by={by} client={client} shown={shown} state={state} load={state.load} refresh={state.refresh} />;
  return (
    <Frame busy={state.busy}>
      {phase === 'signed-out' && <SignIn host={host} session={session} ended={state.errorCode !== null} />}
      {phase === 'tickets' && <Failure icon="lock" title={t('ticketsTitle')} text={t('ticketsText')} />}
      {phase === 'hidden' && <Failure icon="lock" title={t('hiddenTitle')} text={t('hiddenText')} />}
      {phase === 'nobody' && <Nobody state={state} />}
      {phase === 'failed' && (
        <Failure
          icon="warning"
          title={t('errorTitle')}
          text={reason(state.errorCode)}
          action={{ label: t('tryAgain'), run: state.load, busy: state.busy }}
        />
      )}
      {(phase === 'loading' || phase === 'shown') && <Skeleton />}
    </Frame>
  );
}

/** Nobody was found: because there is nobody, because the first load is not done, or because nothing is connected. */
function Nobody({ state }: { state: ReturnType<typeof useCard> }): JSX.Element {
  switch (state.integration) {
    case 'DELETED':
    case 'NOT_CONNECTED':
      return <Failure icon="warning" title={t('goneTitle')} text={t('goneText')} />;
    case 'LOADING':
    case 'READY':
      return (
        <Failure
          icon="clock"
          title={t('firstLoadTitle')}
          text={t('firstLoadText')}
          action={{ label: t('lookAgain'), run: state.load, busy: state.busy }}
        />
      );
    default:
      return (
        <Failure
          icon="search"
          title={t('nobodyTitle')}
          text={t('nobodyText')}
          action={{ label: t('lookAgain'), run: state.load, busy: state.busy }}
        />
      );
  }
}

function SignIn({ host, session, ended }: { host: Host; session: Session; ended: boolean }): JSX.Element {
  const [failed, setFailed] = useState<string | null>(null);
  const signIn = (): void => {
    setFailed(null);
    signInWithZoho(host.serverUrl).then(
      (tokens) => {
        if (tokens) session.set(tokens);
      },
      (error: unknown) =>
        setFailed(
          error instanceof SignInError && error.blocked
            ? t('popupBlocked')
            : error instanceof SignInError && error.message
              ? error.message
              : t('signInFailed'),
        ),
    );
  };
  const text = failed ?? (ended ? t('signInAgain') : t('signInText'));
  return (
    <Failure
      icon="lock"
      title={t('signInTitle')}
      text={text}
      action={{ label: t('signIn'), run: signIn, primary: true }}
    />
  );
}

interface CardProps {
  readonly by: CustomerKey;
  readonly client: Client;
  readonly shown: Shown;
  readonly state: CardState;
  readonly load: () => void;
  readonly refresh: () => void;
}

function Card({ by, client, shown, state, load, refresh }: CardProps): JSX.Element {
  const now = useNow(15);
  const { card, aside } = shown;
  const known = card.asOf ?? new Date(shown.receivedAt).toISOString();
  return (
    <CardProvider value={{ client, by, ...owners(card) }}>
      <Frame busy={state.busy}>
        <Header card={card} aside={aside} busy={state.busy} now={now} refresh={refresh} />
        {state.errorCode && !state.busy && (
          <div class="banner warn" role="alert">
            <Icon name="warning" />
            <div>
              {t('errorKept', { reason: reason(state.errorCode), age: ageText(known, now) })}{' '}
              <button type="button" class="link-button" onClick={refresh}>
                {t('tryAgain')}
              </button>
            </div>
          </div>
        )}
        {shown.access.link && card.contact?.deskId && !card.contact.salesforceId && (
          <LinkByHand
            key={card.contact.deskId}
            deskId={card.contact.deskId}
            name={card.contact.name ?? ''}
            linked={load}
          />
        )}
        <Parts shown={shown} now={now} />
      </Frame>
    </CardProvider>
  );
}
