const shape = /^(-?)(\d+)(?:\.(\d+))?$/;

/** Adds exact decimals (JSON strings of the API) without going through floating point. Text that is no decimal is skipped. */
export function sumDecimals(values: readonly string[]): string {
  const parts = values.map((value) => shape.exec(value.trim())).filter((match) => match !== null);
  const scale = Math.max(0, ...parts.map((match) => match[3]?.length ?? 0));
  const total = parts.reduce((sum, [, sign, whole = '0', fraction = '']) => {
    const units = BigInt(whole + fraction.padEnd(scale, '0'));
    return sign ? sum - units : sum + units;
  }, 0n);
  if (scale === 0) return total.toString();
  const digits = (total < 0n ? -total : total).toString().padStart(scale + 1, '0');
  return `${total < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** An amount in its currency, without cents when there are none. Null amounts give null: "not said" is not zero. */
export function formatMoney(amount: string | null | undefined, currency: string | null | undefined, locale: string): string | null {
  if (!amount || !shape.test(amount)) return null;
  const digits = /\.\d*[1-9]/.test(amount) ? 2 : 0;
  const options: Intl.NumberFormatOptions = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  // Intl takes decimal text and keeps every digit; a number would be rounded first.
  const exact = amount as Intl.StringNumericLiteral;
  if (currency && /^[A-Z]{3}$/.test(currency)) {
    return new Intl.NumberFormat(locale, { ...options, style: 'currency', currency }).format(exact);
  }
  return new Intl.NumberFormat(locale, options).format(exact);
}

/** The totals of amounts per currency, in the order in which the currencies came. */
export function totals(rows: readonly { amount: string | null; currency: string | null }[]): { amount: string; currency: string | null }[] {
  const groups = new Map<string | null, string[]>();
  for (const row of rows) {
    if (row.amount === null) continue;
    groups.set(row.currency, [...(groups.get(row.currency) ?? []), row.amount]);
  }
  return [...groups].map(([currency, amounts]) => ({ currency, amount: sumDecimals(amounts) }));
}
