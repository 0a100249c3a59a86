import { customerKey } from '../lib/key';
import { t } from '../messages/card';
import { followHost } from '../messages/language';
import type { CustomerKey } from '../generated/graphql';

/** The part of Zoho Desk's extension SDK that the widget uses. The script is loaded inside Desk alone, by the extension's page. */
interface DeskSdk {
  readonly extension: {
    onload(): Promise<{
      readonly locale?: string;
      readonly instance: { on(event: string, listener: () => void): void };
    }>;
  };
  get(name: string): Promise<Readonly<Record<string, unknown>>>;
  notify?(notice: { title: string; content: string; icon: 'success' | 'failure' | 'warning' | 'alert' }): void;
}

declare global {
  interface Window {
    ZOHODESK?: DeskSdk;
  }
}

/** Where the widget runs: which server it asks, and for whom. */
export interface Host {
  readonly serverUrl: string;
  readonly key: CustomerKey | null;
  /** Called with the new customer when the agent moves on to another record without the page being loaded again. */
  onMove(listener: (key: CustomerKey | null) => void): void;
}

const idOf = (answer: Readonly<Record<string, unknown>>, name: string): string | null => {
  const record = answer[name];
  const id = typeof record === 'object' && record !== null ? (record as Record<string, unknown>).id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null;
};

/** The configured server, if it is an https address; a path is kept so that the server can live under one. */
export function serverAddress(config: unknown): string | null {
  if (!Array.isArray(config)) return null;
  const entry = config.find((item: unknown) => (item as { name?: unknown } | null)?.name === 'server_url') as
    { value?: unknown } | undefined;
  const value = typeof entry?.value === 'string' ? entry.value.trim() : '';
  if (!URL.canParse(value)) return null;
  const url = new URL(value);
  return url.protocol === 'https:' ? url.href.replace(/\/*$/, '/') : null;
}

/** The record of the Desk page that the widget stands on. A page of another kind has no such record: the SDK rejects. */
async function deskKey(sdk: DeskSdk): Promise<CustomerKey | null> {
  const read = async (name: string): Promise<string | null> => {
    try {
      return idOf(await sdk.get(name), name);
    } catch {
      return null;
    }
  };
  const ticket = await read('ticket');
  if (ticket) return { deskTicketId: ticket };
  const contact = await read('contact');
  if (contact) return { deskContactId: contact };
  const account = await read('account');
  return account ? { deskAccountId: account } : null;
}

async function deskHost(sdk: DeskSdk): Promise<Host> {
  const app = await sdk.extension.onload();
  followHost(app.locale);
  const config = await sdk.get('extension.config');
  const serverUrl = serverAddress(config['extension.config']);
  if (!serverUrl) throw new Error(t('noServer'));
  return {
    serverUrl,
    key: await deskKey(sdk),
    onMove: (listener) => app.instance.on('ticket_Shift', () => void deskKey(sdk).then(listener)),
  };
}

/** Inside Desk the SDK says who the customer is; elsewhere the page's own address does. */
export function openHost(): Promise<Host> {
  if (window.ZOHODESK) return deskHost(window.ZOHODESK);
  return Promise.resolve({
    serverUrl: new URL('./', location.href).href,
    key: customerKey(location.search),
    onMove: () => undefined,
  });
}
