/** Division of decimals, as Trino does it: to the greater of the two scales, rounded half up. Pure. */

const scaleOf = (text: string): number => (text.includes('.') ? text.length - text.indexOf('.') - 1 : 0);
const unscaled = (text: string, scale: number): bigint => BigInt(text.replace('.', '') + '0'.repeat(scale - scaleOf(text)));

/** Of `7.50` and `-2`: `-3.75`. Both are written with all digits of their scales. */
export const decimalQuotient = (dividend: string, divisor: string): string => {
  const scale = Math.max(scaleOf(dividend), scaleOf(divisor));
  const [above, below] = [unscaled(dividend, scale) * 10n ** BigInt(scale), unscaled(divisor, scale)];
  if (below === 0n) throw new Error('lithify Division by zero');
  const negative = above < 0n !== below < 0n;
  const [size, by] = [above < 0n ? -above : above, below < 0n ? -below : below];
  const digits = ((2n * size + by) / (2n * by)).toString().padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return negative && /[1-9]/.test(text) ? `-${text}` : text;
};
