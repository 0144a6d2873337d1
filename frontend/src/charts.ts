// One observation over time as a small picture. The table behind it is the server's; this only draws.
import uPlot from "uplot";

interface Series {
  title: string;
  unit: string;
  low: number | null;
  high: number | null;
  at: number[];
  values: number[];
}

interface Inks {
  ink: string;
  soft: string;
  line: string;
  band: string;
  edge: string;
  amber: string;
  paper: string;
}

const DAY = 86_400;
const YEAR = 365 * DAY;
const HEIGHT = 132;

export function draw(place: HTMLElement): void {
  if (place.querySelector(".uplot")) return;
  const series = JSON.parse(place.dataset["chart"] ?? "{}") as Series;
  let inks = inksOf(place);
  const plot = new uPlot(options(series, place, () => inks), [series.at, series.values], place);
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT })).observe(place);
  const repaint = (): void => {
    inks = inksOf(place);
    plot.redraw(false, true);
  };
  new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
}

// Canvas does not read tokens: a probe tells what each one is in the theme of the moment.
function inksOf(place: HTMLElement): Inks {
  const probe = document.createElement("i");
  place.append(probe);
  const ink = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const inks = { ink: ink("ink"), soft: ink("soft-ink"), line: ink("line"), band: ink("accent-wash"), edge: ink("accent"), amber: ink("amber"), paper: ink("ground") };
  probe.remove();
  return inks;
}

function options(series: Series, place: HTMLElement, inks: () => Inks): uPlot.Options {
  const font = `12px ${getComputedStyle(place).fontFamily}`;
  const axis = { font, stroke: () => inks().soft, ticks: { show: false } };
  return {
    width: place.clientWidth,
    height: HEIGHT,
    padding: [10, 10, 0, 0],
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 9, fill: () => inks().paper } },
    scales: { y: { range: (_, least, most) => reach(least, most, series) } },
    series: [{}, { stroke: () => inks().ink, width: 1.5, points: { show: false } }],
    axes: [
      { ...axis, size: 20, gap: 4, space: (plot) => (span(plot) > 2 * YEAR ? 38 : 60), grid: { show: false }, values: (_, ats, __, ___, step) => ats.map((at) => dayWords(at, step ?? DAY)) },
      { ...axis, size: 40, gap: 6, space: 28, grid: { stroke: () => inks().line, width: 1 }, label: series.unit, labelSize: 16, labelGap: 0, labelFont: font },
    ],
    hooks: {
      drawClear: [(plot) => shade(plot, series, inks())],
      draw: [(plot) => dots(plot, series, inks())],
      setCursor: [(plot) => tell(plot, series, place)],
    },
  };
}

// Room for the readings and for the edges of the usual range, whichever reach further.
function reach(least: number, most: number, { low, high }: Series): [number, number] {
  const bottom = Math.min(least, low ?? least);
  const top = Math.max(most, high ?? most);
  const air = (top - bottom || Math.abs(top) || 1) * 0.12;
  return [bottom >= 0 ? Math.max(0, bottom - air) : bottom - air, top + air];
}

function shade(plot: uPlot, { low, high }: Series, inks: Inks): void {
  if (low === null && high === null) return;
  const { ctx, bbox } = plot;
  const top = high === null ? bbox.top : plot.valToPos(high, "y", true);
  const bottom = low === null ? bbox.top + bbox.height : plot.valToPos(low, "y", true);
  ctx.save();
  ctx.fillStyle = inks.band;
  ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
  ctx.strokeStyle = inks.edge;
  ctx.globalAlpha = 0.5;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const [value, y] of [[high, top], [low, bottom]] as const) {
    if (value === null) continue;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

// Inside the range a dot, outside it an open diamond: the shape says it too, not only the color.
function dots(plot: uPlot, { at, values, low, high }: Series, inks: Inks): void {
  const { ctx } = plot;
  const size = 2.75 * devicePixelRatio;
  ctx.save();
  values.forEach((value, i) => {
    const x = plot.valToPos(at[i] ?? 0, "x", true);
    const y = plot.valToPos(value, "y", true);
    const off = (high !== null && value > high) || (low !== null && value < low);
    ctx.beginPath();
    if (off) diamond(ctx, x, y, size * 1.7);
    else ctx.arc(x, y, size, 0, 2 * Math.PI);
    ctx.fillStyle = off ? inks.paper : inks.ink;
    ctx.fill();
    if (!off) return;
    ctx.strokeStyle = inks.amber;
    ctx.lineWidth = 1.75 * devicePixelRatio;
    ctx.stroke();
  });
  ctx.restore();
}

function diamond(ctx: CanvasRenderingContext2D, x: number, y: number, r: number): void {
  ctx.moveTo(x, y - r);
  ctx.lineTo(x + r, y);
  ctx.lineTo(x, y + r);
  ctx.lineTo(x - r, y);
  ctx.closePath();
}

function tell(plot: uPlot, series: Series, place: HTMLElement): void {
  const i = plot.cursor.idx ?? -1;
  const at = series.at[i];
  place.querySelector(".reading")?.remove();
  if (at === undefined || (plot.cursor.left ?? -1) < 0) return;
  const words = document.createElement("span");
  words.className = "reading";
  words.textContent = `${day(at, { dateStyle: "medium" })} · ${series.values[i]} ${series.unit}`;
  place.append(words);
  const left = plot.valToPos(at, "x") + plot.over.offsetLeft - words.offsetWidth / 2;
  words.style.insetInlineStart = `${Math.max(0, Math.min(left, place.clientWidth - words.offsetWidth))}px`;
}

function span(plot: uPlot): number {
  return (plot.scales["x"]?.max ?? 0) - (plot.scales["x"]?.min ?? 0);
}

function dayWords(at: number, step: number): string {
  if (step >= 360 * DAY) return day(at, { year: "numeric" });
  if (step >= 27 * DAY) return day(at, { month: "short", year: "2-digit" });
  return day(at, { month: "short", day: "numeric" });
}

function day(at: number, style: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(document.documentElement.lang, { ...style, timeZone: "UTC" }).format(at * 1000);
}
