import '../styles/base.css';
import './console.css';
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { Client } from '../api/client';
import { demoSession } from '../api/demo';
import { Session } from '../api/session';
import { Mark } from '../components/icon';
import { Failures, History, Permissions, Tokens } from './admin';
import { Mapping } from './mapping';
import { Problem } from './parts';
import { Status } from './status';
import { ClientContext } from './use';

const base = new URL('./', location.href).href;
const screens = { status: 'Status', mapping: 'Mapping', permissions: 'Permissions', history: 'History', failures: 'Failures', tokens: 'Tokens' } as const;
type Screen = keyof typeof screens;

const current = (): Screen => {
  const name = location.hash.replace('#', '');
  return name in screens ? (name as Screen) : 'status';
};

function Console({ session, client }: { session: Session; client: Client }): JSX.Element {
  const [screen, setScreen] = useState(current);
  const [token, setToken] = useState(session.token);
  useEffect(() => {
    const move = (): void => setScreen(current());
    addEventListener('hashchange', move);
    return () => removeEventListener('hashchange', move);
  }, []);
  useEffect(() => session.subscribe(() => setToken(session.token)), [session]);
  const download = (path: string): void => void save(path, session.token);
  return (
    <ClientContext.Provider value={client}>
      <header class="top">
        <Mark /><strong>Sidelight</strong>
        <nav aria-label="Screens">{(Object.keys(screens) as Screen[]).map((name) => <a key={name} href={`#${name}`} aria-current={name === screen ? 'page' : undefined}>{screens[name]}</a>)}</nav>
        {token && <button type="button" class="button slim quiet" onClick={() => session.set(null)}>Sign out</button>}
      </header>
      <main class="page">
        <Problem text={new URL(location.href).searchParams.get('problem')} />
        {!token ? <SignIn session={session} /> : (
          <>
            {screen === 'status' && <Status />}
            {screen === 'mapping' && <Mapping />}
            {screen === 'permissions' && <Permissions />}
            {screen === 'history' && <History download={download} />}
            {screen === 'failures' && <Failures download={download} />}
            {screen === 'tokens' && <Tokens />}
          </>
        )}
      </main>
    </ClientContext.Provider>
  );
}

/** A download with the token in a header, where no log shows it. */
async function save(path: string, token: string | null): Promise<void> {
  const response = await fetch(new URL(path, base), { headers: { Authorization: `Bearer ${token ?? ''}` }, credentials: 'omit' });
  if (!response.ok) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = path.replace(/.*\//, '');
  link.click();
  URL.revokeObjectURL(link.href);
}

function SignIn({ session }: { session: Session }): JSX.Element {
  const [text, setText] = useState('');
  return (
    <form class="card form" onSubmit={(event) => { event.preventDefault(); session.set({ token: text.trim() }); }}>
      <h2>Sign in as an admin</h2>
      <p>Paste a token with the scope admin. <code class="mono">sidelight token --scope admin --ttl 8h</code> prints one.</p>
      <label>Token <input type="password" autocomplete="off" value={text} onInput={(event) => setText(event.currentTarget.value)} required /></label>
      <button type="submit" class="button primary">Sign in</button>
    </form>
  );
}

const root = document.getElementById('root');
if (root) {
  const session = new Session('console', () => base);
  session.watchFragment();
  const client = new Client(new URL('graphql', base).href, session);
  void demoSession().then((demo) => {
    const token = demo?.tokens.find((one) => one.scope === 'ADMIN')?.token;
    if (token) session.set({ token });
    render(<Console session={session} client={client} />, root);
  });
}
