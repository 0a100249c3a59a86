import type { JSX } from 'preact';

// Strokes on a 16 × 16 grid.
const paths = {
  external: 'M6.5 3.5H3.5v9h9v-3 M9 3h4v4 M12.7 3.3 7.5 8.5',
  refresh: 'M13 8a5 5 0 1 1-1.6-3.7 M13.2 2v3h-3',
  copy: 'M5.5 5.5h7v7h-7z M3.5 10.5v-7h7',
  check: 'M3 8.5 6.4 12 13 4.5',
  up: 'M4 10l4-4 4 4',
  down: 'M4 6l4 4 4-4',
  info: 'M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2z M8 7.3v3.4 M8 5.2v.2',
  warning: 'M8 2.5 14 13H2z M8 6.5v3 M8 11.2v.2',
  clock: 'M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2z M8 5v3.2l2.2 1.4',
  person: 'M8 2.8a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2z M2.9 13.4c.4-2.6 2.4-4 5.1-4s4.7 1.4 5.1 4',
  building: 'M3.5 13.5v-11h6v11 M9.5 6.5h3v7 M2 13.5h12 M5.7 5h1.6 M5.7 7.5h1.6 M5.7 10h1.6',
  target: 'M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2z M8 5.4a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2z',
  note: 'M3.5 2.5h6l3 3v8h-9z M9.5 2.5v3h3 M5.8 8h4.4 M5.8 10.5h4.4',
  calendar: 'M2.8 4h10.4v9.2H2.8z M2.8 7h10.4 M5.5 2.3v3 M10.5 2.3v3',
  task: 'M2.8 2.8h10.4v10.4H2.8z M5.3 8.2l2 2 3.6-4.2',
  close: 'M4 4l8 8 M12 4l-8 8',
  search: 'M7 2.7a4.3 4.3 0 1 1 0 8.6 4.3 4.3 0 0 1 0-8.6z M10.2 10.2l3.3 3.3',
  lock: 'M3.8 7.2h8.4v6H3.8z M5.5 7.2V5.4a2.5 2.5 0 0 1 5 0v1.8',
  history: 'M3 8a5 5 0 1 0 1.6-3.7 M2.8 2v3h3 M8 5.3V8l2 1.3',
} as const;

export type IconName = keyof typeof paths;

/** A small line drawing beside a text; it says nothing to a screen reader, the text does. */
export function Icon({ name, class: className = '' }: { name: IconName; class?: string }): JSX.Element {
  return (
    <svg class={`icon ${className}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path
        d={paths[name]}
        fill="none"
        stroke="currentColor"
        stroke-width="1.4"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}

/** The mark of Sidelight: a lamp that throws its light to one side. */
export function Mark({ size = 24 }: { size?: number }): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" focusable="false">
      <rect width="24" height="24" rx="6" class="mark-ground" />
      <path d="M10 7.2 19 4.4v15.2l-9-2.8z" class="mark-beam" />
      <path d="M10 6a6 6 0 0 0 0 12z" class="mark-lamp" />
    </svg>
  );
}
