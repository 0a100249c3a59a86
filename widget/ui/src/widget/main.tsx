import '../styles/base.css';
import './states.css';
import './widget.css';
import { render } from 'preact';
import { Client } from '../api/client';
import { Session } from '../api/session';
import { Failure, Frame } from './frame';
import { Widget } from './widget';
import { openHost } from './host';

const root = document.getElementById('root');
if (root) {
  openHost().then(
    (host) => {
      const session = new Session('widget', () => host.serverUrl);
      session.watchFragment();
      const client = new Client(new URL('graphql', host.serverUrl).href, session);
      render(<Widget host={host} session={session} client={client} />, root);
    },
    (error: unknown) =>
      render(
        <Frame>
          <Failure icon="warning" title="Sidelight" text={error instanceof Error ? error.message : ''} />
        </Frame>,
        root,
      ),
  );
}
