import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import {
  CardFieldsDocument,
  PreviewCustomersDocument,
  ViewAsDocument,
  type CardPart,
  type PermissionsQuery,
} from '../../generated/graphql';
import { pageLink } from '../../lib/links';
import { named, t } from '../../messages/console';
import { useAction, useQuery } from '../use';
import { Dialog } from './dialog';
import { FieldOrder } from './field-order';
import { Button, Problem } from './panel';

type Profile = NonNullable<PermissionsQuery['profiles']>[number];
type Layout = Profile['card'];

const everyPart: readonly CardPart[] = ['OPPORTUNITIES', 'CONTACT', 'ACCOUNT', 'NOTES', 'TASKS', 'EVENTS'];

interface Row {
  readonly part: CardPart;
  readonly shown: boolean;
}

/** The parts that are shown in their order, then the others. */
export const rowsOf = (layout: Layout): Row[] => [
  ...layout.parts.map((part) => ({ part, shown: true })),
  ...everyPart.filter((part) => !layout.parts.includes(part)).map((part) => ({ part, shown: false })),
];

interface ProfileCardProps {
  readonly profile: Profile;
  readonly busy: boolean;
  readonly problem: string | null;
  readonly save: (layout: Layout) => Promise<boolean>;
  readonly close: () => void;
}

/** How a profile's card is laid out, beside a real card as the profile sees it. */
export function ProfileCard({ profile, busy, problem, save, close }: ProfileCardProps): JSX.Element {
  const [rows, setRows] = useState(() => rowsOf(profile.card));
  const [tellHidden, setTellHidden] = useState(profile.card.tellHidden);
  const { contactFields, accountFields } = profile.card;
  const [orders, setOrders] = useState({ contactFields, accountFields });
  const { data } = useQuery(CardFieldsDocument, {});
  const mapped = data?.fieldMappings ?? null;
  const [saved, setSaved] = useState(0);
  const move = (index: number, by: number): void => {
    const next = [...rows];
    const [row] = next.splice(index, 1);
    if (row) next.splice(index + by, 0, row);
    setRows(next);
  };
  const write = async (): Promise<void> => {
    const parts = rows.filter((row) => row.shown).map((row) => row.part);
    if (await save({ parts, tellHidden, ...orders })) setSaved((count) => count + 1);
  };
  return (
    <Dialog title={t('cardTitle', { profile: profile.name })} close={close} drawer>
      <Problem text={problem} />
      <div class="layout">
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault();
            void write();
          }}
        >
          <p class="soft">{t('cardText')}</p>
          <ol class="parts">
            {rows.map(({ part, shown }, index) => (
              <li key={part} class="row">
                <label class="choice">
                  <input
                    type="checkbox"
                    checked={shown}
                    onChange={(event) => {
                      const on = event.currentTarget.checked;
                      setRows(rows.map((row) => (row.part === part ? { part, shown: on } : row)));
                    }}
                  />
                  <span>{named('part', part)}</span>
                </label>
                <Button
                  tone="quiet"
                  label={t('partUp', { part: named('part', part) })}
                  disabled={index === 0}
                  onClick={() => move(index, -1)}
                >
                  ↑
                </Button>
                <Button
                  tone="quiet"
                  label={t('partDown', { part: named('part', part) })}
                  disabled={index === rows.length - 1}
                  onClick={() => move(index, 1)}
                >
                  ↓
                </Button>
              </li>
            ))}
          </ol>
          <FieldOrder
            object="CONTACT"
            mapped={mapped}
            order={orders.contactFields}
            set={(order) => setOrders({ ...orders, contactFields: order })}
          />
          <FieldOrder
            object="ACCOUNT"
            mapped={mapped}
            order={orders.accountFields}
            set={(order) => setOrders({ ...orders, accountFields: order })}
          />
          <label class="choice">
            <input
              type="checkbox"
              checked={tellHidden}
              onChange={(event) => setTellHidden(event.currentTarget.checked)}
            />
            <span>{t('tellHidden')}</span>
          </label>
          <p>
            <button type="submit" class="button primary" disabled={busy}>
              {t('save')}
            </button>
          </p>
        </form>
        <Preview profile={profile} turn={saved} />
      </div>
    </Dialog>
  );
}

/** A real customer's card in a frame, with a token that sees what the profile sees. */
function Preview({ profile, turn }: { profile: Profile; turn: number }): JSX.Element {
  const { data, problem } = useQuery(PreviewCustomersDocument, {});
  const action = useAction();
  const [token, setToken] = useState('');
  const [customer, setCustomer] = useState<string | null>(null);
  const customers = (data?.contacts?.nodes ?? []).filter((one) => one.salesforceId !== null);
  const chosen = customer ?? customers[0]?.salesforceId ?? '';
  const { run } = action;
  useEffect(() => {
    let gone = false;
    void run(ViewAsDocument, { profileId: profile.id }).then((answer) => {
      if (!gone && answer?.viewAs) setToken(answer.viewAs.token);
    });
    return () => {
      gone = true;
    };
    // One token for each time that the card is opened or saved.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [profile.id, turn]);
  const address = `${pageLink('widget', location.pathname)}?preview=${turn}&salesforceId=${encodeURIComponent(chosen)}`;
  return (
    <section class="preview" aria-label={t('preview')}>
      <h3>{t('preview')}</h3>
      <p class="soft small">{t('previewText')}</p>
      <Problem text={problem ?? action.problem} />
      {data && customers.length === 0 && <p>{t('previewNobody')}</p>}
      {customers.length > 0 && (
        <label>
          {t('previewOf')}
          <select value={chosen} onChange={(event) => setCustomer(event.currentTarget.value)}>
            {customers.map((one) => (
              <option key={one.id} value={one.salesforceId ?? ''}>
                {one.name ?? one.email}
              </option>
            ))}
          </select>
        </label>
      )}
      {token && chosen && (
        <iframe
          key={address}
          title={t('previewFrame', { profile: profile.name })}
          src={`${address}#token=${encodeURIComponent(token)}`}
        />
      )}
    </section>
  );
}
