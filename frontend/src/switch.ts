// Switch user. What stands unsent in a form goes with the session to the server, sealed, and comes back once to its
// person; nothing of it is kept in the browser.
type Typed = [string, [string, string][]];
type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const HERE = "#typed";

export function switchUser(): void {
  document.addEventListener("submit", ({ target }) => {
    const place = (target as HTMLFormElement).querySelector<HTMLInputElement>("[data-typed]");
    if (place) place.value = gathered();
  });
  if (location.hash === HERE) void bringBack();
}

function gathered(): string {
  const changed = [...document.querySelectorAll<HTMLFormElement>("main form")].find((form) => controls(form).some(isChanged));
  if (!changed) return "";
  const said = controls(changed).filter((each) => !isChoice(each) || each.checked);
  const typed: Typed = [location.pathname, said.map((each) => [each.name, each.value])];
  return JSON.stringify(typed);
}

async function bringBack(): Promise<void> {
  history.replaceState(null, "", location.pathname + location.search);
  const cover = document.querySelector<HTMLElement>("#lock");
  const form = cover?.querySelector("form");
  if (!cover?.dataset["typed"] || !form) return;
  const answer = await fetch(cover.dataset["typed"], { method: "POST", body: new FormData(form), redirect: "manual", cache: "no-store" });
  if (!answer.ok) return;
  const said = ((await answer.json()) as { typed: string }).typed;
  const typed = said ? (JSON.parse(said) as Typed) : null;
  if (typed?.[0] !== location.pathname) return;
  const names = new Set(typed[1].map(([name]) => name));
  const forms = [...document.querySelectorAll<HTMLFormElement>("main form")];
  const back = forms.find((each) => controls(each).some(({ name }) => names.has(name)));
  for (const each of back ? controls(back) : []) fill(each, typed[1]);
}

function fill(control: Control, said: [string, string][]): void {
  const mine = said.filter(([name]) => name === control.name).map(([, value]) => value);
  if (isChoice(control)) control.checked = mine.includes(control.value);
  else if (mine[0] !== undefined) control.value = mine[0];
}

function controls(form: HTMLFormElement): Control[] {
  return [...form.elements].filter((each): each is Control => each.matches("input, select, textarea")).filter(isTyped);
}

function isTyped(control: Control): boolean {
  return control.name !== "" && !["hidden", "password", "file", "submit", "button"].includes(control.type) && !/code$/.test(control.name);
}

function isChoice(control: Control): control is HTMLInputElement {
  return control instanceof HTMLInputElement && ["checkbox", "radio"].includes(control.type);
}

function isChanged(control: Control): boolean {
  if (isChoice(control)) return control.checked !== control.defaultChecked;
  if (control instanceof HTMLSelectElement) return [...control.options].some((each) => each.selected !== each.defaultSelected) && control.selectedIndex > 0;
  return control.value !== control.defaultValue;
}
