import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from '../components/icon';
import { LanguageChoice } from '../components/language';
import { t } from '../messages/card';

export const Frame = ({ children, busy = false }: { children: ComponentChildren; busy?: boolean }): JSX.Element => (
  <div class="widget">
    <main aria-busy={busy}>{children}</main>
    <footer class="foot">
      <LanguageChoice label={t('language')} automatic={t('languageAuto')} />
    </footer>
  </div>
);

interface FailureProps {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly action?: {
    readonly label: string;
    readonly run: () => void;
    readonly primary?: boolean;
    readonly busy?: boolean;
  };
}

/** A whole-panel state: nobody matches, nothing may be shown, something failed, or a sign-in is due. */
export function Failure({ icon, title, text, action }: FailureProps): JSX.Element {
  return (
    <section class="state" role="status">
      <span class="state-icon">
        <Icon name={icon} />
      </span>
      <h1>{title}</h1>
      <p>{text}</p>
      {action && (
        <button
          type="button"
          class={`button ${action.primary ? 'primary' : ''}`}
          disabled={action.busy}
          onClick={action.run}
        >
          {action.label}
        </button>
      )}
    </section>
  );
}

/** The card's outline while the first answer is on its way. */
export const Skeleton = (): JSX.Element => (
  <div role="status">
    <h1 class="unseen">{t('loading')}</h1>
    <div class="head" aria-hidden="true">
      <div class="head-row">
        <span class="bone bone-face" />
        <div class="head-text">
          <span class="bone bone-title" />
          <span class="bone bone-line" />
        </div>
      </div>
      <span class="bone bone-button" />
    </div>
    {[4, 3, 3].map((lines, index) => (
      <div class="block" key={index} aria-hidden="true">
        <span class="bone bone-heading" />
        {Array.from({ length: lines }, (_, line) => (
          <span class="bone bone-line" key={line} />
        ))}
      </div>
    ))}
  </div>
);
