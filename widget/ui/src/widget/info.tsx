import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import { Icon } from '../components/icon';
import type { CardAccountFragment, CardContactFragment, CardFieldFragment } from '../generated/graphql';
import { formatMoney } from '../lib/decimal';
import { formatAddress, formatValue, remainingFields } from '../lib/values';
import { ageText, locale, t } from '../messages';
import { Block, RecordName } from './block';

const words = { yes: t('yes'), no: t('no') };
const shownFields = 4;

interface Line {
  readonly label: string;
  readonly value: string | null | undefined;
  readonly copy?: boolean;
}

export function ContactInfo({ contact, now }: { contact: CardContactFragment; now: number }): JSX.Element | null {
  const lines: Line[] = [
    { label: t('email'), value: contact.email, copy: true },
    { label: t('phone'), value: contact.phone, copy: true },
    { label: t('mobile'), value: contact.mobile, copy: true },
    { label: t('department'), value: contact.department },
    { label: t('address'), value: formatAddress(contact.mailingAddress) },
    { label: t('owner'), value: contact.owner?.name },
  ];
  const shown = [contact.name, contact.title, ...partsOf(contact.name), ...addressParts(contact.mailingAddress)];
  return <Info name="contact" icon="person" title={t('contactInfo')} lines={lines} shown={shown} fields={contact.fields ?? []} now={now} />;
}

export function AccountInfo({ account, now }: { account: CardAccountFragment; now: number }): JSX.Element | null {
  const lines: Line[] = [
    { label: t('website'), value: account.website, copy: true },
    { label: t('phone'), value: account.phone, copy: true },
    { label: t('industry'), value: account.industry },
    { label: t('revenue'), value: formatMoney(account.annualRevenue, null, locale) },
    { label: t('employees'), value: account.numberOfEmployees?.toLocaleString(locale) },
    { label: t('address'), value: formatAddress(account.billingAddress) },
    { label: t('owner'), value: account.owner?.name },
  ];
  const shown = [account.name, account.annualRevenue, String(account.numberOfEmployees), ...addressParts(account.billingAddress)];
  return <Info name="account" icon="building" title={t('accountInfo')} record={{ name: account.name, url: account.salesforceUrl }} lines={lines} shown={shown} fields={account.fields ?? []} now={now} />;
}

const partsOf = (name: string | null): string[] => {
  const words = name?.split(/\s+/) ?? [];
  return words.flatMap((_, index) => [words.slice(0, index + 1).join(' '), words.slice(index).join(' ')]);
};

const addressParts = (address: CardContactFragment['mailingAddress']): (string | null)[] =>
  address ? [address.street, address.city, address.state, address.postalCode, address.country] : [];

interface InfoProps {
  readonly name: 'contact' | 'account';
  readonly icon: 'person' | 'building';
  readonly title: string;
  readonly record?: { name: string | null; url: string | null };
  readonly lines: readonly Line[];
  readonly shown: readonly (string | null)[];
  readonly fields: readonly CardFieldFragment[];
  readonly now: number;
}

function Info({ name, icon, title, record, lines, shown, fields, now }: InfoProps): JSX.Element | null {
  const [all, setAll] = useState(false);
  const filled = lines.filter((line) => line.value);
  const rest = remainingFields(fields, [...shown, ...filled.map((line) => line.value ?? null)], words);
  if (filled.length === 0 && rest.length === 0) return null;
  const visible = all ? rest : rest.slice(0, shownFields);
  return (
    <Block name={name} icon={icon} title={title}>
      {record?.name && <p class="info-name"><RecordName name={record.name} url={record.url} /></p>}
      <dl class="info">
        {filled.map((line) => (
          <div class="info-row" key={line.label}>
            <dt>{line.label}</dt>
            <dd>{line.value}{line.copy && line.value && <Copy what={line.label} text={line.value} />}</dd>
          </div>
        ))}
        {visible.map((field) => <Mapped key={field.name} field={field} text={field.text} now={now} />)}
      </dl>
      {rest.length > shownFields && (
        <button type="button" class="link-button fold" aria-expanded={all} onClick={() => setAll(!all)}>
          <Icon name={all ? 'up' : 'down'} />{all ? t('fewerFields') : t('moreFields', { count: rest.length - shownFields })}
        </button>
      )}
    </Block>
  );
}

/** A mapped field, with the story of its value behind a button. */
function Mapped({ field, text, now }: { field: CardFieldFragment; text: string; now: number }): JSX.Element {
  const [open, setOpen] = useState(false);
  const id = useId();
  const replaced = formatValue(field.replaced, words);
  const story = field.source
    ? [
        `${t(field.source === 'DESK' ? 'sourceDesk' : 'sourceSalesforce')}${field.changedAt ? `, ${ageText(field.changedAt, now)}` : ''}.`,
        replaced ? `${t('replaced', { value: replaced })}.` : '',
      ].join(' ')
    : null;
  return (
    <div class="info-row">
      <dt>{field.label ?? field.name}</dt>
      <dd>
        {text}
        {story && (
          <button type="button" class="icon-button tiny" aria-label={`${t('why')} ${field.label ?? field.name}`} title={t('why')} aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
            <Icon name="info" />
          </button>
        )}
        {story && open && <span class="story" id={id}>{story}</span>}
      </dd>
    </div>
  );
}

function Copy({ what, text }: { what: string; text: string }): JSX.Element | null {
  const [copied, setCopied] = useState(false);
  // The clipboard is closed to frames that were not given it, and to pages without TLS.
  if (!navigator.clipboard) return null;
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    }, () => undefined);
  };
  return (
    <button type="button" class="icon-button tiny" aria-label={copied ? t('copied') : t('copy', { what })} title={copied ? t('copied') : t('copy', { what })} onClick={copy}>
      <Icon name={copied ? 'check' : 'copy'} />
    </button>
  );
}
