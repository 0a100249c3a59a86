import type { Client } from '../api/client';
import {
  RehearsalDocument,
  RehearseDocument,
  type ConstantInput,
  type FieldMappingInput,
  type RehearsalQuery,
  type SyncObject,
  type SyncPolicyInput,
} from '../generated/graphql';
import { t } from '../messages/console';
import { objectName } from './parts/words';

export type Forecast = NonNullable<RehearsalQuery['rehearsal']>;

const wait = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/** What a forecast is made under that is not saved: a mapping, what new records get, or policies. */
export type Edited =
  | { object: SyncObject; mappings: FieldMappingInput[] }
  | { object: SyncObject; constants: ConstantInput[] }
  | { policy: SyncPolicyInput };

/** Forecasts the sync under what is not saved, or under what is, and waits for the forecast. Throws what the server refuses. */
export async function rehearse(client: Client, edited: Edited | null, signal?: AbortSignal): Promise<Forecast | null> {
  const begun = await client.send(RehearseDocument, edited ?? {}, signal);
  const id = begun.data.rehearseSync?.id;
  if (!id) return null;
  for (;;) {
    const { data } = await client.send(RehearsalDocument, { id }, signal);
    if (data.rehearsal?.status !== 'RUNNING') return data.rehearsal;
    await wait(500);
    signal?.throwIfAborted();
  }
}

/** A forecast in sentences with figures, for the question before a change. */
export function forecastFacts(forecast: Forecast | null): string[] {
  if (forecast?.status !== 'DONE') return [t('impactUnknown')];
  const facts = (forecast.objects ?? []).flatMap((o) => {
    const changes = { create: o.createInDesk, update: o.updateInDesk };
    const other = { create: o.createInSalesforce, update: o.updateInSalesforce };
    return [
      ...(o.matched > 0 ? [t('impactMatched', { object: objectName(o.object), count: o.matched })] : []),
      t('impactDesk', { object: objectName(o.object), ...changes }),
      t('impactSalesforce', { object: objectName(o.object), ...other }),
      ...(o.problems + o.ambiguous > 0
        ? [t('impactProblems', { object: objectName(o.object), count: o.problems + o.ambiguous })]
        : []),
    ];
  });
  return [...facts, t('nothingDeleted')];
}
