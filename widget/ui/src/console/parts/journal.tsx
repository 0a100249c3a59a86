import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { JournalDocument, PairDocument, type ChangeFilter } from '../../generated/graphql';
import { recordLink } from '../../lib/links';
import { named, t } from '../../messages/console';
import { useQuery } from '../use';
import { Dialog } from './dialog';
import { Button, Problem } from './panel';
import { Table } from './table';
import { shown, sideName, when } from './words';

const pageRows = 50;

interface DrawerProps {
  readonly title: string;
  readonly filter: ChangeFilter;
  readonly close: () => void;
  readonly children?: ComponentChildren;
}

/** A drawer with the journal: what was written, where, and by which rule. */
export function JournalDrawer({ title, filter, close, children }: DrawerProps): JSX.Element {
  const [first, setFirst] = useState(pageRows);
  const { data, problem } = useQuery(JournalDocument, { filter, first });
  const page = data?.changes;
  return (
    <Dialog title={title} close={close} drawer>
      {children}
      <h3>{t('journal')}</h3>
      <Problem text={problem} />
      <Table
        label={t('journal')}
        columns={[t('date'), t('writtenTo'), t('field'), t('before'), t('after'), t('rule')]}
        empty={page?.nodes?.length === 0 && t('noChanges')}
      >
        {page?.nodes?.map((change) => (
          <tr key={change.id}>
            <td>{when(change.at)}</td>
            <td>
              {sideName(change.side)}
              <br />
              <span class="soft small">{change.recordId}</span>
            </td>
            <td>{change.field}</td>
            <td>{shown(change.old)}</td>
            <td>{shown(change.new)}</td>
            <td>{change.rule && named('rule', change.rule)}</td>
          </tr>
        ))}
      </Table>
      {page?.pageInfo.hasNextPage && first < 200 && <Button onClick={() => setFirst(200)}>{t('showMore')}</Button>}
    </Dialog>
  );
}

/** Links to a pair's two records at their vendors. */
export function PairLinks({ linkId }: { linkId: string }): JSX.Element | null {
  const { data } = useQuery(PairDocument, { id: linkId });
  const pair = data?.link;
  if (!pair) return null;
  const link = (address: string | null, text: string, id: string | null): JSX.Element | null => {
    const href = recordLink(address, location.hostname);
    if (!id) return null;
    return href ? (
      <a class="button slim" href={href} target="_blank" rel="noopener noreferrer">
        {text}
      </a>
    ) : (
      <span class="soft small">
        {text}: {id}
      </span>
    );
  };
  return (
    <p class="row">
      {link(pair.salesforceUrl, t('openInSalesforce'), pair.salesforceId)}
      {link(pair.deskUrl, t('openInDesk'), pair.deskId)}
      {pair.matchedBy && <span class="soft small">{t('matchedBy', { way: named('matchedBy', pair.matchedBy) })}</span>}
    </p>
  );
}
