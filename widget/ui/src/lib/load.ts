/** How far the first load is. Reading both sides and writing what is owed are taken for halves. */
export interface Whole {
  /** From 0 to 1. */
  readonly share: number;
  /** Seconds that are left at the pace so far; null while that cannot be told. */
  readonly left: number | null;
}

interface Step {
  readonly phase: string;
  readonly done: number;
  readonly total: number | null;
}

/** Before that much is done, an estimate would be a guess. */
const tellable = 0.03;

/** The whole load, from the step that is under way and since when the load runs. Null where no step is. */
export function wholeLoad(step: Step | null, startedAt: string | null, now: number): Whole | null {
  if (!step) return null;
  const part = step.total ? Math.min(step.done / step.total, 1) : 0;
  const share = step.phase === 'DONE' ? 1 : step.phase === 'WRITING' ? 0.5 + part / 2 : part / 2;
  const began = Date.parse(startedAt ?? '');
  const spent = (now - began) / 1000;
  return { share, left: share > tellable && spent > 1 ? (spent * (1 - share)) / share : null };
}
