// The calendar by hand: drag a visit to another time or column, pull its lower edge, go from slot to slot by arrows,
// m to move by keyboard. Whatever is decided is sent by a form, so the server says what it says without a script too.
const STEP = 15;
const FAR = 5;

interface Aim {
  visit: HTMLElement;
  column: HTMLElement;
  start: number;
  end: number;
}

let aim: Aim | null = null;
let dragged = false;

export function liveCalendar(calendar: HTMLElement): void {
  calendar.addEventListener("pointerdown", (event) => grab(event, calendar));
  calendar.addEventListener("click", (event) => dragged && (event.preventDefault(), event.stopPropagation(), (dragged = false)), true);
  calendar.addEventListener("keydown", (event) => onKey(event, calendar));
  for (const visit of calendar.querySelectorAll<HTMLElement>("[data-visit]")) {
    const grip = document.createElement("span");
    grip.className = "grip";
    visit.append(grip);
  }
  tick(calendar);
  const clock = setInterval(() => (calendar.isConnected ? tick(calendar) : clearInterval(clock)), 20_000);
  calendar.querySelector("[data-now]")?.scrollIntoView({ block: "center" });
  if (calendar.getBoundingClientRect().top < 0) window.scrollTo(0, 0);
}

// The now-line moves, and who waits has waited longer.
function tick(calendar: HTMLElement): void {
  for (const line of calendar.querySelectorAll<HTMLElement>("[data-now]")) {
    const column = line.closest<HTMLElement>("[data-column]")!;
    line.style.gridRowStart = String(Math.floor((Date.now() - begins(column)) / 300_000) + 1);
  }
  for (const time of document.querySelectorAll<HTMLTimeElement>("[data-waiting] time")) {
    const minutes = Math.floor((Date.now() - Date.parse(time.dateTime)) / 60_000);
    if (minutes < 90) time.textContent = `${minutes} min`;
  }
}

const begins = (column: HTMLElement): number => Date.parse(column.dataset["begins"] ?? "");
const columns = (calendar: HTMLElement): HTMLElement[] => [...calendar.querySelectorAll<HTMLElement>("[data-column]")];
// How high five minutes are.
const perRow = (column: HTMLElement): number => parseFloat(getComputedStyle(column).gridTemplateRows);

function aimed(visit: HTMLElement): Aim {
  const at = visit.dataset;
  return { visit, column: visit.closest<HTMLElement>("[data-column]")!, start: Date.parse(at["starts"] ?? ""), end: Date.parse(at["ends"] ?? "") };
}

function grab(event: PointerEvent, calendar: HTMLElement): void {
  const visit = (event.target as Element).closest<HTMLElement>("[data-visit]");
  if (!visit || event.button !== 0 || event.pointerType === "touch") return;
  const pulls = (event.target as Element).matches(".grip");
  const from = aimed(visit);
  const [x, y] = [event.clientX, event.clientY];
  const move = (to: PointerEvent): void => {
    if (!dragged && Math.hypot(to.clientX - x, to.clientY - y) < FAR) return;
    dragged = true;
    const minutes = Math.round(((to.clientY - y) / perRow(from.column)) * 5 / STEP) * STEP;
    const column = pulls ? from.column : (under(to, calendar) ?? from.column);
    aim = pulls ? { ...from, end: Math.max(from.end + minutes * 60_000, from.start + STEP * 60_000) } : shifted(from, column, minutes);
    show(calendar);
  };
  const drop = (): void => {
    document.removeEventListener("pointermove", move);
    if (dragged && aim) send(calendar);
    else forget(calendar);
    setTimeout(() => (dragged = false));
  };
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", drop, { once: true });
  event.preventDefault();
}

function under(event: PointerEvent, calendar: HTMLElement): HTMLElement | undefined {
  return columns(calendar).find((column) => {
    const box = column.getBoundingClientRect();
    return event.clientX >= box.left && event.clientX < box.right;
  });
}

// The same o'clock in another column, so many minutes later.
function shifted(from: Aim, column: HTMLElement, minutes: number): Aim {
  const start = begins(column) + (from.start - begins(from.column)) + minutes * 60_000;
  return { visit: from.visit, column, start, end: start + (from.end - from.start) };
}

