import type { ComponentChildren, JSX } from 'preact';
import type { FoundFragment } from '../generated/graphql';
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

/** What is wrong with a mapping or a filter, or will be lossy about it. */
export const Found = ({ problems }: { problems: readonly FoundFragment[] }): JSX.Element => (
  <>{problems.map((p) => <div class="small" key={p.message}><span class={`badge ${p.severity === 'ERROR' ? 'bad' : 'warn'}`}>{words(p.severity)}</span> {p.message}</div>)}</>
);

/** One of a side's fields. */
export function Choice({ label, value, of, set }: { label: string; value: string; of: readonly { name: string; label?: string | null | undefined; type: string }[]; set: (name: string) => void }): JSX.Element {
  return (
    <select aria-label={label} value={value} onChange={(event) => set(event.currentTarget.value)}>
      {!of.some((field) => field.name === value) && <option value={value}>{value || 'Choose…'}</option>}
      {of.map((field) => <option key={field.name} value={field.name}>{field.label ?? field.name} ({field.type.toLowerCase()})</option>)}
    </select>
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
