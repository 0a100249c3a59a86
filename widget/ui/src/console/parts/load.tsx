import type { JSX } from 'preact';
import { FirstRunDocument, type StatusQuery } from '../../generated/graphql';
import { formatPercent, formatSpan } from '../../lib/format';
import { useNow, usePolling } from '../../lib/hooks';
import { wholeLoad } from '../../lib/load';
import { t } from '../../messages/console';
import { useQuery } from '../use';

type Progress = NonNullable<StatusQuery['integration']>['progress'];

/** One bar and one estimate for the whole first load. */
export function LoadProgress({ of }: { of: Progress }): JSX.Element | null {
  const { data, reload } = useQuery(FirstRunDocument, {});
  const now = useNow(1);
  const began = data?.syncRuns?.nodes?.[0]?.startedAt ?? null;
  usePolling(reload, began ? null : 2000);
  const whole = wholeLoad(of, began, now);
  if (!whole) return null;
  const left = formatSpan(whole.left);
  return (
    <div class="progress">
      <progress value={whole.share} max={1} aria-label={t('wholeLoad')} />
      <p class="small">
        {t('wholeDone', { percent: formatPercent(whole.share * 100) })}
        {left && whole.share < 1 ? ` · ${t('wholeLeft', { span: left })}` : ''}
      </p>
    </div>
  );
}
