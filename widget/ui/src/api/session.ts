import { OtherTabs } from './tabs';

/** What the sign-in hands to a page. `expiresAt` is RFC 3339. */
export interface Tokens {
  readonly token: string;
  readonly refreshToken?: string | undefined;
  readonly expiresAt?: string | undefined;
  /** Shared by the tabs that go on with one sign-in. */
  readonly family?: string | undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

let deviceInMemory: string | null = null;

/** A random name of this browser: a refresh token is of no use on another one. */
export function device(): string {
  const name = 'sidelight.device';
  try {
    const stored = localStorage.getItem(name);
    if (stored) return stored;
    deviceInMemory ??= crypto.randomUUID();
    localStorage.setItem(name, deviceInMemory);
  } catch {
    // Storage is closed to sandboxed frames; the name then lasts as long as the page.
  }
  deviceInMemory ??= crypto.randomUUID();
  return deviceInMemory;
}

/** Reads tokens out of an untrusted message or answer; null when it holds none. */
export function tokensFrom(value: unknown): Tokens | null {
  if (typeof value !== 'object' || value === null) return null;
  const { token, refreshToken, expiresAt, family } = value as Record<string, unknown>;
  if (!isText(token)) return null;
  return {
    token,
    refreshToken: isText(refreshToken) ? refreshToken : undefined,
    expiresAt: isText(expiresAt) ? expiresAt : undefined,
    family: isText(family) ? family : undefined,
  };
}

/** Takes `token` out of a URL fragment; the rest of the fragment (a console screen, for one) is kept. */
export function splitFragment(hash: string): { token: string | null; rest: string } {
  const parts = hash
    .replace(/^#/, '')
    .split('&')
    .filter((part) => part !== '');
  const tokenPart = parts.find((part) => part.startsWith('token='));
  const rest = parts.filter((part) => part !== tokenPart).join('&');
  return {
    token: tokenPart ? decodeURIComponent(tokenPart.slice('token='.length)) || null : null,
    rest: rest ? `#${rest}` : '',
  };
}

/**
 * The bearer token of one page, kept in memory and in sessionStorage under the page's own name: the sample ticket page
 * and the widget inside it share a storage but not a caller.
 */
export class Session {
  private tokens: Tokens | null = null;
  private renewal: Promise<boolean> | null = null;
  private readonly others: OtherTabs;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly page: string,
    private readonly serverUrl: () => string,
  ) {
    this.tokens = tokensFrom(this.stored());
    this.others = new OtherTabs(
      this.key,
      () => this.tokens,
      (tokens) => this.keep(tokens),
    );
  }

  get token(): string | null {
    return this.tokens?.token ?? null;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Begins a sign-in, or ends it for null. */
  set(tokens: Tokens | null): void {
    this.keep(tokens?.refreshToken ? { ...tokens, family: crypto.randomUUID() } : tokens);
  }

  private keep(tokens: Tokens | null): void {
    this.tokens = tokens;
    try {
      if (tokens) sessionStorage.setItem(this.key, JSON.stringify(tokens));
      else sessionStorage.removeItem(this.key);
    } catch {
      // Storage is closed to sandboxed frames; the token then lives in memory alone.
    }
    for (const listener of this.listeners) listener();
  }

  /** Forgets the tokens, and has the server end the sign-in that they came from. */
  signOut(): void {
    const refreshToken = this.tokens?.refreshToken;
    this.set(null);
    if (!refreshToken) return;
    void fetch(new URL('auth/signout', this.serverUrl()), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ refreshToken, device: device() }),
      credentials: 'omit',
      keepalive: true,
    }).catch(() => undefined); // without an answer it ends by its own time
  }

  /** Adopts `#token=…`, now and when the fragment changes, and removes it from the address bar. */
  watchFragment(): void {
    const adopt = (): void => {
      const { token, rest } = splitFragment(location.hash);
      if (!token) return;
      history.replaceState(history.state, '', location.pathname + location.search + rest);
      this.set({ token });
    };
    adopt();
    addEventListener('hashchange', adopt);
  }

  /** Trades the refresh token for a new pair; false when that is not possible and the person has to sign in again. */
  renew(): Promise<boolean> {
    this.renewal ??= this.exchange().finally(() => {
      this.renewal = null;
    });
    return this.renewal;
  }

  /** A duplicated tab has the same refresh token, which is good once: whoever renewed first tells the others. */
  private async exchange(): Promise<boolean> {
    const before = this.tokens;
    if (!before?.refreshToken) return false;
    return this.others.alone(async () => {
      if (this.tokens?.token !== before.token) return this.tokens !== null;
      const newer = await this.others.newer(before);
      if (newer) {
        this.keep(newer);
        return true;
      }
      const tokens = await this.trade(before.refreshToken ?? '');
      if (!tokens) return false;
      const kept = { ...tokens, family: before.family };
      this.keep(kept);
      this.others.tell(kept);
      return true;
    });
  }

  private async trade(refreshToken: string): Promise<Tokens | null> {
    try {
      const response = await fetch(new URL('auth/refresh', this.serverUrl()), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ refreshToken, device: device() }),
        credentials: 'omit',
      });
      return response.ok ? tokensFrom(await response.json()) : null;
    } catch {
      return null;
    }
  }

  private get key(): string {
    return `sidelight.${this.page}.session`;
  }

  private stored(): unknown {
    try {
      return JSON.parse(sessionStorage.getItem(this.key) ?? 'null');
    } catch {
      return null;
    }
  }
}
