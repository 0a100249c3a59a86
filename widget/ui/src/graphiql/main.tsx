import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './graphiql.css';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { render } from 'preact';
import { demoSession } from '../api/demo';

const root = document.getElementById('root');
const example = `# Press Ctrl-Enter. The header below holds the caller's token; the schema shown is what that caller may use.
{
  viewer { subject scope }
  contacts(first: 5, orderBy: NAME_ASC) { nodes { name email account { name } } totalCount }
}
`;
// In the demo the admin's token is filled in; elsewhere it is pasted.
void demoSession().then((session) => {
  const token = session?.tokens.find((one) => one.scope === 'ADMIN')?.token;
  const url = new URL('graphql', location.href).href;
  const fetcher = createGraphiQLFetcher(token ? { url, headers: { Authorization: `Bearer ${token}` } } : { url });
  const headers = JSON.stringify({ Authorization: `Bearer ${token ?? 'TOKEN'}` }, null, 2);
  if (root) render(<GraphiQL fetcher={fetcher} initialHeaders={headers} defaultQuery={example} isHeadersEditorEnabled />, root);
});
