/** Convert `amount` by `rates`, which tell what one unit of each currency is worth. Rounded to cents. */
export function convert(amount, from, to, rates) {
  return Math.round((100 * amount * rate(from, rates)) / rate(to, rates)) / 100;
}

function rate(currency, rates) {
  if (!Object.hasOwn(rates, currency)) {
    throw new RangeError(`there is no rate for ${currency}`);
  }
  return rates[currency];
}
