import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../messages/console';

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly set: (value: string) => void;
}

/** A labelled choice. */
export function Select({ label, value, options, set }: SelectProps): JSX.Element {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => set(event.currentTarget.value)}>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

const typingPause = 300;

/** A search box that asks once the typing pauses. */
export function Search({ value, set }: { value: string; set: (text: string) => void }): JSX.Element {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <label>
      {t('search')}
      <input
        type="search"
        defaultValue={value}
        maxLength={200}
        onInput={(event) => {
          const text = event.currentTarget.value.trim();
          clearTimeout(timer.current);
          timer.current = setTimeout(() => set(text), typingPause);
        }}
      />
    </label>
  );
}
