import type { JSX } from 'preact';
import { Icon } from '../components/icon';
import type { CardPart } from '../generated/graphql';
import { t } from '../messages/card';
import { Events, Notes, Tasks } from './activity';
import { AccountInfo, ContactInfo } from './info';
import { Opportunities } from './opportunities';
import { isDenied, part } from './sections';
import type { Shown } from './use-card';

const related = { OPPORTUNITIES: 'opportunities', NOTES: 'notes', EVENTS: 'events', TASKS: 'tasks' } as const;

/** Whether the profile may not see a part at all. Nothing of such a part is drawn while its records are still being read. */
export function hidden(name: CardPart, { card, aside, access, sectionsAside }: Shown): boolean {
  const denied = (field: string): boolean => aside.denied.some((one) => one.field === field);
  if (name === 'CONTACT') return denied('Customer.contact');
  if (name === 'ACCOUNT') return denied('Customer.account') || denied('Contact.account');
  const field = related[name];
  const owner = card.contact ? 'Contact' : 'Account';
  return !access[field] || access.hiddenFields.includes(`${owner}.${field}`) || isDenied(sectionsAside.denied, field);
}

/** The card's parts in the order of the profile's layout. */
export function Parts({ shown, now }: { shown: Shown; now: number }): JSX.Element {
  return (
    <>
      {shown.layout.parts.map((name) =>
        hidden(name, shown) ? (
          shown.layout.tellHidden && <Hidden key={name} name={name} />
        ) : (
          <Part key={name} name={name} shown={shown} now={now} />
        ),
      )}
    </>
  );
}

function Part({ name, shown, now }: { name: CardPart; shown: Shown; now: number }): JSX.Element | null {
  const { card, layout, sections, sectionsAside: aside } = shown;
  switch (name) {
    case 'CONTACT':
      return card.contact && <ContactInfo contact={card.contact} order={layout.contactFields} now={now} />;
    case 'ACCOUNT':
      return card.account && <AccountInfo account={card.account} order={layout.accountFields} now={now} />;
    case 'OPPORTUNITIES':
      return (
        <Opportunities
          open={part(sections, 'openOpportunities', aside)}
          closed={part(sections, 'closedOpportunities', aside)}
          aside={aside}
          now={now}
        />
      );
    case 'NOTES':
      return <Notes section={part(sections, 'notes', aside)} now={now} />;
    case 'TASKS':
      return <Tasks open={part(sections, 'openTasks', aside)} done={part(sections, 'doneTasks', aside)} now={now} />;
    case 'EVENTS':
      return <Events section={part(sections, 'events', aside)} now={now} />;
  }
}

const titles = {
  CONTACT: 'contactInfo',
  ACCOUNT: 'accountInfo',
  OPPORTUNITIES: 'opportunities',
  NOTES: 'notes',
  EVENTS: 'events',
  TASKS: 'tasks',
} as const;

/** A part that the profile may not see, named where the admin wants it to be. */
const Hidden = ({ name }: { name: CardPart }): JSX.Element => (
  <section class="block hidden-part" aria-label={t(titles[name])}>
    <Icon name="lock" class="block-icon" />
    <h2>{t(titles[name])}</h2>
    <span class="soft small">{t('hiddenPart')}</span>
  </section>
);
