import type { JSX } from 'preact';
import { t } from '../../messages/console';
import { Button } from './panel';
import { when } from './words';

/** The instant that an address names: rows from before are left out. */
export function sinceOf(query: URLSearchParams): string | null {
  const text = query.get('since') ?? '';
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

/** Takes the narrowing by time away. */
export const WithoutSince = ({
  since,
  place,
}: {
  since: string | null;
  place: (change: { since: null }) => void;
}): JSX.Element | null =>
  since ? (
    <Button onClick={() => place({ since: null })}>
      {t('withoutFilter', { value: t('daysAgo', { time: when(since) }) })}
    </Button>
  ) : null;
