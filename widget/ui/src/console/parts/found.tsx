import type { JSX } from 'preact';
import type { FoundFragment } from '../../generated/graphql';
import { named } from '../../messages/console';

/** What is wrong with a mapping or a filter, or will be lossy about it. */
export const Found = ({ problems }: { problems: readonly FoundFragment[] }): JSX.Element => (
  <>
    {problems.map((p) => (
      <div class="small" key={p.message}>
        <span class={`badge ${p.severity === 'ERROR' ? 'bad' : 'warn'}`}>{named('severity', p.severity)}</span>{' '}
        {p.message}
      </div>
    ))}
  </>
);
