// What is said of many numbers.

export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low + (high - low) * (place - Math.floor(place));
}

export const median = (values) => quantile(values, 0.5);

/** Median and quartiles of what `combine` gives for each pair: numbers of one round, made within milliseconds. */
export function paired(ours, theirs, combine) {
  const values = ours.map((value, round) => combine(value, theirs[round]));
  return { median: median(values), low: quantile(values, 0.25), high: quantile(values, 0.75) };
}

export const ratio = (ours, theirs) => paired(ours, theirs, (a, b) => a / b);
export const difference = (ours, theirs) => paired(ours, theirs, (a, b) => a - b);

/** `1.04× (1.01–1.07)`: median and quartiles. */
export const times = ({ median, low, high }) => `${median.toFixed(2)}× (${low.toFixed(2)}–${high.toFixed(2)})`;

/** `+1.2 (+1.0 to +1.4)`: median and quartiles. */
export function plus({ median, low, high }) {
  return `${signed(median)} (${signed(low)} to ${signed(high)})`;
}

export function signed(value) {
  const text = Math.abs(value).toFixed(1);
  return `${Number(text) === 0 ? "" : value < 0 ? "−" : "+"}${text}`;
}
