/** Figures as people read them. */
export const ms = (value: number) => `${value.toFixed(2)} ms`;
export const micros = (value = Number.NaN) => `${Math.round(value)} µs`;
export const times = (value: number) => `${value.toFixed(2)} ×`;
export const kib = (value: number) => `${value.toFixed(1)} KiB`;
export const seconds = (valueMs: number) => `${(valueMs / 1_000).toFixed(2)} s`;
