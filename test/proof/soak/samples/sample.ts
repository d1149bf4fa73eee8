/** Figures of one moment by name, such as `gateway-1 memory`; undefined where one could not be read. */
export type Figures = Readonly<Record<string, number | undefined>>;

/** One moment of the run. */
export type Sample = { readonly seconds: number; readonly figures: Figures };

/** The points of one figure: seconds since the start and value. */
export type Series = readonly (readonly [seconds: number, value: number])[];

/** One figure over time, without the moments at which it could not be read. */
export function seriesOf(samples: readonly Sample[], name: string): Series {
  return samples.flatMap(({ seconds, figures }) => {
    const value = figures[name];
    return value === undefined || Number.isNaN(value)
      ? []
      : [[seconds, value] as const];
  });
}
