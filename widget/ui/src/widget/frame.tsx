import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from '../components/icon';
import { t } from '../messages';

export const Frame = ({ children, busy = false }: { children: ComponentChildren; busy?: boolean }): JSX.Element => (
  <main class="widget" aria-busy={busy}>{children}</main>
);

/** A whole-panel state: nobody matches, nothing may be shown, something failed, or a sign-in is due. */
export function Failure(props: { icon: IconName; title: string; text: string; action?: { label: string; run: () => void; primary?: boolean; busy?: boolean } }): JSX.Element {
  const { icon, title, text, action } = props;
  return (
    <section class="state" role="status">
      <span class="state-icon"><Icon name={icon} /></span>
      <h1>{title}</h1>
      <p>{text}</p>
      {action && <button type="button" class={`button ${action.primary ? 'primary' : ''}`} disabled={action.busy} onClick={action.run}>{action.label}</button>}
    </section>
  );
}

/** The card's outline while the first answer is on its way. */
export const Skeleton = (): JSX.Element => (
  <div role="status">
    <span class="unseen">{t('loading')}</span>
    <div class="head" aria-hidden="true">
      <div class="head-row">
        <span class="bone bone-face" />
        <div class="head-text"><span class="bone bone-title" /><span class="bone bone-line" /></div>
      </div>
      <span class="bone bone-button" />
    </div>
    {[4, 3, 3].map((lines, index) => (
      <div class="block" key={index} aria-hidden="true">
        <span class="bone bone-heading" />
        {Array.from({ length: lines }, (_, line) => <span class="bone bone-line" key={line} />)}
      </div>
    ))}
  </div>
);
