import type { JSX } from 'preact';
import { formatDay, formatNumber } from '../../lib/format';
import { t } from '../../messages/console';

export interface Bar {
  readonly day: string;
  /** Null where nothing is known of the day. */
  readonly count: number | null;
  /** Where the day's rows are. */
  readonly link?: string;
}

const width = 28;
const gap = 6;
const height = 64;

/** The days of a figure as bars. Each is named, and leads to its rows. */
export function Chart({ title, bars }: { title: string; bars: readonly Bar[] }): JSX.Element {
  const most = Math.max(1, ...bars.map((bar) => bar.count ?? 0));
  const last = bars[bars.length - 1]?.count;
  return (
    <figure class="chart">
      <figcaption>
        {title}
        {typeof last === 'number' && <span class="soft small">{t('today', { count: last })}</span>}
      </figcaption>
      <svg viewBox={`0 0 ${bars.length * (width + gap)} ${height + 2}`} role="group" aria-label={title}>
        {bars.map((bar, index) => {
          const tall = bar.count === null ? 1 : Math.max(2, (bar.count / most) * height);
          const day = formatDay(bar.day) ?? bar.day;
          const text =
            bar.count === null ? t('notToldOn', { day }) : t('onDay', { day, count: formatNumber(bar.count) });
          const shape = (
            <>
              <title>{text}</title>
              <rect x={index * (width + gap)} y="0" width={width} height={height + 2} class="chart-room" />
              <rect
                x={index * (width + gap)}
                y={height + 1 - tall}
                width={width}
                height={tall}
                rx="2"
                class={bar.count ? 'chart-bar' : 'chart-none'}
              />
            </>
          );
          return bar.link && bar.count ? (
            <a key={bar.day} href={bar.link} aria-label={text}>
              {shape}
            </a>
          ) : (
            <g key={bar.day} role="img" aria-label={text}>
              {shape}
            </g>
          );
        })}
      </svg>
    </figure>
  );
}
