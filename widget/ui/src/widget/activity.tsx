import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from '../components/icon';
import type { EventsFragment, NotesFragment, TasksFragment } from '../generated/graphql';
import { formatDay, formatInstant } from '../lib/format';
import { daysUntil } from '../lib/time';
import { ageText } from '../messages/age';
import { t } from '../messages/card';
import { locale } from '../messages/language';
import { Block, MoreRows, Quiet, RecordName, Unshown } from './block';
import { useReadNotes, useReadTasks } from './context';
import { splitEvents, type Section } from './sections';
import { useMore } from './use-more';

type Note = NonNullable<NotesFragment['nodes']>[number];
type Event = NonNullable<EventsFragment['nodes']>[number];
type Task = NonNullable<TasksFragment['nodes']>[number];

export function Notes({ section, now }: { section: Section<NotesFragment>; now: number }): JSX.Element | null {
  const value = section.state === 'shown' ? section.value : null;
  const notes = useMore(value, useReadNotes());
  if (section.state === 'denied') return null;
  return (
    <Block
      name="notes"
      icon="note"
      title={t('notes')}
      count={value?.totalCount ?? notes.rows.length}
      atLeast={value?.more === true}
    >
      <Unshown section={section} />
      {value && notes.rows.length === 0 && <Quiet>{t('noneNotes')}</Quiet>}
      {notes.rows.length > 0 && (
        <ul class="rows">
          {notes.rows.map((note) => (
            <NoteRow key={note.id} note={note} now={now} />
          ))}
        </ul>
      )}
      <MoreRows of={notes} what={t('notes')} cut={value?.more === true} />
    </Block>
  );
}

// About three lines of the narrowest panel; shorter bodies need no fold.
const longNote = 120;

function NoteRow({ note, now }: { note: Note; now: number }): JSX.Element {
  const [open, setOpen] = useState(false);
  const body = note.body?.trim() ?? '';
  const long = body.length > longNote || body.split('\n').length > 3;
  const written = note.createdAt ?? note.updatedAt;
  const age = ageText(written, now);
  return (
    <li class="row">
      <RecordName name={note.title ?? t('untitled')} url={note.salesforceUrl} />
      {body && (
        <p class={`note-body ${long && !open ? 'clamped' : ''}`} dir="auto">
          {body}
        </p>
      )}
      <div class="row-bottom">
        <time class="soft" dateTime={written ?? undefined} title={formatInstant(written) ?? ''}>
          {note.createdBy?.name ? t('noteBy', { name: note.createdBy.name, age }) : age}
        </time>
        {long && (
          <button type="button" class="link-button" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? t('less') : t('more')}
          </button>
        )}
      </div>
    </li>
  );
}

interface TasksProps {
  readonly open: Section<TasksFragment>;
  readonly done: Section<TasksFragment>;
  readonly now: number;
}

export function Tasks({ open, done, now }: TasksProps): JSX.Element | null {
  const [showDone, setShowDone] = useState(false);
  const first = open.state === 'shown' ? open.value : null;
  const past = done.state === 'shown' ? done.value : null;
  const openTasks = useMore(first, useReadTasks(true));
  const doneTasks = useMore(past, useReadTasks(false));
  if (open.state === 'denied') return null;
  const openCount = first?.totalCount ?? openTasks.rows.length;
  const doneCount = past?.totalCount ?? doneTasks.rows.length;
  return (
    <Block name="tasks" icon="task" title={t('tasks')} count={openCount} atLeast={first?.more === true}>
      <Unshown section={open} />
      {first && openCount + doneCount === 0 && <Quiet>{t('noneTasks')}</Quiet>}
      <TaskRows of={openTasks.rows} now={now} />
      <MoreRows of={openTasks} what={t('tasks')} cut={first?.more === true || openCount > openTasks.rows.length} />
      {past && doneCount > 0 && (
        <>
          <button
            type="button"
            class="link-button fold"
            aria-expanded={showDone}
            onClick={() => setShowDone(!showDone)}
          >
            <Icon name={showDone ? 'up' : 'down'} />
            {past.more ? t('doneMore', { count: doneCount }) : t('done', { count: doneCount })}
          </button>
          {showDone && <TaskRows of={doneTasks.rows} now={now} closed />}
          {showDone && (
            <MoreRows of={doneTasks} what={t('tasks')} cut={past.more === true || doneCount > doneTasks.rows.length} />
          )}
        </>
      )}
    </Block>
  );
}

