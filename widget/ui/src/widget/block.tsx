import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from '../components/icon';
import { formatNumber } from '../lib/format';
import { useRemembered } from '../lib/hooks';
import { recordLink } from '../lib/links';
import { t } from '../messages/card';
import type { Section } from './sections';
import type { More } from './use-more';

interface BlockProps {
  readonly name: string;
  readonly icon: IconName;
  readonly title: string;
  readonly count?: number | null;
  /** There are more than the count says. */
  readonly atLeast?: boolean;
  readonly children: ComponentChildren;
}

/** One foldable part of the card; whether it is open is remembered. */
export function Block({ name, icon, title, count, atLeast = false, children }: BlockProps): JSX.Element {
  const [open, setOpen] = useRemembered(`widget.${name}`, true);
  return (
    <details class="block" open={open} data-section={name} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Icon name={icon} class="block-icon" />
        <h2>{title}</h2>
        {typeof count === 'number' && count > 0 && (
          <span class="count number">
            {formatNumber(count)}
            {atLeast && '+'}
          </span>
        )}
        <Icon name="down" class="chevron" />
      </summary>
      <div class="block-body">{children}</div>
    </details>
  );
}

interface UnshownProps<T> {
  readonly section: Section<T>;
  /** How many rows it will likely have: their place is kept, so that little moves when they come. */
  readonly rows?: number;
}

/** Says why a section has no rows, where it is not simply empty. */
export function Unshown<T>({ section, rows = 1 }: UnshownProps<T>): JSX.Element | null {
  switch (section.state) {
    case 'reading':
      return (
        <div class="reading">
          <span class="unseen">{t('readingSection')}</span>
          {Array.from({ length: rows }, (_, row) => (
            <div key={row} class="reading-row" aria-hidden="true">
              <span class="bone bone-line" />
              <span class="bone bone-line" />
            </div>
          ))}
        </div>
      );
    case 'unavailable':
      return <Quiet>{t('sectionUnavailable')}</Quiet>;
    default:
      return null;
  }
}

/** The way to the rows behind the first ones; and the word that Salesforce has still more. */
export function MoreRows<T>({ of, what, cut }: { of: More<T>; what: string; cut: boolean }): JSX.Element | null {
  if (of.more) {
    return (
      <button
        type="button"
        class="link-button fold"
        disabled={of.busy}
        aria-label={t('showMore', { what })}
        onClick={of.more}
      >
        <Icon name="down" />
        {t('more')}
      </button>
    );
  }
  return cut ? <Quiet>{t('moreInSalesforce')}</Quiet> : null;
}

export const Quiet = ({ children }: { children: ComponentChildren }): JSX.Element => <p class="quiet">{children}</p>;

/** A record's name, linked into Salesforce where it has an address that may be followed. */
export function RecordName({ name, url }: { name: string; url: string | null }): JSX.Element {
  const href = recordLink(url, location.hostname);
  if (!href)
    return (
      <span class="record-name" dir="auto">
        {name}
      </span>
    );
  return (
    <a
      class="record-name"
      dir="auto"
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={t('viewRecord', { name })}
    >
      {name}
      <Icon name="external" class="out" />
    </a>
  );
}
