import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ErasePersonDocument, LiftErasureDocument, type ErasePersonMutation, type Side } from '../../generated/graphql';
import { formatNumber } from '../../lib/format';
import { t } from '../../messages/console';
import { keep } from '../download';
import { useAsk } from '../parts/dialog';
import { Select } from '../parts/filters';
import { Button, Notice, Panel, Problem } from '../parts/panel';
import { Table } from '../parts/table';
import { when } from '../parts/words';
import { useAction } from '../use';

type Receipt = NonNullable<ErasePersonMutation['erasePerson']>;
type By = 'email' | Side;

/** Whom an admin means, as the API takes it. */
interface Person {
  readonly email?: string;
  readonly side?: Side;
  readonly id?: string;
}

/** A person by email, or by a contact's id at its side. */
export const personOf = (by: By, text: string): Person =>
  by === 'email' ? { email: text.trim() } : { side: by, id: text.trim() };

/** The word that has to be typed before a person is erased. */
const word = 'erase';

/** What is kept of people, and the way to end that. */
export function People(): JSX.Element {
  return (
    <>
      <Erase />
      <Lift />
    </>
  );
}

interface WhoProps {
  readonly label: string;
  readonly busy: boolean;
  readonly submit: (person: Person) => void;
  /** Called when somebody else is meant. */
  readonly changed?: () => void;
}

/** Asks who is meant. */
function Who({ label, busy, submit, changed }: WhoProps): JSX.Element {
  const [by, setBy] = useState<By>('email');
  const [text, setText] = useState('');
  return (
    <form
      class="row filters"
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        submit(personOf(by, text));
      }}
    >
      <Select
        label={t('eraseBy')}
        value={by}
        options={[
          ['email', t('eraseByEmail')],
          ['DESK', t('eraseByDesk')],
          ['SALESFORCE', t('eraseBySalesforce')],
        ]}
        set={(one) => {
          setBy(one as By);
          changed?.();
        }}
      />
      <label>
        {t('erasePerson')}
        <input
          value={text}
          required
          maxLength={250}
          spellcheck={false}
          onInput={(event) => {
            setText(event.currentTarget.value);
            changed?.();
          }}
        />
      </label>
      <button type="submit" class="button slim" disabled={busy || text.trim() === ''}>
        {label}
      </button>
    </form>
  );
}

function Erase(): JSX.Element {
  const action = useAction();
  const ask = useAsk();
  const [shown, setShown] = useState<{ person: Person; receipt: Receipt } | null>(null);
  const look = async (person: Person): Promise<void> => {
    setShown(null);
    const answer = await action.run(ErasePersonDocument, { ...person, dryRun: true });
    if (answer?.erasePerson) setShown({ person, receipt: answer.erasePerson });
  };
  const erase = async (person: Person, found: Receipt): Promise<void> => {
    const facts = [t('eraseRecords', { count: found.records }), t('eraseKept'), t('nothingDeleted')];
    if (!(await ask({ title: t('eraseSure'), facts, confirm: t('eraseConfirm'), danger: true, word }))) return;
    const answer = await action.run(ErasePersonDocument, { ...person, dryRun: false });
    if (answer?.erasePerson) setShown({ person, receipt: answer.erasePerson });
  };
  const found = shown?.receipt;
  return (
    <Panel title={t('eraseTitle')}>
      <p class="soft">{t('eraseText')}</p>
      <Problem text={action.problem} />
      <Who label={t('eraseLook')} busy={action.busy} submit={(one) => void look(one)} changed={() => setShown(null)} />
      <div role="status">
        {found?.dryRun && found.records === 0 && found.tables.length === 0 && <p>{t('eraseNobody')}</p>}
      </div>
      {shown && found && (found.records > 0 || found.tables.length > 0 || !found.dryRun) && (
        <>
          <Found of={found} />
          {found.dryRun ? (
            <p>
              <Button tone="danger" disabled={action.busy} onClick={() => void erase(shown.person, found)}>
                {t('eraseNow')}
              </Button>
            </p>
          ) : (
            <p class="row">
              <Button
                onClick={() => keep(`${JSON.stringify(found, null, 2)}\n`, `erasure-${found.id ?? 'receipt'}.json`)}
              >
                {t('receiptSave')}
              </Button>
              <span class="soft small">{t('receiptText')}</span>
            </p>
          )}
        </>
      )}
    </Panel>
  );
}

/** What would be removed, or was. */
function Found({ of }: { of: Receipt }): JSX.Element {
  const title = of.dryRun ? t('eraseWould') : t('eraseDone');
  return (
    <>
      <h3>{title}</h3>
      {of.id && <p>{t('receiptOf', { id: of.id, time: when(of.at) })}</p>}
      <Problem text={of.problem} />
      <ul class="facts">
        <li>{t('eraseRecords', { count: of.records })}</li>
        {of.sharing > 0 && <li>{t('eraseSharing', { count: of.sharing })}</li>}
        {of.tombstones > 0 && <li>{t('eraseTombstones', { count: of.tombstones })}</li>}
      </ul>
      {of.tables.length > 0 && (
        <Table label={of.dryRun ? t('eraseWould') : t('receipt')} columns={[t('eraseTable'), t('eraseRows')]}>
          {of.tables.map((one) => (
            <tr key={one.table}>
              <th scope="row">{one.table}</th>
              <td>{formatNumber(one.rows)}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

function Lift(): JSX.Element {
  const action = useAction();
  const ask = useAsk();
  const [note, setNote] = useState('');
  const lift = async (person: Person): Promise<void> => {
    setNote('');
    if (!(await ask({ title: t('liftSure'), facts: [t('liftText')], confirm: t('lift') }))) return;
    const done = (await action.run(LiftErasureDocument, { ...person }))?.liftErasure;
    if (done) setNote(`${t('lifted', { count: done.lifted })} ${t('liftedRecords', { count: done.records })}`);
  };
  return (
    <Panel title={t('liftTitle')}>
      <p class="soft">{t('liftText')}</p>
      <Problem text={action.problem} />
      <Notice>{note}</Notice>
      <Who label={t('lift')} busy={action.busy} submit={(one) => void lift(one)} />
    </Panel>
  );
}
