/** How a line of the chart looks, and what the legend calls it. */
export interface SeriesStyle {
  cssClass: string;
  label: string;
  /** Smaller ones come first in the legend, and lie above others. */
  order: number;
}

const OWN: Record<string, SeriesStyle> = {
  fast: { cssClass: 'fast', label: 'fast profile (ageFraction 0)', order: 0 },
  default: { cssClass: 'default', label: 'default profile', order: 1 },
};

/** One for each of the schedules of others, by the first word of its name. */
const OTHERS: Record<string, Omit<SeriesStyle, 'label'>> = {
  bare: { cssClass: 'other dots', order: 2 },
  Terraform: { cssClass: 'other dashes', order: 3 },
  'util-waiter': { cssClass: 'other', order: 4 },
};

/** Returns the style of a profile of the worker, or of another's schedule. */
export function styleOf(series: string): SeriesStyle {
  const [word = ''] = series.split(/[ ,]/);
  return OWN[series] ?? { ...(OTHERS[word] ?? { cssClass: 'other', order: 5 }), label: series };
}

/** Colours of the chart: its page is light or dark as the reader prefers, whatever lies around it. */
export const CHART_CSS = `
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; fill: #1f2328; }
.heading { font-size: 17px; font-weight: 600; }
.small, .faint { fill: #59636e; }
.faint { font-size: 11px; }
.middle { text-anchor: middle; }
.end { text-anchor: end; }
.page { fill: #ffffff; }
.grid { stroke: #d9dee3; stroke-width: 1; fill: none; }
.line { fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round; }
.line.fast { stroke: #0969da; }
.line.default { stroke: #c2540a; stroke-width: 4; }
.line.bound { stroke: #1f2328; stroke-width: 1.5; stroke-dasharray: 7 5; }
.line.other { stroke: #818b98; stroke-width: 1.5; }
.line.dots { stroke-dasharray: 0.5 5; stroke-width: 2.5; }
.line.dashes { stroke-dasharray: 10 4 2 4; }
.mark { stroke: #ffffff; stroke-width: 1.5; }
.mark.fast { fill: #0969da; }
.mark.default { fill: #c2540a; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .small, .faint { fill: #9198a1; }
  .page { fill: #0d1117; }
  .grid { stroke: #2a313a; }
  .line.fast { stroke: #58a6ff; }
  .line.default { stroke: #f0883e; }
  .line.bound { stroke: #f0f6fc; }
  .line.other { stroke: #7d8590; }
  .mark { stroke: #0d1117; }
  .mark.fast { fill: #58a6ff; }
  .mark.default { fill: #f0883e; }
}
`;
