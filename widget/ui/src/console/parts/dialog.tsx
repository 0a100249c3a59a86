import { createContext, type ComponentChildren, type JSX } from 'preact';
import { useContext, useEffect, useId, useRef, useState } from 'preact/hooks';
import { Icon } from '../../components/icon';
import { t } from '../../messages/console';

interface DialogProps {
  readonly title: string;
  readonly close: () => void;
  readonly drawer?: boolean;
  readonly children: ComponentChildren;
}

/** A modal dialog: the browser keeps the focus in it, and gives it back. Escape closes it. */
export function Dialog({ title, close, drawer = false, children }: DialogProps): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={drawer ? 'drawer' : 'dialog'}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" class="icon-button" aria-label={t('close')} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </dialog>
  );
}

/** What is asked before something large: what it would do, in sentences with figures. */
export interface Question {
  readonly title: string;
  readonly facts: readonly string[];
  readonly confirm: string;
  readonly danger?: boolean;
  /** The word that has to be typed first. */
  readonly word?: string;
}

type Ask = (question: Question) => Promise<boolean>;

const AskContext = createContext<Ask>(() => Promise.resolve(false));

/** Asks before something large is done; resolves to whether it is meant. */
export const useAsk = (): Ask => useContext(AskContext);

/** Gives the screens below it a way to ask. */
export function Asking({ children }: { children: ComponentChildren }): JSX.Element {
  const [open, setOpen] = useState<{ question: Question; answer: (meant: boolean) => void } | null>(null);
  const ask: Ask = (question) => new Promise((answer) => setOpen({ question, answer }));
  const end = (meant: boolean): void => {
    open?.answer(meant);
    setOpen(null);
  };
  return (
    <AskContext.Provider value={ask}>
      {children}
      {open && <Asked question={open.question} end={end} />}
    </AskContext.Provider>
  );
}

function Asked({ question, end }: { question: Question; end: (meant: boolean) => void }): JSX.Element {
  const [word, setWord] = useState('');
  return (
    <Dialog title={question.title} close={() => end(false)}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          end(true);
        }}
      >
        <ul class="facts">
          {question.facts.map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
        </ul>
        {question.word && (
          <label>
            {t('typeWord', { word: question.word })}
            <input value={word} autocomplete="off" onInput={(event) => setWord(event.currentTarget.value)} />
          </label>
        )}
        <div class="row end">
          <button type="button" class="button" onClick={() => end(false)}>
            {t('cancel')}
          </button>
          <button
            type="submit"
            class={`button ${question.danger ? 'danger solid' : 'primary'}`}
            disabled={question.word !== undefined && word !== question.word}
          >
            {question.confirm}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
