import { tokensFrom, type Tokens } from './session';

/** How long another tab has to answer: it does so at once, or it sleeps. */
const patience = 200;

type Message = { readonly ask: string } | { readonly tokens: Tokens };

const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && ('ask' in value || 'tokens' in value);

/**
 * The other tabs of this browser that go on with the same sign-in: a tab that was duplicated begins with the refresh token of the first one. They
 * tell each other of new tokens, and renew one after the other. Where the browser offers neither, each tab is alone.
 */
export class OtherTabs {
  private readonly channel: BroadcastChannel | null;

  constructor(
    private readonly name: string,
    private readonly mine: () => Tokens | null,
    private readonly take: (tokens: Tokens) => void,
  ) {
    this.channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel(name) : null;
    this.channel?.addEventListener('message', (event: MessageEvent<unknown>) => {
      const now = this.mine();
      if (!now?.family || !isMessage(event.data)) return;
      if ('ask' in event.data) {
        if (event.data.ask === now.family) this.tell(now);
        return;
      }
      const tokens = tokensFrom(event.data.tokens);
      if (tokens && this.isNewer(tokens, now)) this.take(tokens);
    });
  }

  /** Tells the other tabs of tokens that were renewed here. */
  tell(tokens: Tokens): void {
    this.channel?.postMessage({ tokens });
  }

  /** The newer tokens that another tab has, if one has. */
  newer(than: Tokens): Promise<Tokens | null> {
    const { channel } = this;
    if (!channel || !than.family) return Promise.resolve(null);
    return new Promise((resolve) => {
      const end = (tokens: Tokens | null): void => {
        clearTimeout(timer);
        channel.removeEventListener('message', hear);
        resolve(tokens);
      };
      const timer = setTimeout(() => end(null), patience);
      const hear = (event: MessageEvent<unknown>): void => {
        const tokens = isMessage(event.data) && 'tokens' in event.data ? tokensFrom(event.data.tokens) : null;
        if (tokens && this.isNewer(tokens, than)) end(tokens);
      };
      channel.addEventListener('message', hear);
      channel.postMessage({ ask: than.family });
    });
  }

  /** Does the work while no other tab does its own. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const locks = navigator.locks as LockManager | undefined;
    return locks ? locks.request(this.name, work) : work();
  }

  private isNewer(tokens: Tokens, than: Tokens): boolean {
    return (
      tokens.family === than.family &&
      tokens.token !== than.token &&
      Date.parse(tokens.expiresAt ?? '') > Date.parse(than.expiresAt ?? '')
    );
  }
}
