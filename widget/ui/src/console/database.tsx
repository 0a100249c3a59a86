import type { JSX } from 'preact';
import { DatabaseDocument } from '../generated/graphql';
import { usePolling } from '../lib/hooks';
import { named, t } from '../messages/console';
import { when } from './parts/words';
import { useQuery } from './use';

/** How often the server is asked, in milliseconds. It answers from memory. */
const askEvery = 5000;

/** Says what is wrong with the server's database, on every screen: what they show is then as it was last read. */
export function DatabaseBanner(): JSX.Element | null {
  const { data, reload } = useQuery(DatabaseDocument, {});
  usePolling(reload, askEvery);
  const database = data?.integration?.database;
  if (!database || database.ok) return null;
  return (
    <div class="banner bad" role="alert" data-database={database.code}>
      <div>
        <strong>{t('databaseSince', { when: when(database.since) })}</strong>{' '}
        {named('database', database.code ?? 'FAILING')} {t('databaseNote')}
      </div>
    </div>
  );
}
