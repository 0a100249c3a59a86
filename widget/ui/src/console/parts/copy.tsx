import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from '../../components/icon';
import { t } from '../../messages/console';

/** Copies a text; absent where the clipboard is closed to the page. */
export function Copy({ text, what }: { text: string; what: string }): JSX.Element | null {
  const [copied, setCopied] = useState(false);
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (!clipboard) return null;
  const copy = (): void => {
    clipboard.writeText(text).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <button type="button" class="button slim" aria-label={t('copyWhat', { what })} onClick={copy}>
      <Icon name={copied ? 'check' : 'copy'} />
      {t(copied ? 'copied' : 'copy')}
    </button>
  );
}
