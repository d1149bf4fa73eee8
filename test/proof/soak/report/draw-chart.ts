import type { Series } from "../samples/sample.ts";

/** What a chart shows: lines over time, and moments that are marked. */
export type Chart = {
  readonly title: string;
  readonly lines: readonly { readonly name: string; readonly series: Series }[];
  /** Seconds and what happened. */
  readonly marks: readonly { readonly at: number; readonly name: string }[];
};

const size = { width: 900, height: 280 };
const margin = { left: 60, right: 16, top: 44, bottom: 34 };
const colors = [
  "#2563eb",
  "#16a34a",
  "#dc2626",
  "#9333ea",
  "#d97706",
  "#0891b2",
];
const plot = {
  width: size.width - margin.left - margin.right,
  height: size.height - margin.top - margin.bottom,
};
const mostPoints = 600;

/** Draws lines as an SVG image with axes that begin at 0, minutes below. */
export function drawChart({ title, lines, marks }: Chart): string {
  const points = lines.flatMap(({ series }) => series);
  const lastSecond = Math.max(1, ...points.map(([at]) => at));
  const top = niceCeiling(Math.max(0, ...points.map(([, value]) => value)));
  const x = (at: number) => margin.left + (at / lastSecond) * plot.width;
  const y = (value: number) =>
    margin.top + plot.height * (1 - Math.min(value, top) / top);
  const drawn = [
    `<rect width="100%" height="100%" fill="#fff"/>`,
    text(margin.left, 16, title, `font-weight="bold" font-size="13"`),
    ...marks.map(
      ({ at, name }) =>
        `<line x1="${fixed(x(at))}" x2="${fixed(x(at))}" y1="${margin.top}" y2="${margin.top + plot.height}" stroke="#d4d4d8"><title>${escapeXml(name)}</title></line>`,
    ),
    ...axisY(top, y),
    ...axisX(lastSecond, x),
    ...lines.flatMap(({ name, series }, index) => {
      const color = colors[index % colors.length];
      const path = thin(series)
        .map(([at, value]) => `${fixed(x(at))},${fixed(y(value))}`)
        .join(" ");
      return [
        `<polyline fill="none" stroke="${color}" stroke-width="1.3" points="${path}"/>`,
        text(margin.left + index * 135, 34, name, `fill="${color}"`),
      ];
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="11" role="img" aria-label="${escapeXml(title)}">\n${drawn.join("\n")}\n</svg>\n`;
}

function axisY(top: number, y: (value: number) => number): string[] {
  return [0, 0.25, 0.5, 0.75, 1].flatMap((share) => {
    const value = top * share;
    return [
      `<line x1="${margin.left}" x2="${margin.left + plot.width}" y1="${fixed(y(value))}" y2="${fixed(y(value))}" stroke="#f0f0f1"/>`,
      text(margin.left - 6, y(value) + 4, label(value), `text-anchor="end"`),
    ];
  });
}

function axisX(lastSecond: number, x: (at: number) => number): string[] {
  const minutes = lastSecond / 60;
  const step = niceCeiling(minutes / 8);
  const ticks = Array.from(
    { length: Math.floor(minutes / step) + 1 },
    (_, index) => index * step,
  );
  return ticks.map((minute) =>
    text(
      x(minute * 60),
      size.height - 14,
      `${label(minute)} min`,
      `text-anchor="middle"`,
    ),
  );
}

/** Every so-manieth point, so that the image stays small. */
function thin(series: Series): Series {
  const every = Math.ceil(series.length / mostPoints);
  return series.filter((_, index) => index % every === 0);
}

/** The next of 1, 2, 2.5, 5 and 10 times a power of ten. */
function niceCeiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return (
    [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= value) ?? value
  );
}

function text(x: number, y: number, content: string, more: string): string {
  return `<text x="${fixed(x)}" y="${fixed(y)}" ${more}>${escapeXml(content)}</text>`;
}

function label(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function fixed(value: number): string {
  return value.toFixed(1);
}

function escapeXml(content: string): string {
  return content.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
