// The keyboard: / or Ctrl+K to search, j and k along a list, Escape to close, Shift+P when someone walks in,
// Shift+L to lock. A page names its own single keys on what they press (data-key="x"): within the row that has the
// focus, else the one on the page.
// The single keys can be switched off in the account menu (WCAG 2.1.4); Ctrl+K and Escape always work.
import { lockNow } from "./lock";
import { closePanel } from "./panel";
import { togglePrivate } from "./preferences";

export function listenForKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.isComposing) return;
    const act = wanted(event);
    if (act?.()) event.preventDefault();
  });
  document.addEventListener("pointerout", unhush);
  document.addEventListener("focusout", unhush);
}

function wanted(event: KeyboardEvent): (() => boolean) | undefined {
  if (event.key === "Escape") return document.querySelector(":popover-open") ? undefined : () => hush() || closePanel();
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) return search;
  if (event.ctrlKey || event.metaKey || typing(event.target) || "keysOff" in document.documentElement.dataset) return;
  return { "/": search, j: () => step(1), k: () => step(-1), P: togglePrivate, L: lockNow }[event.key] ?? named(event.key);
}

function named(key: string): (() => boolean) | undefined {
  if (!/^[a-z]$/.test(key)) return undefined;
  const within = document.activeElement?.closest("tr, li, .panel");
  const own = within?.querySelector<HTMLElement>(`[data-key="${key}"]`);
  const all = document.querySelectorAll<HTMLElement>(`[data-key="${key}"]`);
  const wanted = own ?? (all.length === 1 ? all[0] : undefined);
  if (!wanted) return undefined;
  return () => (wanted.matches("input:not([type=checkbox]), select, textarea") ? wanted.focus() : wanted.click(), true);
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio]), textarea, select"));
}

function search(): boolean {
  const field = document.querySelector<HTMLInputElement>("[data-top-search] input[type=search]");
  field?.select();
  field?.focus();
  return field !== null;
}

// The links themselves take the focus, so Enter opens and a screen reader says where we are.
function step(by: number): boolean {
  const links = [...document.querySelectorAll<HTMLElement>("[data-keys] .row-link")].filter((link) => link.checkVisibility());
  const here = links.indexOf(document.activeElement as HTMLElement);
  const next = links[here < 0 ? (by > 0 ? 0 : links.length - 1) : here + by];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
  return next !== undefined;
}

// What hovering a sealed bar says can be put away without moving the pointer (WCAG 1.4.13).
function hush(): boolean {
  const open = document.querySelector(".sealed:is(:hover, :focus-within):not(.hushed)");
  open?.classList.add("hushed");
  return open !== null;
}

function unhush(event: Event): void {
  const bar = event.target instanceof Element ? event.target.closest(".sealed.hushed") : null;
  const to = (event as PointerEvent | FocusEvent).relatedTarget;
  if (bar && !(to instanceof Node && bar.contains(to))) bar.classList.remove("hushed");
}
