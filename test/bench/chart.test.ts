import { renderDelayChart, type DelayChart } from '../../bench/chart';
import { delayChartOf } from '../../bench/chart-file';

const chart: DelayChart = {
  curves: [
    { series: 'bare loop, 1 s', nOverR: 10, meanSeconds: 7 },
    { series: 'fast', nOverR: 100, meanSeconds: 56 },
    { series: 'fast', nOverR: 10, meanSeconds: 5.6 },
    { series: 'default', nOverR: 10, meanSeconds: 14 },
  ],
  measured: [{ profile: 'default', nOverR: 10, meanSeconds: 14 }],
  callsPerSecond: 220,
};
const svg = renderDelayChart(chart);

/** Points of the line of a kind: the last, since the legend's comes before it. */
function pointsOf(cssClass: string, content = svg): number[][] {
  const [, , points = ''] =
    [...content.matchAll(/<polyline class="line ([^"]*)" points="([^"]*)"/g)].findLast(
      ([, found]) => found === cssClass,
    ) ?? [];
  return points.split(' ').map((point) => point.split(',').map(Number));
}

describe('the chart of delays', () => {
  it('tells what it shows to who cannot see it', () => {
    expect(svg).toContain('role="img" aria-labelledby="title desc"');
    expect(svg).toContain('<title id="title">Mean delay against N/R</title>');
    expect(svg).toContain('At N/R = 100 s: bound 50 s, fast profile (ageFraction 0) 56 s.');
  });

  it('draws the bound: flat until N/R is 1 s, then half of N/R', () => {
    const [first = [], corner = [], last = []] = pointsOf('bound');
    expect(corner[1]).toBe(first[1]);
    // Both axes are logarithmic: a decade is as long anywhere on one of them.
    const decades = Math.log10(600);
    const decadeX = ((last[0] ?? 0) - (corner[0] ?? 0)) / decades;
    const decadeY = ((corner[1] ?? 0) - (last[1] ?? 0)) / decades;
    expect(((corner[0] ?? 0) - (first[0] ?? 0)) / decadeX).toBeCloseTo(1, 2);
    const [low = [], high = []] = pointsOf('fast');
    expect(((high[0] ?? 0) - (low[0] ?? 0)) / decadeX).toBeCloseTo(1, 2);
    expect(((low[1] ?? 0) - (high[1] ?? 0)) / decadeY).toBeCloseTo(1, 2);
  });

  it('puts measured marks where the lines of the same values are', () => {
    const left = /class="mark default" d="M([\d.]+) /g;
    const marks = [...svg.matchAll(left)].map(([, x]) => Number(x));
    // The legend shows one too.
    expect(marks).toHaveLength(2);
    expect(marks).toContain(pointsOf('fast')[0]?.[0]);
  });

  it('leaves out what was not measured, and lines that were not simulated', () => {
    const bare = renderDelayChart({ curves: [], measured: [], callsPerSecond: 220 });
    expect(bare).not.toMatch(/class="mark|line fast|line default|measured/);
    expect(pointsOf('bound', bare)).toHaveLength(3);
  });

  it('escapes names', () => {
    const curves = [{ series: 'a < b & c', nOverR: 1, meanSeconds: 1 }];
    expect(renderDelayChart({ ...chart, curves })).toContain('>a &lt; b &amp; c</text>');
  });
});

describe('the results that it shows', () => {
  const delay = (profile: 'fast' | 'default', secondsPerRound: number, meanSeconds: number, means: number[]) => ({
    case: { profile, secondsPerRound, meanSeconds },
    spans: means.map((mean) => ({ delay: { mean } })),
  });

  it('are the medians of the spans, of the default profile only for tasks about as long as the simulated ones', () => {
    const delays = [
      delay('fast', 0.5, 6, [0.7, 0.6, 0.8]),
      delay('default', 0.5, 10, [0.7]),
      delay('default', 5, 300, [10, 11]),
    ];
    expect(delayChartOf({ suites: { delay: { delays }, policy: { curve: chart.curves } } })).toEqual({
      curves: chart.curves,
      measured: [
        { profile: 'fast', nOverR: 0.5, meanSeconds: 0.7 },
        { profile: 'default', nOverR: 5, meanSeconds: 10.5 },
      ],
      callsPerSecond: 220,
    });
  });

  it('may be missing', () => {
    expect(delayChartOf({ suites: {} })).toMatchObject({ curves: [], measured: [] });
  });
});
