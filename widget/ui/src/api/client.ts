import type { TypedDocumentString } from '../generated/graphql';
import { eventReader } from './events';
import type { Session } from './session';

/** A field that the caller's profile may not see, named once by the server in `extensions.accessDenied`. */
export interface AccessDenied {
  readonly field: string;
  readonly needs: string | null;
}

/** One entry of `errors`; `path` is empty when the whole request was refused. */
export interface Problem {
  readonly message: string;
  readonly code: string;
  readonly path: readonly (string | number)[];
}

/** What the server answered. `data` may be partial: then `problems` says which fields are missing, and why. */
export interface Answer<T> {
  readonly data: T;
  readonly problems: readonly Problem[];
  readonly denied: readonly AccessDenied[];
}

/** The request brought no data at all. `code` is the server's, or NETWORK when no answer came. */
export class RequestError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'RequestError';
  }
}

/** Longer than the server's own deadline for a cold customer card. */
const timeoutMilliseconds = 25_000;

type Json = Record<string, unknown>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown, otherwise: string): string =>
  typeof value === 'string' && value !== '' ? value : otherwise;

function problemsOf(body: Json): Problem[] {
  if (!Array.isArray(body.errors)) return [];
  return body.errors.filter(isJson).map((error) => {
    const extensions = isJson(error.extensions) ? error.extensions : {};
    const path = Array.isArray(error.path) ? error.path : [];
    return {
      message: text(error.message, 'The server reported an error.'),
      code: text(extensions.code, 'INTERNAL'),
      path: path.filter((step): step is string | number => typeof step === 'string' || typeof step === 'number'),
    };
  });
}

function deniedOf(body: Json): AccessDenied[] {
  const extensions = body.extensions;
  if (!isJson(extensions) || !Array.isArray(extensions.accessDenied)) return [];
  return extensions.accessDenied.filter(isJson).map((entry) => ({
    field: text(entry.field, ''),
    needs: typeof entry.needs === 'string' ? entry.needs : null,
  }));
}

/** Reads a GraphQL answer, keeping partial data. Throws RequestError when there is none. */
export function readAnswer<T>(status: number, body: unknown): Answer<T> {
  if (!isJson(body))
    throw new RequestError('BAD_ANSWER', `The server answered with status ${status} and no GraphQL result.`);
  const problems = problemsOf(body);
  const data = body.data;
  const [first] = problems;
  if (!isJson(data)) {
    throw new RequestError(
      first?.code ?? (status === 401 ? 'UNAUTHENTICATED' : 'BAD_ANSWER'),
      first?.message ?? `The server answered with status ${status}.`,
    );
  }
  // Without any field left, partial data is no data: the page has nothing to show but the reason.
  if (
    first &&
    Object.values(data).every((value) => value === null) &&
    problems.some((problem) => problem.path.length <= 1)
  ) {
    throw new RequestError(first.code, first.message);
  }
  return { data: data as T, problems, denied: deniedOf(body) };
}

/** Sends typed operations to one GraphQL endpoint with the session's bearer token. */
export class Client {
  constructor(
    private readonly endpoint: string,
    private readonly session: Session,
  ) {}

  async send<T, V extends Json>(
    document: TypedDocumentString<T, V>,
    variables: V,
    signal?: AbortSignal,
  ): Promise<Answer<T>> {
    try {
      return await this.post(document, variables, signal);
    } catch (error) {
      if (!(error instanceof RequestError) || error.code !== 'UNAUTHENTICATED') throw error;
      if (!(await this.session.renew())) throw error;
      return this.post(document, variables, signal);
    }
  }

  /**
   * Follows a subscription until the signal ends it, the server ends it, or the connection is lost; then it resolves. What an event brings is not
   * read: it is a sign that something has moved.
   */
  async follow<T, V extends Json>(
    document: TypedDocumentString<T, V>,
    variables: V,
    moved: () => void,
    signal: AbortSignal,
  ): Promise<void> {
    const response = await fetch(this.endpoint, {
      method: 'POST',
      headers: { ...this.headers(), Accept: 'text/event-stream' },
      body: JSON.stringify({ query: document.toString(), variables }),
      credentials: 'omit',
      signal,
    });
    if (!response.ok || !response.body)
      throw new RequestError(
        response.status === 401 ? 'UNAUTHENTICATED' : 'BAD_ANSWER',
        'The server does not send changes.',
      );
    const read = eventReader();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      for (const event of read(value)) {
        if (event.name === 'complete') return;
        if (event.name === 'next') moved();
      }
    }
  }

  private headers(): Record<string, string> {
    const headers: Record<string, string> = { 'Content-Type': 'application/json' };
    if (this.session.token) headers.Authorization = `Bearer ${this.session.token}`;
    return headers;
  }

  private async post<T, V extends Json>(
    document: TypedDocumentString<T, V>,
    variables: V,
    signal?: AbortSignal,
  ): Promise<Answer<T>> {
    const headers = { ...this.headers(), Accept: 'application/graphql-response+json, application/json;q=0.9' };
    const deadline = AbortSignal.timeout(timeoutMilliseconds);
    let status = 0;
    let body: unknown;
    try {
      const response = await fetch(this.endpoint, {
        method: 'POST',
        headers,
        body: JSON.stringify({ query: document.toString(), variables }),
        credentials: 'same-origin', // the consent at a vendor is tied to this browser by a cookie
        signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      });
      status = response.status;
      body = await response.json();
    } catch (error) {
      if (signal?.aborted) throw error;
      if (status === 401) throw new RequestError('UNAUTHENTICATED', 'Sign in again.');
      if (status === 429) throw new RequestError('RATE_LIMITED', 'Too many requests; try again shortly.');
      throw new RequestError('NETWORK', 'The Sidelight server cannot be reached.');
    }
    return readAnswer<T>(status, body);
  }
}

/** The code of whatever was thrown by Client.send. */
export const codeOf = (error: unknown): string => (error instanceof RequestError ? error.code : 'INTERNAL');
