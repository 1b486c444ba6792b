/** Small charts below each other, as one SVG picture that needs nothing else. */

export interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly { readonly name: string; readonly values: readonly number[] }[];
}

const WIDTH = 720;
const HEIGHT = 130;
const LEFT = 60;
const RIGHT = 130;
const TOP = 28;
const BOTTOM = 18;
const COLOURS = ['#2563eb', '#d97706', '#059669', '#9333ea'];

export function drawCharts(charts: readonly Chart[]): string {
  const drawn = charts.map(
    (chart, at) => `<g transform="translate(0 ${at * HEIGHT})">${drawChart(chart)}</g>`,
  );
  const style = 'font-family="sans-serif" font-size="11" fill="#555"';
  const box = `viewBox="0 0 ${WIDTH} ${charts.length * HEIGHT}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${box} ${style}><rect width="100%" height="100%" fill="#fff"/>${drawn.join('\n')}</svg>\n`;
}

function drawChart({ title, unit, lines }: Chart): string {
  const highest = Math.max(1e-9, ...lines.flatMap(({ values }) => values)) * 1.1;
  const floor = HEIGHT - BOTTOM;
  const x = (at: number, count: number) => LEFT + (at / Math.max(1, count - 1)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => floor - (value / highest) * (floor - TOP);
  const ticks = [0, highest / 2, highest].map(
    (value) =>
      `<path d="M${LEFT} ${y(value)}H${WIDTH - RIGHT}" stroke="#e5e5e5"/><text x="${LEFT - 6}" y="${y(value) + 4}" text-anchor="end">${short(value)}</text>`,
  );
  const drawn = lines.map(({ name, values }, at) => {
    const points = values.map(
      (value, minute) => `${x(minute, values.length).toFixed(1)},${y(value).toFixed(1)}`,
    );
    const colour = COLOURS[at % COLOURS.length];
    return (
      `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${points.join(' ')}"/>` +
      `<text x="${WIDTH - RIGHT + 8}" y="${TOP + 12 + at * 14}" fill="${colour}">${name} ${short(values.at(-1) ?? 0)}</text>`
    );
  });
  const minutes = lines[0]?.values.length ?? 0;
  const axis = `<text x="${WIDTH - RIGHT}" y="${HEIGHT - 5}" text-anchor="end">${minutes} minutes</text>`;
  return `<text x="${LEFT}" y="${TOP - 10}" font-weight="bold" fill="#222">${title} (${unit})</text>${[...ticks, ...drawn, axis].join('')}`;
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}
