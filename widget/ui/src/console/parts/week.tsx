import type { JSX } from 'preact';
import { ActivityDocument } from '../../generated/graphql';
import { usePolling } from '../../lib/hooks';
import { t } from '../../messages/console';
import { routeLink } from '../route';
import { useQuery } from '../use';
import { Chart } from './chart';
import { Panel, Problem } from './panel';

/** Changes, failures and API calls of the last seven days. */
export function Week(): JSX.Element | null {
  const { data, problem, reload } = useQuery(ActivityDocument, {});
  usePolling(reload, 60_000);
  const days = data?.activity ?? [];
  if (days.length === 0) return problem ? <Problem text={problem} /> : null;
  const known = (side: 'deskCalls' | 'salesforceCalls'): boolean => days.some((day) => day[side] !== null);
  return (
    <Panel title={t('lastDays')}>
      <div class="columns charts">
        <Chart
          title={t('changesADay')}
          bars={days.map(({ day, changed }) => ({ day, count: changed, link: routeLink('history', { since: day }) }))}
        />
        <Chart
          title={t('failuresADay')}
          bars={days.map(({ day, failed }) => ({
            day,
            count: failed,
            link: routeLink('failures', { state: 'all', since: day }),
          }))}
        />
        {known('deskCalls') && (
          <Chart title={t('deskCallsADay')} bars={days.map(({ day, deskCalls }) => ({ day, count: deskCalls }))} />
        )}
        {known('salesforceCalls') && (
          <Chart
            title={t('salesforceCallsADay')}
            bars={days.map(({ day, salesforceCalls }) => ({ day, count: salesforceCalls }))}
          />
        )}
      </div>
    </Panel>
  );
}
