import type { JSX } from 'preact';
import { Icon } from '../components/icon';
import type { CardFragment } from '../generated/graphql';
import { recordLink } from '../lib/links';
import { formatInstant } from '../lib/time';
import { hue, initials } from '../lib/values';
import { ageText, locale, t } from '../messages';

/** Who this is, how old the knowledge is, and the way into Salesforce. */
export function Header({ card, busy, now, refresh }: { card: CardFragment; busy: boolean; now: number; refresh: () => void }): JSX.Element {
  const { contact, account } = card;
  const name = (contact ?? account)?.name ?? t('unnamed');
  const link = recordLink((contact ?? account)?.salesforceUrl, location.hostname);
  const accountLink = contact && account ? recordLink(account.salesforceUrl, location.hostname) : null;
  return (
    <header class="head">
      <div class="head-row">
        <span class={`face ${contact ? `hue-${hue(name, 6)}` : 'company'}`} aria-hidden="true">{contact ? initials(name) : <Icon name="building" />}</span>
        <div class="head-text">
          <h1>{name}</h1>
          {contact?.title && <p class="soft">{contact.title}</p>}
          {contact && account?.name && (
            <p class="company-line">
              <Icon name="building" />
              {accountLink
                ? <a href={accountLink} target="_blank" rel="noopener noreferrer" aria-label={t('viewRecord', { name: account.name })}>{account.name}</a>
                : <span>{account.name}</span>}
            </p>
          )}
          {!contact && account?.industry && <p class="soft">{account.industry}</p>}
        </div>
      </div>
      <div class="head-actions">
        {link && <a class="button slim" href={link} target="_blank" rel="noopener noreferrer"><Icon name="external" />{t('viewInSalesforce')}</a>}
        <span class="age" role="status">
          {card.stale && <span class="badge warn" title={t('staleHint')}>{t('stale')}</span>}
          {card.asOf && <span title={t('asOfHint', { instant: formatInstant(card.asOf, locale, 'medium') ?? '' })}>{busy ? t('refreshing') : t('asOf', { age: ageText(card.asOf, now) })}</span>}
        </span>
        <button type="button" class="icon-button" aria-label={t('refresh')} title={t('refresh')} disabled={busy} onClick={refresh}>
          <Icon name="refresh" class={busy ? 'turning' : ''} />
        </button>
      </div>
    </header>
  );
}
