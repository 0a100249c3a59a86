const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The address of a record, if it may be rendered as a link: https alone, and no credentials in it. Plain http passes
 * only from a loopback page to a loopback host: the demo, whose Salesforce is the simulator.
 */
export function recordLink(address: string | null | undefined, pageHost: string): string | null {
  if (!address || !URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.username || url.password) return null;
  const demo = url.protocol === 'http:' && loopback.has(url.hostname) && loopback.has(pageHost);
  return url.protocol === 'https:' || demo ? url.href : null;
}

/** An address that the console sends the admin's browser to for consent: same rule as for records. */
export const consentLink = recordLink;

/** The address of a sibling page: the server serves `/widget.html`, and may serve `/widget` as well. */
export const pageLink = (name: string, from: string): string => (/\/[^/]+\.html$/.test(from) ? `${name}.html` : name);

/** A link that writes to an address; null for what is none. */
export const mailLink = (email: string | null | undefined): string | null =>
  email && /^[^\s@<>"]+@[^\s@<>"]+$/.test(email.trim())
    ? `mailto:${encodeURIComponent(email.trim()).replace('%40', '@')}`
    : null;

/** A link that calls a number: digits and a leading plus alone, an extension after a comma. Null for what is no number. */
export function phoneLink(phone: string | null | undefined): string | null {
  const [number = '', extension] = (phone ?? '').split(/(?:ext\.?|x|ramal|#)/i);
  const digits = number.replace(/[^\d+]/g, '').replace(/(?!^)\+/g, '');
  if (digits.replace('+', '').length < 3) return null;
  const further = extension?.replace(/\D/g, '');
  return `tel:${digits}${further ? `,${further}` : ''}`;
}

/** A link to a website as people write it, with or without https://. Other schemes are none. */
export function siteLink(website: string | null | undefined): string | null {
  const text = website?.trim() ?? '';
  if (!text || /\s/.test(text)) return null;
  const address = /^[a-z][a-z\d+.-]*:/i.test(text) && !/^[^/]+:\d/.test(text) ? text : `https://${text}`;
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const web = url.protocol === 'https:' || url.protocol === 'http:';
  return web && !url.username && !url.password && url.hostname.includes('.') ? url.href : null;
}
