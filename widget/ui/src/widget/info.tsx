import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import { Icon } from '../components/icon';
import type { CardAccountFragment, CardContactFragment, CardFieldFragment } from '../generated/graphql';
import { formatMoney } from '../lib/decimal';
import { formatInstant, formatNumber } from '../lib/format';
import { cardLines, headFields, inOrder } from '../lib/card-fields';
import { mailLink, phoneLink, siteLink } from '../lib/links';
import { formatAddress, formatValue } from '../lib/values';
import { ageText } from '../messages/age';
import { t } from '../messages/card';
import { Block, RecordName } from './block';

const shownFields = 4;

/** One line of the card, and the mapped fields that it tells: their stories stand behind it. */
interface Line {
  /** The API's name of it. */
  readonly name: string;
  readonly label: string;
  readonly value: string | null | undefined;
  readonly of: readonly string[];
  readonly copy?: boolean;
  readonly link?: string | null;
}

const words = (): { yes: string; no: string } => ({ yes: t('yes'), no: t('no') });

interface PartProps {
  readonly now: number;
  /** The fields that stand first. */
  readonly order: readonly string[];
}

export function ContactInfo({
  contact,
  order,
  now,
}: PartProps & { readonly contact: CardContactFragment }): JSX.Element | null {
  const of = cardLines.CONTACT;
  const lines: Line[] = [
    { name: 'email', label: t('email'), value: contact.email, of: of.email, copy: true, link: mailLink(contact.email) },
    {
      name: 'phone',
      label: t('phone'),
      value: contact.phone,
      of: of.phone,
      copy: true,
      link: phoneLink(contact.phone),
    },
    {
      name: 'mobile',
      label: t('mobile'),
      value: contact.mobile,
      of: of.mobile,
      copy: true,
      link: phoneLink(contact.mobile),
    },
    { name: 'title', label: t('title'), value: contact.title, of: of.title },
    { name: 'department', label: t('department'), value: contact.department, of: of.department },
    {
      name: 'mailingAddress',
      label: t('address'),
      value: formatAddress(contact.mailingAddress),
      of: of.mailingAddress,
    },
    { name: 'owner', label: t('owner'), value: contact.owner?.name, of: of.owner },
  ];
  return (
    <Info
      name="contact"
      icon="person"
      title={t('contactInfo')}
      lines={lines}
      told={headFields.CONTACT}
      order={order}
      fields={contact.fields ?? []}
      now={now}
    />
  );
}

export function AccountInfo({
  account,
  order,
  now,
}: PartProps & { readonly account: CardAccountFragment }): JSX.Element | null {
  const of = cardLines.ACCOUNT;
  const lines: Line[] = [
    {
      name: 'website',
      label: t('website'),
      value: account.website,
      of: of.website,
      copy: true,
      link: siteLink(account.website),
    },
    {
      name: 'phone',
      label: t('phone'),
      value: account.phone,
      of: of.phone,
      copy: true,
      link: phoneLink(account.phone),
    },
    { name: 'industry', label: t('industry'), value: account.industry, of: of.industry },
    {
      name: 'annualRevenue',
      label: t('revenue'),
      value: formatMoney(account.annualRevenue, null),
      of: of.annualRevenue,
    },
    {
      name: 'numberOfEmployees',
      label: t('employees'),
      value: account.numberOfEmployees === null ? null : formatNumber(account.numberOfEmployees),
      of: of.numberOfEmployees,
    },
    {
      name: 'billingAddress',
      label: t('address'),
      value: formatAddress(account.billingAddress),
      of: of.billingAddress,
    },
    { name: 'owner', label: t('owner'), value: account.owner?.name, of: of.owner },
  ];
  return (
    <Info
      name="account"
      icon="building"
      title={t('accountInfo')}
      record={{ name: account.name, url: account.salesforceUrl }}
      lines={lines}
      told={headFields.ACCOUNT}
      order={order}
      fields={account.fields ?? []}
      now={now}
    />
  );
}

interface InfoProps {
  readonly name: 'contact' | 'account';
  readonly icon: 'person' | 'building';
  readonly title: string;
  readonly record?: { name: string | null; url: string | null };
  readonly lines: readonly Line[];
  /** Mapped fields that the head of the card tells. */
  readonly told: readonly string[];
  readonly order: readonly string[];
  readonly fields: readonly CardFieldFragment[];
  readonly now: number;
}

