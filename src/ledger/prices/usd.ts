/** Money: whole pico-dollars (10⁻¹² USD) inside, decimal US dollars outside. */

const decimals = 12;

/** 3_300_000_000 → `0.0033`. */
export const usdText = (pico: number): string => {
  const whole = Math.round(pico);
  if (whole < 0) return `-${usdText(-whole)}`;
  // All digits as far as a number has them: up to 10²¹, a billion dollars.
  const digits = (whole < 1e21 ? whole.toFixed(0) : BigInt(whole).toString()).padStart(decimals + 1, '0');
  const fraction = digits.slice(-decimals).replace(/0+$/, '');
  return digits.slice(0, -decimals) + (fraction === '' ? '' : `.${fraction}`);
};

/** `0.0033` → 3_300_000_000; what is finer than a pico-dollar is left out. */
export const picoOf = (usd: string): number => {
  const [whole = '', fraction = ''] = usd.split('.');
  return Number(whole + fraction.slice(0, decimals).padEnd(decimals, '0'));
};
