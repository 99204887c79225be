import { CHART_CSS, styleOf, type SeriesStyle } from './chart-styles';

/** A simulated mean delay. */
export interface CurveDelay {
  /** `fast`, `default`, or the name of another's schedule. */
  series: string;
  /** Tasks over status calls a second, in seconds; above 0. */
  nOverR: number;
  meanSeconds: number;
}

/** A measured mean delay. */
export interface MeasuredDelay {
  profile: 'fast' | 'default';
  nOverR: number;
  meanSeconds: number;
}

/** What {@link renderDelayChart} draws. */
export interface DelayChart {
  /** In any order; those of one series make a line. */
  curves: readonly CurveDelay[];
  measured: readonly MeasuredDelay[];
  /** Tells how many tasks an N/R stands for. */
  callsPerSecond: number;
}

interface Axis {
  from: number;
  to: number;
  /** Where these two lie in the picture. */
  start: number;
  end: number;
}

const WIDTH = 800;
const HEIGHT = 560;
const X: Axis = { from: 0.1, to: 600, start: 76, end: WIDTH - 28 };
const Y: Axis = { from: 0.2, to: 1000, start: HEIGHT - 92, end: 92 };
const X_TICKS = [0.1, 0.5, 1, 5, 10, 50, 100, 500];
const Y_TICKS = [0.5, 1, 5, 10, 50, 100, 500];
const SUBTITLE = 'Lines are simulated, with the schedule and the pace of the worker';
/** The shortest interval between two polls of a task, of which half passes on average. */
const LEAST_DELAY_SECONDS = 0.5;
/** Below all lines, since no delay lies below the bound. */
const LEGEND = { x: 500, bottom: Y.start - 20, lineHeight: 19, sample: 34, padding: 10 };

/** Renders the mean delay against N/R, on logarithmic axes, as an SVG that is legible on light and dark pages. */
export function renderDelayChart({ curves, measured, callsPerSecond }: DelayChart): string {
  const names = [...new Set(curves.map(({ series }) => series))].toSorted(
    (a, b) => styleOf(a).order - styleOf(b).order,
  );
  const lines = names.map((name) => {
    const points = curves.filter(({ series }) => series === name).toSorted((a, b) => a.nOverR - b.nOverR);
    return { style: styleOf(name), points: points.map(({ nOverR, meanSeconds }) => place(nOverR, meanSeconds)) };
  });
  const profiles = (['fast', 'default'] as const).filter((name) => measured.some(({ profile }) => profile === name));
  const corner = 2 * LEAST_DELAY_SECONDS;
  const bound = [place(X.from, LEAST_DELAY_SECONDS), place(corner, LEAST_DELAY_SECONDS), place(X.to, X.to / 2)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title desc">`,
    '<title id="title">Mean delay against N/R</title>',
    `<desc id="desc">${escapeText(describe(curves))}</desc>`,
    `<style>${CHART_CSS}</style>`,
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}" rx="10"/>`,
    text(X.start, 36, 'Mean delay from the end of a task to the ending of its follow', 'heading'),
    text(X.start, 58, `${SUBTITLE}${measured.length > 0 ? '; marks are measured' : ''}`, 'small'),
    ...Y_TICKS.map((tick) => yTick(tick)),
    ...X_TICKS.map((tick) => xTick(tick, callsPerSecond)),
    text(X.start - 10, Y.end + 4.5, 'seconds', 'small end'),
    text(X.end, Y.start + 62, 'N/R: tasks in flight over status calls a second, in seconds', 'small end'),
    text(X.end, Y.start + 79, `below it: tasks at ${callsPerSecond} calls a second`, 'faint end'),
    // Before the lines, so that none is hidden in any case.
    ...legend(
      lines.map(({ style }) => style),
      profiles,
    ),
    polyline('bound', bound),
    // The worker's own lines last, above those of others.
    ...lines.toReversed().map(({ style, points }) => polyline(style.cssClass, points)),
    // The smaller mark last: it does not hide the larger one.
    ...(['default', 'fast'] as const).flatMap((name) =>
      measured
        .filter(({ profile }) => profile === name)
        .map(({ nOverR, meanSeconds }) => mark(name, place(nOverR, meanSeconds))),
    ),
    '</svg>',
    '',
  ].join('\n');
}

