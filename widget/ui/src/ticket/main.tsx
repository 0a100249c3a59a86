import '../styles/base.css';
import './ticket.css';
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { demoSession, type DemoSession, type DemoTicket } from '../api/demo';
import { Mark } from '../components/icon';

/** A help desk's ticket page as the demo imagines it, with the widget where Zoho Desk would show it. */
function TicketPage({ session }: { session: DemoSession }): JSX.Element {
  const agents = session.tokens.filter((token) => token.scope === 'AGENT');
  const [agent, setAgent] = useState(
    Math.max(
      agents.findIndex((token) => token.label === 'Support Manager'),
      0,
    ),
  );
  const [ticket, setTicket] = useState<DemoTicket | undefined>(session.tickets[0]);
  const token = agents[agent]?.token;
  useEffect(() => {
    document.title = ticket ? `#${ticket.number} ${ticket.subject}` : 'Tickets';
  }, [ticket]);
  return (
    <div class="desk">
      <header class="desk-bar">
        <Mark />
        <strong>Sample help desk</strong>
        <label class="who">
          Signed in as{' '}
          <select value={agent} onChange={(event) => setAgent(Number(event.currentTarget.value))}>
            {agents.map((one, index) => (
              <option key={one.label} value={index}>
                {one.label}
              </option>
            ))}
          </select>
        </label>
        <a href="console">Console</a>
      </header>
      <nav class="tickets" aria-label="Tickets">
        <ul>
          {session.tickets.map((one) => (
            <li key={one.id}>
              <button type="button" aria-current={one.id === ticket?.id} onClick={() => setTicket(one)}>
                <span class="soft small">#{one.number}</span> {one.subject}
                <br />
                <span class="soft small">{one.contactName}</span>
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <main class="conversation">
        {ticket && (
          <>
            <h1>{ticket.subject}</h1>
            <p class="soft">
              Ticket #{ticket.number} from {ticket.contactName}
              {ticket.email && ` <${ticket.email}>`}
            </p>
            <article>
              <p>Hello,</p>
              <p>I am writing about “{ticket.subject}”. Could you please help me with this?</p>
              <p>{ticket.contactName}</p>
            </article>
          </>
        )}
      </main>
      <aside class="panel" aria-label="Salesforce">
        {ticket && token && (
          <iframe
            key={`${ticket.id} ${agent}`}
            title="Salesforce customer"
            src={`widget?deskTicketId=${encodeURIComponent(ticket.id)}#token=${encodeURIComponent(token)}`}
          />
        )}
      </aside>
    </div>
  );
}

const root = document.getElementById('root');
if (root) {
  void demoSession().then((session) =>
    render(session ? <TicketPage session={session} /> : <p>The sample ticket page belongs to the demo.</p>, root),
  );
}
