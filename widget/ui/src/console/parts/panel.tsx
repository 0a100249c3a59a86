import type { ComponentChildren, JSX } from 'preact';
import { Icon } from '../../components/icon';

/** What went wrong, as an alert; nothing for null. */
export const Problem = ({ text }: { text: string | null }): JSX.Element | null =>
  text ? (
    <div class="banner bad" role="alert">
      <Icon name="warning" />
      <div>{text}</div>
    </div>
  ) : null;

/** What was done, told to screen readers too. */
export const Notice = ({ children }: { children: ComponentChildren }): JSX.Element => (
  <div role="status" class={children ? 'banner good' : 'unseen'}>
    {children && <Icon name="check" />}
    <div>{children}</div>
  </div>
);

interface PanelProps {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly actions?: ComponentChildren;
}

/** One card of a screen. */
export function Panel({ title, children, actions }: PanelProps): JSX.Element {
  return (
    <section class="card" aria-label={title}>
      <header>
        <h2>{title}</h2>
        {actions && <div class="row">{actions}</div>}
      </header>
      {children}
    </section>
  );
}

interface ButtonProps {
  readonly onClick: () => void;
  readonly children: ComponentChildren;
  readonly tone?: 'primary' | 'danger' | 'quiet';
  readonly disabled?: boolean | undefined;
  readonly label?: string;
  readonly pressed?: boolean;
}

/** A button of the console. */
export const Button = ({ onClick, children, tone, disabled, label, pressed }: ButtonProps): JSX.Element => (
  <button
    type="button"
    class={`button slim ${tone ?? ''}`}
    disabled={disabled}
    onClick={onClick}
    aria-label={label}
    aria-pressed={pressed}
  >
    {children}
  </button>
);
