import type { JSX } from 'preact';
import { ResumeSyncDocument, TakeOrganizationDocument, type Side, type StatusQuery } from '../../generated/graphql';
import { named, t } from '../../messages/console';
import { routeLink } from '../route';
import { useAction } from '../use';
import { useAsk } from './dialog';
import { Button, Problem } from './panel';
import { sideName } from './words';

type Integration = Pick<NonNullable<StatusQuery['integration']>, 'reasonCode' | 'reason' | 'deletePolicy' | 'counts'>;

/** The reasons for which an admin chooses between what was linked and what a side is now; and whether the sync can also just go on. */
const goesOn: ReadonlyMap<string, boolean> = new Map([
  ['OTHER_ORGANIZATION', false],
  ['WENT_BACK', false],
  ['GONE_WITHOUT_TRACE', true],
]);

/** Whether the page knows how such a halt may end. Of any other reason the server's own words are shown. */
export const isChoice = (code: string | null): code is string => code !== null && goesOn.has(code);

/** The sides that a reason names, Salesforce first; both where it names none. */
export function sidesOf(reason: string | null): readonly Side[] {
  const sides: readonly Side[] = ['SALESFORCE', 'DESK'];
  const told = sides.filter((side) => reason?.includes(side === 'DESK' ? 'Zoho Desk' : 'Salesforce'));
  return told.length > 0 ? told : sides;
}

interface HaltedProps {
  readonly of: Integration;
  /** Called after a choice, with what to tell of it. */
  readonly done: (note: string) => void;
}

/** What an admin may do about a side that is not what its links were made with. */
export function Halted({ of, done }: HaltedProps): JSX.Element | null {
  const action = useAction();
  const ask = useAsk();
  const code = of.reasonCode;
  if (!isChoice(code)) return null;
  const pairs = { contacts: of.counts?.linkedContacts ?? 0, accounts: of.counts?.linkedAccounts ?? 0 };
  const take = async (side: Side): Promise<void> => {
    const name = sideName(side);
    const facts = [
      t('takeForgets'),
      t('deletePairs', pairs),
      t('takeKeeps'),
      t('nothingDeleted'),
      ...(side === 'DESK' ? [t('haltTakeDesk')] : []),
      t('notTakenBack'),
    ];
    const meant = await ask({
      title: t('takeTitle', { side: name }),
      facts,
      confirm: t('takeConfirm'),
      danger: true,
      word: 'new',
    });
    if (meant && (await action.run(TakeOrganizationDocument, { side, confirm: 'new' })))
      done(t('taken', { side: name }));
  };
  const resume = async (): Promise<void> => {
    const facts = [t('goneFacts'), t('goneCounterparts', { policy: named('deletePolicy', of.deletePolicy) })];
    const meant = await ask({ title: t('goneTitle'), facts, confirm: t('resume'), danger: true });
    if (meant && (await action.run(ResumeSyncDocument, {}))) done('');
  };
  return (
    <section class="banner bad halted" aria-label={t('haltTitle')}>
      <div>
        <h3>{t('haltTitle')}</h3>
        <p>{named('halt', code)}</p>
        <Problem text={action.problem} />
        <ul class="ways">
          <li>
            <a class="button slim" href={routeLink('connect')}>
              {t('haltConnect')}
            </a>
            <span>{t('haltConnectText')}</span>
          </li>
          {sidesOf(of.reason).map((side) => (
            <li key={side}>
              <Button tone="danger" disabled={action.busy} onClick={() => void take(side)}>
                {t('haltTake', { side: sideName(side) })}
              </Button>
              <span>{t('haltTakeText', { side: sideName(side) })}</span>
            </li>
          ))}
          {goesOn.get(code) && (
            <li>
              <Button tone="danger" disabled={action.busy} onClick={() => void resume()}>
                {t('haltResume')}
              </Button>
              <span>{t('haltResumeText')}</span>
            </li>
          )}
        </ul>
      </div>
    </section>
  );
}