type Place = readonly [x: number, y: number];

function place(nOverR: number, seconds: number): Place {
  return [along(X, nOverR), along(Y, seconds)];
}

function along({ from, to, start, end }: Axis, value: number): number {
  const share = Math.log(value / from) / Math.log(to / from);
  return start + Math.min(1, Math.max(0, share)) * (end - start);
}

function xTick(value: number, callsPerSecond: number): string {
  const x = along(X, value);
  const tasks = Math.round(value * callsPerSecond).toLocaleString('en');
  return [
    `<path class="grid" d="M${round(x)} ${Y.start}V${Y.end}"/>`,
    text(x, Y.start + 20, String(value), 'middle'),
    text(x, Y.start + 37, tasks, 'faint middle'),
  ].join('');
}

function yTick(value: number): string {
  const y = along(Y, value);
  return `<path class="grid" d="M${X.start} ${round(y)}H${X.end}"/>${text(X.start - 10, y + 4.5, String(value), 'end')}`;
}

function legend(styles: readonly SeriesStyle[], profiles: readonly MeasuredDelay['profile'][]): string[] {
  const entries: [sample: (y: number) => string, label: string][] = [
    ...styles.map((style): [(y: number) => string, string] => [(y) => sampleLine(style.cssClass, y), style.label]),
    [(y) => sampleLine('bound', y), `bound: N/2R, at least ${LEAST_DELAY_SECONDS} s`],
    ...profiles.map((profile): [(y: number) => string, string] => [
      (y) => mark(profile, [LEGEND.x + LEGEND.sample / 2, y]),
      `${profile} profile, measured`,
    ]),
  ];
  const top = LEGEND.bottom - (entries.length - 1) * LEGEND.lineHeight;
  const { x, lineHeight, sample: length, padding } = LEGEND;
  // The grid must not run through the words.
  const cleared =
    `<rect class="page" x="${x - padding}" y="${top - lineHeight}" width="${X.end - x + padding + 1}" ` +
    `height="${Y.start + 1 - top + lineHeight}"/>`;
  return [
    cleared,
    ...entries.map(([sample, label], index) => {
      const y = top + index * lineHeight;
      return sample(y) + text(x + length + 10, y + 4.5, label, '');
    }),
  ];
}

function sampleLine(cssClass: string, y: number): string {
  return polyline(cssClass, [
    [LEGEND.x, y],
    [LEGEND.x + LEGEND.sample, y],
  ]);
}

function polyline(cssClass: string, points: readonly Place[]): string {
  return `<polyline class="line ${cssClass}" points="${points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ')}"/>`;
}

function mark(profile: MeasuredDelay['profile'], [x, y]: Place): string {
  if (profile === 'fast') return `<circle class="mark fast" cx="${round(x)}" cy="${round(y)}" r="4.5"/>`;
  return `<path class="mark default" d="M${round(x)} ${round(y - 8)}l8 8l-8 8l-8 -8z"/>`;
}

function text(x: number, y: number, content: string, cssClass: string): string {
  const attribute = cssClass === '' ? '' : ` class="${cssClass}"`;
  return `<text x="${round(x)}" y="${round(y)}"${attribute}>${escapeText(content)}</text>`;
}

function describe(curves: readonly CurveDelay[]): string {
  const largest = Math.max(...curves.map(({ nOverR }) => nOverR));
  const at = curves
    .filter(({ nOverR }) => nOverR === largest)
    .map(({ series, meanSeconds }) => `${styleOf(series).label} ${Math.round(meanSeconds)} s`);
  const end = at.length === 0 ? '' : ` At N/R = ${largest} s: bound ${Math.round(largest / 2)} s, ${at.join(', ')}.`;
  return (
    'A chart with logarithmic axes. With few tasks the delay is flat: half of the interval at which a task is polled. ' +
    `With more tasks than the quota allows to ask about it grows with N/R, close to the bound of N/2R.${end}`
  );
}

function escapeText(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
