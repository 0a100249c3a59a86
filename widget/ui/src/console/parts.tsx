import type { ComponentChildren, JSX } from 'preact';
import { Icon } from '../components/icon';

export const Problem = ({ text }: { text: string | null }): JSX.Element | null =>
  text ? <div class="banner warn" role="alert"><Icon name="warning" /><div>{text}</div></div> : null;

export function Panel({ title, children, actions }: { title: string; children: ComponentChildren; actions?: ComponentChildren }): JSX.Element {
  return (
    <section class="card">
      <header><h2>{title}</h2><div class="row">{actions}</div></header>
      {children}
    </section>
  );
}

export function Table({ head, children, empty }: { head: readonly string[]; children: ComponentChildren; empty?: string | undefined }): JSX.Element {
  return (
    <div class="scroll">
      <table>
        <thead><tr>{head.map((text) => <th scope="col" key={text}>{text}</th>)}</tr></thead>
        <tbody>{children}</tbody>
      </table>
      {empty && <p class="soft empty">{empty}</p>}
    </div>
  );
}

export const when = (instant: string | null | undefined): string =>
  instant ? new Date(instant).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' }) : '—';

/** DESK and CONTACT as people write them. */
export const words = (name: string): string => {
  const text = name.toLowerCase().replaceAll('_', ' ');
  if (text === 'desk') return 'Zoho Desk';
  return text.replace('salesforce', 'Salesforce').replace(/^./, (letter) => letter.toUpperCase());
};

export const shown = (value: unknown): string => (value === null || value === undefined ? '(blank)' : typeof value === 'string' ? value : JSON.stringify(value));
