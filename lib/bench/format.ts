/** Numbers for people: as many digits as mean something. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

export function times(factor: number): string {
  return `${factor.toFixed(2)}×`;
}

export function rate(perSecond: number): string {
  return perSecond.toFixed(perSecond < 10 ? 2 : perSecond < 100 ? 1 : 0);
}

export function fixed(digits: number): (value: number) => string {
  return (value) => value.toFixed(digits);
}

/** Two digits, however small the value. */
export function significant(value: number): string {
  return String(Number(value.toPrecision(2)));
}

export function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}

export function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ms`;
}

export function us(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} µs`;
}

export function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 100 * 2 ** 20 ? 1 : 0)} MiB`;
}

/** 17.3M */
export function count(value: number): string {
  if (value < 1e4) return String(value);
  const [unit, sign] =
    value < 1e6 ? ([1e3, "K"] as const) : value < 1e9 ? ([1e6, "M"] as const) : ([1e9, "B"] as const);
  return `${(value / unit).toFixed(value / unit < 100 ? 1 : 0)}${sign}`;
}

export function range([low, high]: readonly [number, number], format: (value: number) => string): string {
  return `${format(low)}–${format(high)}`;
}
