/** What to do after a delivery has failed. */
export type NextDelivery =
  { readonly kind: 'wait'; readonly delayMs: number } | { readonly kind: 'give_up'; readonly reason: string };

const minuteMs = 60_000;
const longestWaitMs = 6 * 60 * minuteMs;
/** Eight and a half hours of doubling waits, then six hours each: three days and two hours in all. */
const maxAttempts = 21;

/**
 * When to try a report again after `attempts` failed ones (1 or more): a minute, two, four, … up to six hours, and no
 * more after about three days, the time a mail server on the way would also try.
 */
export function nextDelivery(attempts: number): NextDelivery {
  if (attempts >= maxAttempts) {
    return { kind: 'give_up', reason: `Not delivered in ${attempts} attempts over three days` };
  }
  const doublings = Math.max(0, attempts - 1);
  return { kind: 'wait', delayMs: Math.min(minuteMs * 2 ** doublings, longestWaitMs) };
}
