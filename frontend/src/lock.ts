// Lock, don't log out. The lock is the server's; this keeps the time, covers the page, and goes on without leaving it.
// Typing counts as being here, told to the server at most once a minute. Tabs of one session agree at once where the
// browser lets them speak to each other; elsewhere each asks the server when it is looked at.
import { signed } from "./passkeys";

interface Told {
  state: "open" | "locked" | "gone";
  seconds: number;
  words?: string;
  owner?: string;
  resumed?: boolean;
}

const WARNING = 60;
const LAST_MINUTES = 5;
const ACTIVE_EVERY = 60_000;
const ASK_EVERY = 15_000;

const page = document.documentElement;
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("keepwell") : null;
let cover: HTMLDialogElement | null = null;
let warning: HTMLDialogElement | null = null;
let ending: HTMLDialogElement | null = null;
let endsAt = Infinity;
let overAt = Infinity;
let heardAt = Date.now();
let typedAt = 0;
let asking = false;
// A lock this tab asked for and the server has not confirmed: until then nothing that says "open" uncovers the page.
let unconfirmed = false;

export function keepLock(): void {
  cover = document.querySelector<HTMLDialogElement>("#lock");
  warning = document.querySelector<HTMLDialogElement>("#lock-warning");
  if (!cover || !warning) return;
  start(Number(cover.dataset["seconds"]));
  ending = document.querySelector<HTMLDialogElement>("#lock-ending");
  const left = Number(ending?.dataset["dayLeft"]);
  // Whoever opens a page in the last minutes reads it there; a page that stands open is told when they begin.
  if (left > LAST_MINUTES * 60) overAt = Date.now() + left * 1000;
  tabs?.postMessage(told("open"));
  tabs?.addEventListener("message", ({ data }: MessageEvent<Told & { owner: string }>) => {
    if (data.owner === owner() && (data.resumed || data.state !== "open" || !locked())) hear(data, false);
  });
  cover.querySelector("form")?.addEventListener("submit", (event) => void unlock(event));
  cover.querySelector("form[data-passkey]")?.addEventListener("submit", (event) => void unlock(event));
  cover.addEventListener("cancel", (event) => event.preventDefault());
  cover.addEventListener("close", () => locked() && show());
  warning.querySelector("form")?.addEventListener("submit", (event) => (event.preventDefault(), void ask("stay")));
  warning.addEventListener("cancel", () => void ask("stay"));
  for (const kind of ["keydown", "pointerdown", "wheel", "touchstart"]) addEventListener(kind, active, { capture: true, passive: true });
  document.querySelector("[data-lock-now]")?.addEventListener("click", (event) => lockNow() && event.preventDefault());
  document.addEventListener("submit", held, true);
  document.addEventListener("submit", ({ target }) => (target as Element).querySelector("[data-typed]") && tabs?.postMessage(told("locked")));
  document.addEventListener("visibilitychange", look);
  addEventListener("focus", look);
  addEventListener("pageshow", (event) => event.persisted && void ask());
  setInterval(tick, 1000);
  guardRequests();
}

export function lockNow(): boolean {
  if (!cover || locked()) return false;
  unconfirmed = true;
  show();
  void ask("lock");
  return true;
}

// What htmx asks for: never while locked; what it asks by itself says so; and an answer of 423 covers the page.
function guardRequests(): void {
  document.addEventListener("htmx:beforeRequest", (event) => locked() && event.preventDefault());
  document.addEventListener("htmx:configRequest", (event) => {
    const { headers, triggeringEvent } = (event as CustomEvent<{ headers: Record<string, string>; triggeringEvent?: Event }>).detail;
    if (locked()) return;
    if (triggeringEvent?.isTrusted || triggeringEvent instanceof SubmitEvent) hear(told("open", Number(cover?.dataset["idle"])), true);
    else headers["X-Keepwell-Background"] = "1";
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const detail = (event as CustomEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean }>).detail;
    if (detail.xhr.status !== 423) return;
    detail.shouldSwap = false;
    hear(told("locked"), true);
  });
}

function locked(): boolean {
  return "locked" in page.dataset;
}

function owner(): string {
  return cover?.dataset["owner"] ?? "";
}

function told(state: Told["state"], seconds = (endsAt - Date.now()) / 1000): Told & { owner: string } {
  return { state, seconds, owner: owner() };
}

function start(seconds: number): void {
  heardAt = Date.now();
  endsAt = heardAt + seconds * 1000;
}

// Somebody said how the session stands: the server (then the other tabs hear of it), or another tab.
function hear(said: Told, pass: boolean): void {
  if (pass) tabs?.postMessage({ ...said, owner: owner() });
  if (said.state === "gone") return location.reload();
  if (said.state === "locked") return show();
  if (unconfirmed) return void ask("lock");
  start(said.seconds);
  if (warning?.open && said.seconds > WARNING) warning.close();
  if (locked()) hide();
}

