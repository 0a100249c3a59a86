import type { JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { FieldFragment } from '../../generated/graphql';
import { named, t } from '../../messages/console';

/** Values of fields by their names. */
export type Samples = ReadonlyMap<string, readonly string[]>;

interface PickerProps {
  readonly label: string;
  readonly value: string;
  readonly of: readonly FieldFragment[];
  readonly taken?: ReadonlySet<string>;
  readonly samples?: Samples | undefined;
  readonly set: (name: string) => void;
}

const marks = (field: FieldFragment, taken: boolean): string =>
  [
    named('fieldType', field.type),
    field.custom && t('custom'),
    field.required && t('required'),
    !field.updatable && t('readOnly'),
    taken && t('isMapped'),
  ]
    .filter((one) => one !== false)
    .join(' · ');

const title = (field: FieldFragment): string => field.label ?? field.name;

/** The fields that a search finds, by label, API name or type; those that are mapped already come last. */
export function fieldsFound(
  of: readonly FieldFragment[],
  search: string,
  taken: ReadonlySet<string>,
): readonly FieldFragment[] {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const found = of.filter((field) => {
    const text = `${title(field)} ${field.name} ${field.type}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
  return [...found.filter((field) => !taken.has(field.name)), ...found.filter((field) => taken.has(field.name))];
}

const nothing: ReadonlySet<string> = new Set();

/** One of a side's fields, found by typing: with its type, what is special about it, and some of its values. */
export function Picker({ label, value, of, taken = nothing, samples, set }: PickerProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const [search, setSearch] = useState('');
  const [active, setActive] = useState(0);
  const [below, setBelow] = useState<{ left: number; top: number; width: number }>({ left: 0, top: 0, width: 0 });
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  const chosen = of.find((field) => field.name === value);
  const others = new Set([...taken].filter((name) => name !== value));
  const found = open ? fieldsFound(of, search, others) : [];
  const begin = (): void => {
    if (open) return;
    setSearch('');
    setActive(0);
    setOpen(true);
  };
  // The list is drawn over the page: a table that scrolls would cut it off.
  useEffect(() => {
    if (!open) return;
    const place = (): void => {
      const box = input.current?.getBoundingClientRect();
      if (box) setBelow({ left: box.left, top: box.bottom + 2, width: box.width });
    };
    place();
    addEventListener('scroll', place, true);
    addEventListener('resize', place);
    return () => {
      removeEventListener('scroll', place, true);
      removeEventListener('resize', place);
    };
  }, [open]);
  useEffect(() => {
    const shown = list.current?.children[active];
    if (shown && 'scrollIntoView' in shown) shown.scrollIntoView({ block: 'nearest' });
  }, [active, open]);
  const choose = (field: FieldFragment | undefined): void => {
    if (field && field.name !== value) set(field.name);
    setOpen(false);
  };
  const press = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (open) setActive(Math.max(0, Math.min(found.length - 1, active + step)));
      else begin();
    } else if (event.key === 'Enter' && open) {
      event.preventDefault();
      choose(found[active]);
    } else if (event.key === 'Escape' && open) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    }
  };
  const shownText = chosen ? title(chosen) : value;
  return (
    <div class="picker">
      <input
        ref={input}
        role="combobox"
        aria-label={label}
        aria-autocomplete="list"
        aria-expanded={open}
        aria-controls={open ? `${id}list` : undefined}
        aria-activedescendant={open && found.length > 0 ? `${id}${active}` : undefined}
        autocomplete="off"
        spellcheck={false}
        value={open ? search : shownText}
        placeholder={open ? shownText || t('search') : t('choose')}
        onClick={begin}
        onInput={(event) => {
          const typed = event.currentTarget.value;
          begin();
          setSearch(typed);
          setActive(0);
        }}
        onKeyDown={press}
        onBlur={() => setOpen(false)}
      />
      {chosen && !open && (
        <div class="soft small">
          {chosen.name} · {marks(chosen, false)}
          <SampleText of={samples?.get(chosen.name)} />
        </div>
      )}
      {open && (
        <ul
          ref={list}
          id={`${id}list`}
          class="picker-list"
          role="listbox"
          aria-label={label}
          style={{ left: `${below.left}px`, top: `${below.top}px`, minWidth: `${below.width}px` }}
        >
          {found.map((field, index) => (
            <li
              key={field.name}
              id={`${id}${index}`}
              role="option"
              aria-selected={index === active}
              data-field={field.name}
              onMouseDown={(event) => {
                event.preventDefault(); // the input keeps the focus
                choose(field);
              }}
              onMouseMove={() => setActive(index)}
            >
              <strong>{title(field)}</strong> <span class="soft small">{field.name}</span>
              <div class="soft small">
                {marks(field, others.has(field.name))}
                <SampleText of={samples?.get(field.name)} />
              </div>
            </li>
          ))}
          {found.length === 0 && (
            <li role="option" aria-selected="false" aria-disabled="true" class="soft">
              {t('noFieldFound')}
            </li>
          )}
        </ul>
      )}
      <span class="unseen" role="status">
        {open && t('fieldsFound', { count: found.length })}
      </span>
    </div>
  );
}

const sampleLength = 40;

const SampleText = ({ of }: { of: readonly string[] | undefined }): JSX.Element | null =>
  of ? (
    <span class="sample" dir="auto">
      {' · '}
      {t('forInstance', {
        values: [...new Set(of)]
          .map((one) => (one.length > sampleLength ? `${one.slice(0, sampleLength)}…` : one))
          .join(', '),
      })}
    </span>
  ) : null;
