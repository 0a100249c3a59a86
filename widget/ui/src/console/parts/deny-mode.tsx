import type { JSX } from 'preact';
import type { DenyMode as DenyModeName } from '../../generated/graphql';
import { named } from '../../messages/console';

const modes: readonly DenyModeName[] = ['MASK', 'ERROR', 'REJECT'];

/** How what a caller may not see is answered. */
export const DenyMode = ({
  label,
  value,
  set,
}: {
  label: string;
  value: DenyModeName;
  set: (mode: DenyModeName) => void;
}): JSX.Element => (
  <select aria-label={label} value={value} onChange={(event) => set(event.currentTarget.value as DenyModeName)}>
    {modes.map((mode) => (
      <option key={mode} value={mode}>
        {named('denyMode', mode)}
      </option>
    ))}
  </select>
);
