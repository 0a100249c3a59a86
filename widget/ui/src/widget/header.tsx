import type { JSX } from 'preact';
import { Icon } from '../components/icon';
import type { CardFragment } from '../generated/graphql';
import { formatInstant } from '../lib/format';
import { recordLink } from '../lib/links';
import { hue, initials } from '../lib/values';
import { ageText } from '../messages/age';
import { t } from '../messages/card';
import { isDenied, type Aside } from './sections';

interface HeaderProps {
  readonly card: CardFragment;
  readonly aside: Aside;
  readonly busy: boolean;
  readonly now: number;
  readonly refresh: () => void;
}

/** The customer's name; what is hidden is not called absent. */
export function customerName(card: CardFragment, aside: Aside): string {
  const name = (card.contact ?? card.account)?.name;
  if (name) return name;
  return isDenied(aside.denied, card.contact ? 'Contact.name' : 'Account.name') ? t('hiddenName') : t('unnamed');
}

/** Who this is, how old the knowledge is, and the way into Salesforce. */
export function Header({ card, aside, busy, now, refresh }: HeaderProps): JSX.Element {
  const { contact, account } = card;
  const name = customerName(card, aside);
  const link = recordLink((contact ?? account)?.salesforceUrl, location.hostname);
  const accountLink = contact && account ? recordLink(account.salesforceUrl, location.hostname) : null;
  return (
    <header class="head">
      <div class="head-row">
        <span class={`face ${contact ? `hue-${hue(name, 6)}` : 'company'}`} aria-hidden="true">
          {contact ? initials(name) : <Icon name="building" />}
        </span>
        <div class="head-text">
          <h1 dir="auto">{name}</h1>
          {contact?.title && (
            <p class="soft" dir="auto">
              {contact.title}
            </p>
          )}
          {contact && account?.name && (
            <p class="company-line">
              <Icon name="building" />
              {accountLink ? (
                <a
                  href={accountLink}
                  dir="auto"
                  target="_blank"
                  rel="noopener noreferrer"
                  aria-label={t('viewRecord', { name: account.name })}
                >
                  {account.name}
                </a>
              ) : (
                <span dir="auto">{account.name}</span>
              )}
            </p>
          )}
          {!contact && account?.industry && <p class="soft">{account.industry}</p>}
        </div>
      </div>
      <div class="head-actions">
        {link && (
          <a class="button slim" href={link} target="_blank" rel="noopener noreferrer">
            <Icon name="external" />
            {t('viewInSalesforce')}
          </a>
        )}
        <span class="age" role="status">
          {card.stale && (
            <span class="badge warn" title={t('staleHint')}>
              {t('stale')}
            </span>
          )}
          {card.asOf && (
            <time dateTime={card.asOf} title={t('asOfHint', { instant: formatInstant(card.asOf, 'medium') ?? '' })}>
              {busy ? t('refreshing') : t('asOf', { age: ageText(card.asOf, now) })}
            </time>
          )}
        </span>
        <button
          type="button"
          class="icon-button"
          aria-label={t('refresh')}
          title={t('refresh')}
          aria-disabled={busy}
          onClick={() => !busy && refresh()}
        >
          <Icon name="refresh" class={busy ? 'turning' : ''} />
        </button>
      </div>
    </header>
  );
}
