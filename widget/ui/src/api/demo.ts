/** What the demo's pages begin with. The server answers it in the demo alone. */
export interface DemoSession {
  readonly tokens: readonly {
    readonly label: string;
    readonly profile: string;
    readonly scope: string;
    readonly token: string;
  }[];
  readonly tickets: readonly DemoTicket[];
}

export interface DemoTicket {
  readonly id: string;
  readonly number: string;
  readonly subject: string;
  readonly contactName: string;
  readonly email: string;
}

/** The demo's session; null where there is none, as with real accounts. */
export async function demoSession(): Promise<DemoSession | null> {
  try {
    const response = await fetch(new URL('demo/session', location.href), { credentials: 'omit' });
    return response.ok ? ((await response.json()) as DemoSession) : null;
  } catch {
    return null;
  }
}
