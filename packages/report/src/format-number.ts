/**
 * A number for people: fixed digits, thousands apart from 10,000 on, a true minus sign, "–" for NaN.
 *
 * @param options `digits` after the point, default 2
 */
export function formatNumber(value: number, options: { readonly digits?: number } = {}): string {
  const { digits = 2 } = options;
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const text = Math.abs(value).toFixed(digits);
  const [whole = '', fraction] = text.split('.');
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, ',') : whole;
  const negative = value < 0 && Number(text) !== 0;
  return `${negative ? '−' : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}
