import '../styles/base.css';
import './console.css';
import { render } from 'preact';
import { Client } from '../api/client';
import { demoSession } from '../api/demo';
import { Session } from '../api/session';
import { comeBack } from './came-from';
import { Console } from './console';

const base = new URL('./', location.href).href;
const root = document.getElementById('root');
if (root) {
  comeBack();
  const session = new Session('console', () => base);
  session.watchFragment();
  const client = new Client(new URL('graphql', base).href, session);
  void demoSession().then((demo) => {
    const token = demo?.tokens.find((one) => one.scope === 'ADMIN')?.token;
    if (token) session.set({ token });
    render(<Console base={base} session={session} client={client} />, root);
  });
}
