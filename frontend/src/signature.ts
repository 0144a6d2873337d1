// A signature drawn in a box: strokes in units of a paper 1000 by 400, posted with the form it stands in as numbers.
// The box keeps light paper in every theme. Whoever cannot draw types their name: the form has a field for it.
const WIDE = 1000;
const HIGH = 400;
const THICK = 5;
// Points closer than this say nothing more about a stroke; the server takes so many and no more.
const APART = 3;
const MOST_POINTS = 4000;
const MOST_STROKES = 100;

type Stroke = number[];

export function liveSignature(pad: HTMLElement): void {
  const canvas = pad.querySelector("canvas");
  const field = pad.querySelector<HTMLInputElement>("input[name=drawing]");
  const option = pad.closest(".signs")?.querySelector<HTMLOptionElement>("option[value=drawn]");
  if (!canvas || !field || pad.dataset["live"]) return;
  pad.dataset["live"] = "yes";
  pad.hidden = false;
  if (option) option.disabled = option.hidden = false;
  const strokes = kept(field.value);
  const show = (): void => (paint(canvas, strokes), tell(pad, field, strokes));
  new ResizeObserver(() => paint(canvas, strokes)).observe(canvas);
  watch(canvas, strokes, show);
  pad.querySelector("[data-undo-stroke]")?.addEventListener("click", () => (strokes.pop(), show()));
  pad.querySelector("[data-clear]")?.addEventListener("click", () => (strokes.splice(0), show()));
  tell(pad, field, strokes, false);
}

function kept(said: string): Stroke[] {
  try {
    return said ? (JSON.parse(said) as Stroke[]) : [];
  } catch {
    return [];
  }
}

// One pointer draws at a time: the palm that rests on the glass is not a pen.
function watch(canvas: HTMLCanvasElement, strokes: Stroke[], show: () => void): void {
  let pointer: number | null = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button !== 0 || strokes.length >= MOST_STROKES) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    event.preventDefault();
    strokes.push(at(canvas, event));
    paint(canvas, strokes);
  });
  canvas.addEventListener("pointermove", (event) => {
    const stroke = strokes.at(-1);
    if (event.pointerId !== pointer || !stroke || strokes.flat().length >= 2 * MOST_POINTS) return;
    for (const each of event.getCoalescedEvents?.().length ? event.getCoalescedEvents() : [event]) follow(stroke, at(canvas, each));
    paint(canvas, strokes);
  });
  const ended = (event: PointerEvent): void => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    show();
  };
  canvas.addEventListener("pointerup", ended);
  canvas.addEventListener("pointercancel", ended);
}

function at(canvas: HTMLCanvasElement, event: PointerEvent): [number, number] {
  const box = canvas.getBoundingClientRect();
  const within = (part: number, whole: number, most: number): number => Math.round(Math.min(Math.max(part / whole, 0), 1) * most);
  return [within(event.clientX - box.left, box.width, WIDE), within(event.clientY - box.top, box.height, HIGH)];
}

function follow(stroke: Stroke, [x, y]: [number, number]): void {
  const [lastX = 0, lastY = 0] = stroke.slice(-2);
  if (Math.hypot(x - lastX, y - lastY) >= APART) stroke.push(x, y);
}

function paint(canvas: HTMLCanvasElement, strokes: Stroke[]): void {
  const dots = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  const pen = canvas.getContext("2d");
  if (!pen || !width) return;
  canvas.width = Math.round(width * dots);
  canvas.height = Math.round(height * dots);
  pen.scale(canvas.width / WIDE, canvas.height / HIGH);
  pen.lineWidth = THICK;
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = getComputedStyle(canvas).color;
  for (const stroke of strokes) {
    pen.beginPath();
    for (let i = 0; i < stroke.length; i += 2) pen.lineTo(stroke[i] ?? 0, stroke[i + 1] ?? 0);
    // A dot over an i is a line to where it began.
    pen.lineTo(stroke.at(-2) ?? 0, (stroke.at(-1) ?? 0) + 0.01);
    pen.stroke();
  }
}

function tell(pad: HTMLElement, field: HTMLInputElement, strokes: Stroke[], aloud = true): void {
  field.value = strokes.length ? JSON.stringify(strokes) : "";
  for (const button of pad.querySelectorAll<HTMLButtonElement>("[data-undo-stroke], [data-clear]")) button.disabled = !strokes.length;
  const state = pad.querySelector<HTMLElement>("[role=status]");
  if (!state || (!aloud && !strokes.length)) return;
  state.textContent = strokes.length ? `${state.dataset["inked"] ?? ""} ${strokes.length}` : (state.dataset["blank"] ?? "");
}
