import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { codeOf, RequestError } from '../api/client';
import { CandidatesDocument, LinkContactDocument, type CandidatesQuery } from '../generated/graphql';
import { t } from '../messages/card';
import { Block, Quiet } from './block';
import { useCardContext } from './context';

type Candidate = NonNullable<CandidatesQuery['linkCandidates']>[number];

const typingPause = 300;

/** What went wrong with a link, in the server's words where it has some for people. */
const problemOf = (error: unknown): string =>
  error instanceof RequestError && codeOf(error) !== 'NETWORK' ? error.message : t('errorNetwork');

interface LinkProps {
  readonly deskId: string;
  /** What is searched for at first. */
  readonly name: string;
  /** Called when the two are tied together. */
  readonly linked: () => void;
}

/** For a contact that has no counterpart in Salesforce: search one there and tie the two together. */
export function LinkByHand({ deskId, name, linked }: LinkProps): JSX.Element {
  const { client } = useCardContext();
  const [search, setSearch] = useState(name);
  const [found, setFound] = useState<readonly Candidate[] | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const text = search.trim();
  useEffect(() => {
    if (text.length < 2) {
      setFound(null);
      return;
    }
    const stop = new AbortController();
    timer.current = setTimeout(() => {
      client.send(CandidatesDocument, { search: text }, stop.signal).then(
        ({ data }) => setFound(data.linkCandidates ?? []),
        (error: unknown) => {
          if (!stop.signal.aborted) setProblem(problemOf(error));
        },
      );
    }, typingPause);
    return () => {
      clearTimeout(timer.current);
      stop.abort();
    };
  }, [client, text]);
  const link = (salesforceId: string): void => {
    setBusy(true);
    setProblem('');
    client.send(LinkContactDocument, { deskId, salesforceId }).then(
      ({ problems }) => {
        setBusy(false);
        if (problems[0]) setProblem(problems[0].message);
        else linked();
      },
      (error: unknown) => {
        setBusy(false);
        setProblem(problemOf(error));
      },
    );
  };
  return (
    <Block name="link" icon="search" title={t('linkTitle')}>
      <p class="small">{t('linkText')}</p>
      <label class="link-search small">
        {t('linkSearch')}
        <input
          type="search"
          value={search}
          maxLength={200}
          autocomplete="off"
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
      </label>
      {problem && (
        <p class="small bad-text" role="alert">
          {problem}
        </p>
      )}
      <div role="status">{found?.length === 0 && <Quiet>{t('linkNobody')}</Quiet>}</div>
      {found && found.length > 0 && (
        <ul class="rows">
          {found.map((one) => (
            <li class="row" key={one.id}>
              <span class="record-name" dir="auto">
                {one.name ?? t('unnamed')}
              </span>
              <div class="row-bottom">
                <span class="soft" dir="auto">
                  {one.email}
                </span>
                <button
                  type="button"
                  class="button slim"
                  disabled={busy}
                  aria-label={t('linkWith', { name: one.name ?? one.email ?? '' })}
                  onClick={() => one.salesforceId && link(one.salesforceId)}
                >
                  {t('link')}
                </button>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Block>
  );
}
