// Quantities in the units that people choose

const SCALES = {
  ns: [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs'], [1, 'ns']],
  B: [[2 ** 40, 'TiB'], [2 ** 30, 'GiB'], [2 ** 20, 'MiB'], [1024, 'KiB'], [1, 'B']],
};
const PREFIXED = [[1e9, 'G\u202f'], [1e6, 'M\u202f'], [1e3, 'k\u202f'], [1, '']];

const inDigits = (value, options) => value.toLocaleString('en-US', options).replace('-', '−');

// The size of the unit that a value is written in, and its symbol.
const scaleOf = (value, unit) => {
  const scales = SCALES[unit] || PREFIXED.map(([size, prefix]) => [size, prefix + unit]);
  return scales.find(([least]) => Math.abs(value) >= least) || scales.at(-1);
};

const quantity = (value, unit) => {
  if (!Number.isFinite(value)) return '–';
  const [size, symbol] = scaleOf(value, unit);
  const shown = value / size;
  const isAtLeast = (least) => Math.abs(shown) >= least;
  const digits = shown === 0 ? 0 : [99.95, 9.995, 0.9995].findIndex(isAtLeast);
  const places = digits < 0 ? 3 : digits;
  const number = inDigits(shown, { minimumFractionDigits: places, maximumFractionDigits: places });
  return `${number}\u202f${symbol}`.trim();
};
