import { exponential as drawExponential } from '../random';

/** A source of numbers in [0, 1). */
export type Random = () => number;

/** Draws how long a task takes, in seconds. */
export type Durations = (random: Random) => number;

/** Tasks that may end at any age alike. */
export function exponential(meanSeconds: number): Durations {
  return (random) => drawExponential(random, meanSeconds);
}

/** Tasks around a typical duration. */
export function lognormal(meanSeconds: number, sigma: number): Durations {
  const mu = Math.log(meanSeconds) - sigma ** 2 / 2;
  return (random) => Math.exp(mu + sigma * normal(random));
}

/** Half of the tasks short, half long, each about 10 % more or less. */
export function bimodal(shortSeconds: number, longSeconds: number): Durations {
  const short = lognormal(shortSeconds, 0.1);
  const long = lognormal(longSeconds, 0.1);
  return (random) => (random() < 0.5 ? short(random) : long(random));
}

/** Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