const TaskRows = ({
  of,
  now,
  closed = false,
}: {
  of: readonly Task[];
  now: number;
  closed?: boolean;
}): JSX.Element | null =>
  of.length > 0 ? (
    <ul class={`rows ${closed ? 'closed' : ''}`}>
      {of.map((task) => (
        <TaskRow key={task.id} task={task} now={now} />
      ))}
    </ul>
  ) : null;

function TaskRow({ task, now }: { task: Task; now: number }): JSX.Element {
  const days = daysUntil(task.dueDate, now);
  const date = formatDay(task.dueDate);
  const overdue = task.open === true && days !== null && days < 0;
  return (
    <li class="row">
      <RecordName name={task.subject ?? t('untitled')} url={task.salesforceUrl} />
      <div class="row-bottom">
        {overdue && (
          <span class="badge bad">
            <Icon name="clock" />
            {t('overdue')}
          </span>
        )}
        {date && (
          <span class={overdue ? 'late' : 'soft'}>{days === 0 && task.open ? t('dueToday') : t('due', { date })}</span>
        )}
        {task.priority === 'High' && task.open && <span class="badge warn">{t('priorityHigh')}</span>}
        {task.status && <span class="soft">{task.status}</span>}
        {task.owner?.name && <span class="soft">{task.owner.name}</span>}
      </div>
    </li>
  );
}

/** How many events are shown before the fold is opened. */
const shownEvents = 5;

export function Events({ section, now }: { section: Section<EventsFragment>; now: number }): JSX.Element | null {
  const [all, setAll] = useState(false);
  if (section.state === 'denied') return null;
  const value = section.state === 'shown' ? section.value : null;
  const { upcoming, past } = splitEvents(value?.nodes ?? [], now);
  const count = upcoming.length + past.length;
  const soon = all ? upcoming : upcoming.slice(0, shownEvents);
  const before = all ? past : past.slice(0, Math.max(0, shownEvents - soon.length));
  const titled = soon.length > 0 && before.length > 0;
  return (
    <Block
      name="events"
      icon="calendar"
      title={t('events')}
      count={value?.totalCount ?? count}
      atLeast={value?.more === true}
    >
      <Unshown section={section} />
      {value && count === 0 && <Quiet>{t('noneEvents')}</Quiet>}
      {titled && <h3>{t('upcoming')}</h3>}
      <EventRows of={soon} now={now} />
      {titled && <h3>{t('past')}</h3>}
      <EventRows of={before} now={now} closed />
      {!all && soon.length + before.length < count && (
        <button
          type="button"
          class="link-button fold"
          aria-label={t('showMore', { what: t('events') })}
          onClick={() => setAll(true)}
        >
          <Icon name="down" />
          {t('more')}
        </button>
      )}
      {(all || count <= shownEvents) && (value?.more === true || (value?.totalCount ?? 0) > count) && (
        <Quiet>{t('moreInSalesforce')}</Quiet>
      )}
    </Block>
  );
}

const EventRows = ({
  of,
  now,
  closed = false,
}: {
  of: readonly Event[];
  now: number;
  closed?: boolean;
}): JSX.Element | null =>
  of.length > 0 ? (
    <ul class={`rows ${closed ? 'closed' : ''}`}>
      {of.map((event) => (
        <EventRow key={event.id} event={event} now={now} />
      ))}
    </ul>
  ) : null;

function EventRow({ event, now }: { event: Event; now: number }): JSX.Element {
  // An all-day event is a calendar day, not an instant: it keeps its date in every time zone.
  const zone = event.allDay ? { timeZone: 'UTC' } : {};
  const start = event.startsAt ? new Date(event.startsAt) : null;
  const end = event.endsAt ? new Date(event.endsAt) : null;
  const part = (options: Intl.DateTimeFormatOptions): string =>
    start ? new Intl.DateTimeFormat(locale(), { ...options, ...zone }).format(start) : '';
  const time = new Intl.DateTimeFormat(locale(), { timeStyle: 'short' });
  const when = event.allDay ? t('allDay') : start ? (end ? time.formatRange(start, end) : time.format(start)) : '';
  const otherYear = start !== null && start.getFullYear() !== new Date(now).getFullYear();
  return (
    <li class="row event">
      <time class="leaf" dateTime={event.startsAt ?? undefined} title={part({ dateStyle: 'full' })}>
        <span>{part({ month: 'short' })}</span>
        <strong class="number">{part({ day: 'numeric' })}</strong>
        {otherYear && <span>{part({ year: 'numeric' })}</span>}
      </time>
      <div class="event-text">
        <RecordName name={event.subject ?? t('untitled')} url={event.salesforceUrl} />
        <div class="row-bottom">
          {when && <span class="soft">{when}</span>}
          {event.location && <span class="soft">{event.location}</span>}
        </div>
      </div>
    </li>
  );
}