function Info({ name, icon, title, record, lines, told, order, fields, now }: InfoProps): JSX.Element | null {
  const [all, setAll] = useState(false);
  const filled = lines.filter((line) => line.value);
  const elsewhere = new Set([...told, ...lines.flatMap((line) => line.of)]);
  const rest = fields.flatMap((field) => {
    const text = elsewhere.has(field.name) ? null : formatValue(field.value, words());
    return text === null ? [] : [{ name: field.name, field, text }];
  });
  const head = fields.filter((field) => told.includes(field.name) && formatValue(field.value, words()) !== null);
  if (filled.length === 0 && rest.length === 0 && !record?.name) return null;
  // A field that the admin put in order is worth seeing: it does not count among those that are folded away.
  const ordered = rest.filter((one) => order.includes(one.name));
  const others = rest.filter((one) => !order.includes(one.name));
  const visible = [...ordered, ...(all ? others : others.slice(0, shownFields))];
  const rows = inOrder([...filled, ...visible], order, (one) => one.name);
  return (
    <Block name={name} icon={icon} title={title}>
      {record?.name && (
        <p class="info-name">
          <RecordName name={record.name} url={record.url} />
        </p>
      )}
      <dl class="info">
        {rows.map((row) =>
          'field' in row ? (
            <Told
              key={row.name}
              label={row.field.label ?? row.name}
              text={row.text}
              link={null}
              copy={false}
              fields={[row.field]}
              now={now}
            />
          ) : (
            <Told
              key={row.name}
              label={row.label}
              text={row.value ?? ''}
              link={row.link ?? null}
              copy={row.copy === true}
              fields={fields.filter((field) => row.of.includes(field.name))}
              now={now}
            />
          ),
        )}
        {all &&
          head.map((field) => (
            <Told
              key={field.name}
              label={field.label ?? field.name}
              text={formatValue(field.value, words()) ?? ''}
              link={null}
              copy={false}
              fields={[field]}
              now={now}
            />
          ))}
      </dl>
      {(others.length > shownFields || head.length > 0) && (
        <button type="button" class="link-button fold" aria-expanded={all} onClick={() => setAll(!all)}>
          <Icon name={all ? 'up' : 'down'} />
          {all ? t('fewerFields') : t('moreFields', { count: rest.length - visible.length + head.length })}
        </button>
      )}
    </Block>
  );
}

interface ToldProps {
  readonly label: string;
  readonly text: string;
  readonly link: string | null;
  readonly copy: boolean;
  readonly fields: readonly CardFieldFragment[];
  readonly now: number;
}

/** A value, with the story of where it came from behind a button. */
function Told({ label, text, link, copy, fields, now }: ToldProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const id = useId();
  const web = link?.startsWith('http') ? { target: '_blank', rel: 'noopener noreferrer' } : {};
  return (
    <div class="info-row">
      <dt>{label}</dt>
      <dd>
        {link ? (
          <a href={link} {...web} dir="auto">
            {text}
          </a>
        ) : (
          <span dir="auto">{text}</span>
        )}
        {copy && <Copy what={label} text={text} />}
        {fields.length > 0 && (
          <button
            type="button"
            class="icon-button tiny"
            aria-label={t('whyOf', { field: label })}
            title={t('why')}
            aria-expanded={open}
            aria-controls={open ? id : undefined}
            onClick={() => setOpen(!open)}
          >
            <Icon name="info" />
          </button>
        )}
        {open && (
          <span class="story" id={id}>
            {fields.map((field) => (
              <span key={field.name}>
                {fields.length > 1 && <strong>{field.label ?? field.name}: </strong>}
                {story(field, now)}
              </span>
            ))}
          </span>
        )}
      </dd>
    </div>
  );
}

/** Where a value came from, when, by which rule, and what it replaced. */
export function story(field: CardFieldFragment, now: number): string {
  const rule = field.rule ? `${t('ruleIs', { rule: t(`rule.${field.rule}`) })}.` : '';
  if (!field.source) return [t('sourceUnwritten'), rule].filter(Boolean).join(' ');
  const source = t(field.source === 'DESK' ? 'sourceDesk' : 'sourceSalesforce');
  const when = field.changedAt ? `, ${ageText(field.changedAt, now)} (${formatInstant(field.changedAt) ?? ''})` : '';
  const replaced = formatValue(field.replaced, words());
  const before = replaced ? t('replaced', { value: replaced }) : t('replacedBlank');
  return [`${source}${when}.`, `${before}.`, rule].filter(Boolean).join(' ');
}

function Copy({ what, text }: { what: string; text: string }): JSX.Element | null {
  const [copied, setCopied] = useState(false);
  // The clipboard is closed to frames that were not given it, and to pages without TLS.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (!clipboard) return null;
  const copy = (): void => {
    clipboard.writeText(text).then(
      () => {
        setCopied(true);
        setTimeout(() => setCopied(false), 1500);
      },
      () => undefined,
    );
  };
  const label = copied ? t('copied') : t('copy', { what });
  return (
    <button type="button" class="icon-button tiny" aria-label={label} title={label} onClick={copy}>
      <Icon name={copied ? 'check' : 'copy'} />
    </button>
  );
}
