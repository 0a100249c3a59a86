import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Client } from '../api/client';
import {
  MoreNotesDocument,
  MoreOpportunitiesDocument,
  MoreTasksDocument,
  type CustomerKey,
  type NotesFragment,
  type OpportunitiesFragment,
  type TasksFragment,
} from '../generated/graphql';

/** Whose card it is, and how further rows of it are read. */
export interface CardContext {
  readonly client: Client;
  readonly by: CustomerKey;
  readonly contact: boolean;
  readonly account: boolean;
}

const Context = createContext<CardContext | null>(null);
export const CardProvider = Context.Provider;

export function useCardContext(): CardContext {
  const context = useContext(Context);
  if (!context) throw new Error('There is no card around this part.');
  return context;
}

export function useReadOpportunities(open: boolean): (after: string) => Promise<OpportunitiesFragment | null> {
  const { client, ...of } = useCardContext();
  return async (after) => {
    const { customer } = (await client.send(MoreOpportunitiesDocument, { ...of, open, after })).data;
    return (customer?.contact ?? customer?.account)?.opportunities ?? null;
  };
}

export function useReadNotes(): (after: string) => Promise<NotesFragment | null> {
  const { client, ...of } = useCardContext();
  return async (after) => {
    const { customer } = (await client.send(MoreNotesDocument, { ...of, after })).data;
    return (customer?.contact ?? customer?.account)?.notes ?? null;
  };
}

export function useReadTasks(open: boolean): (after: string) => Promise<TasksFragment | null> {
  const { client, ...of } = useCardContext();
  return async (after) => {
    const { customer } = (await client.send(MoreTasksDocument, { ...of, open, after })).data;
    return (customer?.contact ?? customer?.account)?.tasks ?? null;
  };
}
