import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { CardFieldsDocument, type CardFieldsQuery } from '../../generated/graphql';
import { named, t } from '../../messages/console';
import { useQuery } from '../use';
import { Dialog } from './dialog';
import { Problem } from './panel';

/** The fields of the card by the API's names, besides the mapped ones. */
const fields: Readonly<Record<string, readonly string[]>> = {
  Contact: ['name', 'email', 'phone', 'mobile', 'title', 'department', 'mailingAddress', 'owner'],
  Account: ['name', 'website', 'phone', 'industry', 'annualRevenue', 'numberOfEmployees', 'billingAddress', 'owner'],
  Opportunity: ['name', 'stage', 'amount', 'probability', 'closeDate', 'owner', 'role'],
  Note: ['title', 'body', 'createdBy'],
  Event: ['subject', 'startsAt', 'endsAt', 'location', 'description', 'owner'],
  Task: ['subject', 'status', 'priority', 'dueDate', 'description', 'owner'],
};

interface Group {
  readonly object: string;
  readonly fields: readonly { readonly name: string; readonly text: string }[];
}

/** The fields that can be hidden one by one: those of the card, and the mapped ones that the card lists by their own names. */
export function groupsOf(mapped: CardFieldsQuery['fieldMappings']): Group[] {
  return Object.entries(fields).map(([object, names]) => ({
    object,
    fields: [
      ...names.map((name) => ({ name: `${object}.${name}`, text: named('cardField', name) })),
      ...(mapped ?? [])
        .filter((one) => one.object === object.toUpperCase())
        .map(({ salesforce }) => ({
          name: `${object}.${salesforce.name}`,
          text: `${salesforce.label ?? salesforce.name} (${salesforce.name})`,
        })),
    ],
  }));
}

interface ProfileFieldsProps {
  readonly profile: string;
  readonly hidden: readonly string[];
  readonly problem: string | null;
  readonly busy: boolean;
  readonly save: (hidden: string[]) => void;
  readonly close: () => void;
}

/** A profile's fields, with a tick for each that it sees. */
export function ProfileFields({ profile, hidden, problem, busy, save, close }: ProfileFieldsProps): JSX.Element {
  const { data, problem: unread } = useQuery(CardFieldsDocument, {});
  const [without, setWithout] = useState<ReadonlySet<string>>(new Set(hidden));
  const groups = groupsOf(data?.fieldMappings ?? null);
  const listed = new Set(groups.flatMap((group) => group.fields.map((field) => field.name)));
  const others = [...without].filter((name) => !listed.has(name));
  const toggle = (name: string): void => {
    const next = new Set(without);
    if (!next.delete(name)) next.add(name);
    setWithout(next);
  };
  return (
    <Dialog title={t('fieldsTitle', { profile })} close={close} drawer>
      <Problem text={problem ?? unread} />
      <p class="soft">{t('fieldsText')}</p>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          save([...without]);
        }}
      >
        <div class="columns">
          {groups.map((group) => (
            <fieldset key={group.object} class="ticks">
              <legend>{named('cardObject', group.object)}</legend>
              {group.fields.map((field) => (
                <label key={field.name} class="choice">
                  <input
                    type="checkbox"
                    checked={!without.has(field.name)}
                    data-field={field.name}
                    onChange={() => toggle(field.name)}
                  />
                  <span>{field.text}</span>
                </label>
              ))}
            </fieldset>
          ))}
          {others.length > 0 && (
            <fieldset class="ticks">
              <legend>{t('otherHidden')}</legend>
              {others.map((name) => (
                <label key={name} class="choice">
                  <input type="checkbox" checked={false} onChange={() => toggle(name)} />
                  <span>{name}</span>
                </label>
              ))}
            </fieldset>
          )}
        </div>
        <p class="row end">
          <button type="button" class="button" onClick={close}>
            {t('cancel')}
          </button>
          <button type="submit" class="button primary" disabled={busy}>
            {t('save')}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
