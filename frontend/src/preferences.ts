// Colors, hidden names, single keys: the same cookies the server's form sets, without losing what is typed on the page.
const page = document.documentElement;

function remember(name: string, value: string): void {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax${secure}`;
}

function announce(words: string | undefined): void {
  const place = document.getElementById("announce");
  if (place) place.textContent = words ?? "";
}

export function keepPreferences(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("button[data-preference]") : null;
    if (!button) return;
    event.preventDefault();
    if (button.name === "theme") setTheme(button);
    else if (button.name === "private") togglePrivate();
    else toggleKeys();
  });
}

function setTheme(button: HTMLButtonElement): void {
  remember("theme", button.value);
  if (button.value === "system") delete page.dataset["theme"];
  else page.dataset["theme"] = button.value;
  for (const one of document.querySelectorAll<HTMLButtonElement>("button[data-preference][name=theme]")) {
    one.setAttribute("aria-pressed", String(one === button));
  }
}

export function togglePrivate(): boolean {
  const hide = !("private" in page.dataset);
  remember("private", hide ? "on" : "off");
  press("private", hide);
  if (hide) page.dataset["private"] = "";
  else delete page.dataset["private"];
  announce(hide ? document.body.dataset["hiddenWords"] : document.body.dataset["shownWords"]);
  return true;
}

function toggleKeys(): void {
  const off = !("keysOff" in page.dataset);
  remember("keys", off ? "off" : "on");
  press("keys", !off);
  if (off) page.dataset["keysOff"] = "";
  else delete page.dataset["keysOff"];
}

function press(name: string, on: boolean): void {
  document.querySelector(`button[data-preference][name=${name}]`)?.setAttribute("aria-pressed", String(on));
}

// The reader's zone, so that times can be told both ways. The name of a zone, nothing more.
export function tellZone(): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.includes(`zone=${zone}`)) remember("zone", zone);
}
