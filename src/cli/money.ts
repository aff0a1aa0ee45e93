/** Amounts of US dollars, for reading. */

/** `$1,234.56`; what is smaller than a cent to two digits, `$0.0033`. */
export const usdWords = (usd: string): string => {
  const amount = Number(usd);
  const places = amount > 0 && amount < 0.01 ? Math.min(12, 1 - Math.floor(Math.log10(amount))) : 2;
  return `$${amount.toLocaleString('en', { minimumFractionDigits: places, maximumFractionDigits: places })}`;
};