function show(calendar: HTMLElement): void {
  if (!aim) return;
  const { visit, column, start, end } = aim;
  const own = visit.closest<HTMLElement>("[data-column]")!;
  const row = perRow(own) / 5;
  const down = ((start - begins(column) - (Date.parse(visit.dataset["starts"]!) - begins(own))) / 60_000) * row;
  const across = column.getBoundingClientRect().left - own.getBoundingClientRect().left;
  visit.classList.add("moving");
  visit.style.transform = `translate(${across}px, ${down}px)`;
  visit.style.blockSize = `${((end - start) / 60_000) * row - 2}px`;
  const words = `${clock(calendar, start)} – ${clock(calendar, end)}`;
  visit.querySelector(".time")!.textContent = words;
  const says = calendar.parentElement!.querySelector<HTMLElement>("[data-says]");
  if (says) says.textContent = `${words}, ${column.closest("section")?.getAttribute("aria-label") ?? ""}`;
}

function clock(calendar: HTMLElement, at: number): string {
  const zone = calendar.dataset["zone"];
  return new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit", timeZone: zone }).format(at);
}

function forget(calendar: HTMLElement): void {
  if (!aim) return;
  const { visit } = aim;
  aim = null;
  visit.classList.remove("moving");
  visit.style.transform = visit.style.blockSize = "";
  visit.querySelector(".time")!.textContent = clock(calendar, Date.parse(visit.dataset["starts"]!));
}

function send(calendar: HTMLElement): void {
  const form = calendar.parentElement!.querySelector<HTMLFormElement>("[data-move-form]");
  if (!aim || !form) return;
  const { visit, column, start, end } = aim;
  if (column === visit.closest("[data-column]") && start === Date.parse(visit.dataset["starts"]!) && end === Date.parse(visit.dataset["ends"]!)) return forget(calendar);
  form.action = visit.dataset["move"]!;
  const said = { version: visit.dataset["version"], provider: column.dataset["provider"] || visit.dataset["provider"], starts_at: new Date(start).toISOString(), ends_at: new Date(end).toISOString() };
  for (const [name, value] of Object.entries(said)) form.querySelector<HTMLInputElement>(`[name=${name}]`)!.value = value ?? "";
  aim = null;
  form.requestSubmit();
}

function onKey(event: KeyboardEvent, calendar: HTMLElement): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const slot = (event.target as Element).closest<HTMLElement>("[data-slot]");
  if (aim) return steer(event, calendar);
  if (event.key === "m" && !("keysOff" in document.documentElement.dataset)) {
    const visit = slot?.closest<HTMLElement>("[data-visit]");
    if (!visit) return;
    aim = aimed(visit);
    show(calendar);
  } else if (!slot || !step(event.key, slot, calendar)) return;
  event.preventDefault();
  event.stopPropagation();
}

// While a visit is being moved: arrows by a quarter hour or a column, with Shift its length, Enter sends, Escape forgets.
function steer(event: KeyboardEvent, calendar: HTMLElement): void {
  const all = columns(calendar);
  const at = aim!;
  const quarter = { ArrowUp: -STEP, ArrowDown: STEP }[event.key];
  const beside = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (quarter && event.shiftKey) aim = { ...at, end: Math.max(at.end + quarter * 60_000, at.start + STEP * 60_000) };
  else if (quarter) aim = shifted(at, at.column, quarter);
  else if (beside) aim = shifted(at, all[all.indexOf(at.column) + beside] ?? at.column, 0);
  else if (event.key === "Enter") send(calendar);
  else if (event.key === "Escape") forget(calendar);
  else if (event.key === "Tab") return forget(calendar);
  if (aim) show(calendar);
  event.preventDefault();
  event.stopPropagation();
}

// From slot to slot: up and down within the column, left and right to what stands nearest beside.
function step(key: string, from: HTMLElement, calendar: HTMLElement): boolean {
  const all = columns(calendar);
  const column = from.closest<HTMLElement>("[data-column]")!;
  const middle = (slot: HTMLElement): number => slot.getBoundingClientRect().top;
  const slots = (within: HTMLElement): HTMLElement[] => [...within.querySelectorAll<HTMLElement>("[data-slot]")].sort((a, b) => middle(a) - middle(b));
  let next: HTMLElement | undefined;
  if (key === "ArrowDown" || key === "ArrowUp") {
    const own = slots(column);
    next = own[own.indexOf(from) + (key === "ArrowDown" ? 1 : -1)];
  } else if (key === "ArrowLeft" || key === "ArrowRight") {
    const by = key === "ArrowRight" ? 1 : -1;
    for (let n = all.indexOf(column) + by; all[n] && !next; n += by) {
      next = slots(all[n]!).sort((a, b) => Math.abs(middle(a) - middle(from)) - Math.abs(middle(b) - middle(from)))[0];
    }
  } else return false;
  next?.focus();
  next?.scrollIntoView({ block: "nearest", inline: "nearest" });
  return true;
}
