import { locale } from '../messages/language';

const shape = /^(-?)(\d+)(?:\.(\d+))?$/;

/** An amount in its currency, without cents when there are none. Null amounts give null: "not said" is not zero. */
export function formatMoney(amount: string | null | undefined, currency: string | null | undefined): string | null {
  if (!amount || !shape.test(amount)) return null;
  const digits = /\.\d*[1-9]/.test(amount) ? 2 : 0;
  const options: Intl.NumberFormatOptions = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  // Intl takes decimal text and keeps every digit; a number would be rounded first.
  const exact = amount as Intl.StringNumericLiteral;
  if (currency && /^[A-Z]{3}$/.test(currency)) {
    return new Intl.NumberFormat(locale(), { ...options, style: 'currency', currency }).format(exact);
  }
  return new Intl.NumberFormat(locale(), options).format(exact);
}
