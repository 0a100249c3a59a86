import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './graphiql.css';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { render, type JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { demoSession } from '../api/demo';
import { Session } from '../api/session';
import { LanguageChoice, useLanguage } from '../components/language';
import { t } from '../messages/explorer';
import { asCurl, templates, textOf } from './templates';

const address = new URL('graphql', location.href).href;
/** GraphiQL with queries to begin with, and the way of a query into a shell. */
function Explorer({ token }: { token: string | null }): JSX.Element {
  useLanguage();
  const [chosen, setChosen] = useState(0);
  const template = templates[chosen];
  const query = template ? textOf(template) : '';
  const [copied, setCopied] = useState(false);
  const edited = useRef({ query, variables: '' });
  const [fetcher] = useState(() =>
    createGraphiQLFetcher(token ? { url: address, headers: { Authorization: `Bearer ${token}` } } : { url: address }),
  );
  const headers = JSON.stringify({ Authorization: `Bearer ${token ?? 'TOKEN'}` }, null, 2);
  const clipboard = navigator.clipboard as Clipboard | undefined;
  const copy = (): void => {
    clipboard?.writeText(asCurl(address, edited.current.query, edited.current.variables)).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <div class="explorer">
      <header class="explorer-bar">
        <h1>GraphiQL</h1>
        <label>
          {t('beginWith')}{' '}
          <select
            onChange={(event) => {
              const next = Number(event.currentTarget.value);
              const begun = templates[next];
              edited.current = { query: begun ? textOf(begun) : '', variables: '' };
              setCopied(false);
              setChosen(next);
            }}
          >
            {templates.map((one, index) => (
              <option key={one.name} value={index}>
                {t(`template.${one.name}`)}
              </option>
            ))}
          </select>
        </label>
        {clipboard && (
          <button type="button" onClick={copy}>
            {copied ? t('copied') : t('copyCurl')}
          </button>
        )}
        <a href="console">{t('toConsole')}</a>
        <LanguageChoice label={t('language')} automatic={t('automatic')} />
      </header>
      <GraphiQL
        key={query}
        fetcher={fetcher}
        initialHeaders={headers}
        initialQuery={query}
        defaultQuery={query}
        isHeadersEditorEnabled
        onEditQuery={(text: string) => {
          edited.current = { ...edited.current, query: text };
        }}
        onEditVariables={(text: string) => {
          edited.current = { ...edited.current, variables: text };
        }}
      />
    </div>
  );
}

const root = document.getElementById('root');
// The token of the console in this tab; in the demo the admin's is filled in. Elsewhere one is pasted.
void demoSession().then((demo) => {
  const session = new Session('console', () => new URL('./', location.href).href);
  const token = demo?.tokens.find((one) => one.scope === 'ADMIN')?.token ?? session.token;
  if (root) render(<Explorer token={token} />, root);
});
