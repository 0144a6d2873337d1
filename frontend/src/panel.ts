// The side panel: a list's details open beside it, so the list keeps its place. Empty means closed.
let opener: HTMLElement | null = null;

const panel = (): HTMLElement | null => document.getElementById("panel");

export function keepPanel(): void {
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, target } = (event as CustomEvent<{ elt: HTMLElement; target: HTMLElement }>).detail;
    if (target === panel() && !target.contains(elt)) opener = elt;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const { target } = (event as CustomEvent<{ target: HTMLElement }>).detail;
    if (target === panel()) target.querySelector<HTMLElement>("h1, h2")?.focus();
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-close-panel]")) closePanel();
  });
}

export function closePanel(): boolean {
  const open = panel();
  if (!open?.hasChildNodes()) return false;
  open.replaceChildren();
  opener?.focus();
  opener = null;
  return true;
}
