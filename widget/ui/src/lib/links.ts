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
