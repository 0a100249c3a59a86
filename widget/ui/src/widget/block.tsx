import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from '../components/icon';
import { useRemembered } from '../lib/hooks';
import { recordLink } from '../lib/links';
import { t } from '../messages';
import type { Section } from './sections';

/** One foldable part of the card; whether it is open is remembered. */
export function Block(props: { name: string; icon: IconName; title: string; count?: number | null; alert?: string | null; children: ComponentChildren }): JSX.Element {
  const { name, icon, title, count, alert, children } = props;
  const [open, setOpen] = useRemembered(`widget.${name}`, true);
  return (
    <details class="block" open={open} data-section={name} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Icon name={icon} class="block-icon" />
        <h2>{title}</h2>
        {typeof count === 'number' && count > 0 && <span class="count number">{count}</span>}
        {alert && <span class="badge bad">{alert}</span>}
        <Icon name="down" class="chevron" />
      </summary>
      <div class="block-body">{children}</div>
    </details>
  );
}

/** The text for a section that could not be read, or null when it can be shown. */
export function unavailable<T>(section: Section<T>): string | null {
  return section.state === 'unavailable' ? t('sectionUnavailable') : null;
}

export const Quiet = ({ children }: { children: ComponentChildren }): JSX.Element => <p class="quiet">{children}</p>;

/** A record's name, linked into Salesforce where it has an address that may be followed. */
export function RecordName({ name, url }: { name: string; url: string | null }): JSX.Element {
  const href = recordLink(url, location.hostname);
  if (!href) return <span class="record-name">{name}</span>;
  return (
    <a class="record-name" href={href} target="_blank" rel="noopener noreferrer" aria-label={t('viewRecord', { name })}>
      {name}<Icon name="external" class="out" />
    </a>
  );
}
