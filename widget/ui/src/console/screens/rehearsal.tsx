import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { FieldMappingInput, SyncObject } from '../../generated/graphql';
import { formatNumber } from '../../lib/format';
import { named, t } from '../../messages/console';
import { Button, Panel, Problem } from '../parts/panel';
import { Table } from '../parts/table';
import { objectName, shown } from '../parts/words';
import { rehearse, type Forecast } from '../rehearse';
import { textOf, useClient } from '../use';

/** What the sync would do, had it run: under the saved mapping, or under one that is being edited. */
export function Rehearsal({
  object,
  edited,
  done,
}: {
  object: SyncObject;
  edited: FieldMappingInput[] | null;
  /** Called when a rehearsal has come to its end. */
  done?: () => void;
}): JSX.Element {
  const client = useClient();
  const [state, setState] = useState<{ busy: boolean; problem: string | null; forecast: Forecast | null }>({
    busy: false,
    problem: null,
    forecast: null,
  });
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const begin = async (mappings: FieldMappingInput[] | null): Promise<void> => {
    stop.current?.abort();
    const control = new AbortController();
    stop.current = control;
    setState({ busy: true, problem: null, forecast: null });
    try {
      const forecast = await rehearse(client, mappings && { object, mappings }, control.signal);
      setState({ busy: false, problem: null, forecast });
      if (forecast?.status === 'DONE') done?.();
    } catch (error) {
      if (!control.signal.aborted) setState({ busy: false, problem: textOf(error), forecast: null });
    }
  };
  return (
    <Panel
      title={t('rehearsal')}
      actions={
        <>
          {edited && (
            <Button disabled={state.busy} onClick={() => void begin(edited)}>
              {t('rehearseEdited')}
            </Button>
          )}
          <Button disabled={state.busy} onClick={() => void begin(null)}>
            {t('rehearseSaved')}
          </Button>
        </>
      }
    >
      <Problem text={state.problem} />
      <p class="soft">{t('rehearsalText')}</p>
      <p role="status">{state.busy ? t('rehearsing') : state.forecast && named('runStatus', state.forecast.status)}</p>
      {state.forecast && <Forecasted of={state.forecast} />}
    </Panel>
  );
}

function Forecasted({ of }: { of: Forecast }): JSX.Element {
  const objects = of.objects ?? [];
  const samples = objects.flatMap((o) =>
    (o.samples ?? []).map((sample, index) => ({ key: `${o.object}${index}`, sample })),
  );
  return (
    <>
      <Table
        label={t('rehearsal')}
        columns={[
          t('records'),
          t('matched'),
          t('ambiguous'),
          t('newInDesk'),
          t('newInSalesforce'),
          t('changedInDesk'),
          t('changedInSalesforce'),
          t('problems'),
        ]}
      >
        {objects.map((o) => (
          <tr key={o.object}>
            <th scope="row">{objectName(o.object)}</th>
            {[
              o.matched,
              o.ambiguous,
              o.createInDesk,
              o.createInSalesforce,
              o.updateInDesk,
              o.updateInSalesforce,
              o.problems,
            ].map((count, index) => (
              <td key={index} class="number">
                {formatNumber(count)}
              </td>
            ))}
          </tr>
        ))}
      </Table>
      {samples.length > 0 && (
        <div class="samples" role="region" aria-label={t('forExample')} tabIndex={0}>
          <ul>
            {samples.map(({ key, sample }) => (
              <li key={key} class="small">
                <span class="badge">{named('action', sample.action)}</span>{' '}
                {sample.recordName ?? sample.deskId ?? sample.salesforceId}:{' '}
                {sample.changes?.map((c) => `${c.field} ${shown(c.from)} → ${shown(c.to)}`).join('; ')}
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}
