import type { Side, SyncObject } from '../../generated/graphql';
import { t } from '../../messages/console';
import { formatInstant } from '../../lib/format';

export const sideName = (side: Side): string => (side === 'DESK' ? t('desk') : t('salesforce'));
export const objectName = (object: SyncObject): string => (object === 'CONTACT' ? t('contacts') : t('accounts'));
export const when = (instant: string | null | undefined): string => formatInstant(instant) ?? '—';

/** A field's value out of the journal or a conflict. */
export const shown = (value: unknown): string =>
  value === null || value === undefined
    ? t('blank')
    : typeof value === 'string'
      ? value
      : typeof value === 'boolean'
        ? t(value ? 'yes' : 'no')
        : JSON.stringify(value);