function tick(): void {
  if (locked()) return;
  tellOfTheEnd();
  const left = Math.ceil((endsAt - Date.now()) / 1000);
  if (left <= 0) {
    show();
    void ask();
  } else if (left <= WARNING) warn(left);
  else if (typedAt > heardAt && Date.now() - heardAt > Math.min(ACTIVE_EVERY, (left * 1000) / 3)) void ask("stay");
  else if (!tabs && !document.hidden && Date.now() - heardAt > ASK_EVERY) void ask();
}

// Five minutes before the working day of a session is over, once: what is being written can still be saved.
function tellOfTheEnd(): void {
  const minutes = Math.ceil((overAt - Date.now()) / 60_000);
  if (!ending || minutes > LAST_MINUTES) return;
  const place = ending.querySelector("[data-minutes]");
  if (place) place.textContent = String(Math.max(0, minutes));
  if ("told" in ending.dataset || document.querySelector("dialog[open]")) return;
  ending.dataset["told"] = "";
  ending.showModal();
}

// Before the first warning the server is asked: another tab may have been busy.
function warn(left: number): void {
  const place = warning?.querySelector("[data-left]");
  if (place) place.textContent = String(left);
  if (warning?.open) return;
  if (typedAt > heardAt) return void ask("stay");
  void ask();
  if (!document.querySelector("dialog[open]")) warning?.showModal();
}

function active(event: Event): void {
  if (event.isTrusted && !warning?.open) typedAt = Date.now();
}

function look(): void {
  if (!document.hidden && (Date.now() - heardAt > ASK_EVERY || Date.now() > endsAt)) void ask();
}

// A form sent after the time is over, before anything else noticed: it stays as it is until the session goes on.
function held(event: Event): void {
  if (Date.now() < endsAt || cover?.contains(event.target as Node)) return;
  event.preventDefault();
  show();
  void ask();
}

function show(): void {
  if (warning?.open) warning.close();
  page.dataset["locked"] = "";
  if (cover && !cover.open) cover.showModal();
  cover?.querySelector<HTMLElement>("input[type=password]:enabled, [data-passkey] button")?.focus();
}

function hide(): void {
  delete page.dataset["locked"];
  say("");
  cover?.querySelector("form")?.reset();
  if (cover?.open) cover.close();
}

// This page is of a session that waits: another person's is open in this browser, and says nothing about this one.
function somebodyElse(): void {
  show();
  say(cover?.dataset["other"] ?? "");
}

function say(words: string): void {
  const place = cover?.querySelector("[data-said]");
  if (place) place.textContent = words;
}

async function ask(what: "state" | "stay" | "lock" = "state"): Promise<void> {
  if ((asking && what !== "lock") || !cover) return;
  asking = true;
  const before = locked();
  try {
    const said = await fetched(cover.dataset[what] ?? "", what === "state" ? null : token(), what === "state");
    if (said.owner && said.owner !== owner()) return somebodyElse();
    if (said.state === "locked") unconfirmed = false;
    if (said.state !== "open" || before === locked()) hear(said, true);
  } catch {
    // Out of reach: the page's own clock goes on, and covers it in time.
  } finally {
    asking = false;
  }
}

async function unlock(event: Event): Promise<void> {
  event.preventDefault();
  const asked = event.target as HTMLFormElement;
  say("");
  if (asked.matches("[data-passkey]") && !(await signed(asked))) return;
  try {
    const said = await fetched(asked.action, new FormData(asked), false);
    if (said.words) say(said.words);
    if (said.words) asked.querySelector<HTMLInputElement>("input[type=password]")?.select();
    if (said.words && said.state !== "gone") return;
    unconfirmed = false;
    hear({ ...said, resumed: true }, true);
  } catch {
    say(cover?.dataset["unreached"] ?? "");
  }
}

function token(): FormData {
  const data = new FormData(cover?.querySelector("form") ?? undefined);
  data.delete("password");
  return data;
}

async function fetched(address: string, body: FormData | null, background: boolean): Promise<Told> {
  const headers: Record<string, string> = { "X-Keepwell-In-Place": "1" };
  if (background) headers["X-Keepwell-Background"] = "1";
  const answer = await fetch(address, { method: body ? "POST" : "GET", body, headers, redirect: "manual", cache: "no-store" });
  if (answer.status === 423) return { state: "locked", seconds: 0 };
  if (answer.type === "opaqueredirect" || (answer.status === 401 && !isJson(answer))) return { state: "gone", seconds: 0 };
  return (await answer.json()) as Told;
}

function isJson(answer: Response): boolean {
  return answer.headers.get("Content-Type")?.startsWith("application/json") ?? false;
}
