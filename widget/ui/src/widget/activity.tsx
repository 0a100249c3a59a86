import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from '../components/icon';
import type { CardEventsFragment, CardNotesFragment, CardTasksFragment } from '../generated/graphql';
import { daysUntil, formatDay } from '../lib/time';
import { ageText, locale, t } from '../messages';
import { Block, Quiet, RecordName, unavailable } from './block';
import { byDueDate, splitEvents, type Section } from './sections';

type Note = NonNullable<CardNotesFragment['nodes']>[number];
type Event = NonNullable<CardEventsFragment['nodes']>[number];
type Task = NonNullable<CardTasksFragment['nodes']>[number];

const beyond = (total: number | null, shown: number): number => Math.max(0, (total ?? 0) - shown);

export function Notes({ section, now }: { section: Section<CardNotesFragment>; now: number }): JSX.Element | null {
  if (section.state === 'denied') return null;
  const rows = section.state === 'shown' ? section.value.nodes ?? [] : [];
  const total = section.state === 'shown' ? section.value.totalCount ?? rows.length : 0;
  return (
    <Block name="notes" icon="note" title={t('notes')} count={total}>
      {unavailable(section) && <Quiet>{unavailable(section)}</Quiet>}
      {section.state === 'shown' && rows.length === 0 && <Quiet>{t('noneNotes')}</Quiet>}
      <ul class="rows">{rows.map((note) => <NoteRow key={note.id} note={note} now={now} />)}</ul>
      {beyond(total, rows.length) > 0 && <Quiet>{t('andMore', { count: beyond(total, rows.length) })}</Quiet>}
    </Block>
  );
}

// About three lines of the narrowest panel; shorter bodies need no fold.
const longNote = 120;

function NoteRow({ note, now }: { note: Note; now: number }): JSX.Element {
  const [open, setOpen] = useState(false);
  const body = note.body?.trim() ?? '';
  const long = body.length > longNote || body.split('\n').length > 3;
  const age = ageText(note.createdAt ?? note.updatedAt, now);
  return (
    <li class="row">
      <RecordName name={note.title ?? t('untitled')} url={note.salesforceUrl} />
      {body && <p class={`note-body ${long && !open ? 'clamped' : ''}`}>{body}</p>}
      <div class="row-bottom">
        <span class="soft">{note.createdBy?.name ? t('noteBy', { name: note.createdBy.name, age }) : age}</span>
        {long && <button type="button" class="link-button" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? t('less') : t('more')}</button>}
      </div>
    </li>
  );
}

export function Tasks({ section, now }: { section: Section<CardTasksFragment>; now: number }): JSX.Element | null {
  const [showDone, setShowDone] = useState(false);
  if (section.state === 'denied') return null;
  const rows = section.state === 'shown' ? section.value.nodes ?? [] : [];
  const open = rows.filter((task) => task.open).sort(byDueDate);
  const done = rows.filter((task) => !task.open);
  return (
    <Block name="tasks" icon="task" title={t('tasks')} count={open.length}>
      {unavailable(section) && <Quiet>{unavailable(section)}</Quiet>}
      {section.state === 'shown' && rows.length === 0 && <Quiet>{t('noneTasks')}</Quiet>}
      <ul class="rows">{open.map((task) => <TaskRow key={task.id} task={task} now={now} />)}</ul>
      {done.length > 0 && (
        <button type="button" class="link-button fold" aria-expanded={showDone} onClick={() => setShowDone(!showDone)}>
          <Icon name={showDone ? 'up' : 'down'} />{t('done', { count: done.length })}
        </button>
      )}
      {showDone && <ul class="rows closed">{done.map((task) => <TaskRow key={task.id} task={task} now={now} />)}</ul>}
    </Block>
  );
}

function TaskRow({ task, now }: { task: Task; now: number }): JSX.Element {
  const days = daysUntil(task.dueDate, now);
  const date = formatDay(task.dueDate, locale);
  const overdue = task.open === true && days !== null && days < 0;
  return (
    <li class="row">
      <RecordName name={task.subject ?? t('untitled')} url={task.salesforceUrl} />
      <div class="row-bottom">
        {overdue && <span class="badge bad"><Icon name="clock" />{t('overdue')}</span>}
        {date && <span class={overdue ? 'late' : 'soft'}>{days === 0 && task.open ? t('dueToday') : t('due', { date })}</span>}
        {task.priority === 'High' && task.open && <span class="badge warn">{t('priorityHigh')}</span>}
        {task.status && <span class="soft">{task.status}</span>}
        {task.owner?.name && <span class="soft">{task.owner.name}</span>}
      </div>
    </li>
  );
}

export function Events({ section, now }: { section: Section<CardEventsFragment>; now: number }): JSX.Element | null {
  if (section.state === 'denied') return null;
  const rows = section.state === 'shown' ? section.value.nodes ?? [] : [];
  const { upcoming, past } = splitEvents(rows, now);
  return (
    <Block name="events" icon="calendar" title={t('events')} count={upcoming.length}>
      {unavailable(section) && <Quiet>{unavailable(section)}</Quiet>}
      {section.state === 'shown' && rows.length === 0 && <Quiet>{t('noneEvents')}</Quiet>}
      {upcoming.length > 0 && past.length > 0 && <h3>{t('upcoming')}</h3>}
      <ul class="rows">{upcoming.map((event) => <EventRow key={event.id} event={event} />)}</ul>
      {upcoming.length > 0 && past.length > 0 && <h3>{t('past')}</h3>}
      <ul class="rows closed">{past.map((event) => <EventRow key={event.id} event={event} />)}</ul>
    </Block>
  );
}

function EventRow({ event }: { event: Event }): JSX.Element {
  // An all-day event is a calendar day, not an instant: it keeps its date in every time zone.
  const zone = event.allDay ? { timeZone: 'UTC' } : {};
  const start = event.startsAt ? new Date(event.startsAt) : null;
  const end = event.endsAt ? new Date(event.endsAt) : null;
  const part = (options: Intl.DateTimeFormatOptions): string => (start ? new Intl.DateTimeFormat(locale, { ...options, ...zone }).format(start) : '');
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  const when = event.allDay ? t('allDay') : start ? (end ? time.formatRange(start, end) : time.format(start)) : '';
  return (
    <li class="row event">
      <time class="leaf" dateTime={event.startsAt ?? undefined} title={part({ dateStyle: 'full' })}>
        <span>{part({ month: 'short' })}</span>
        <strong class="number">{part({ day: 'numeric' })}</strong>
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
