// The countdown of an emergency access. The page says the minutes without this; this makes them go down.
export function countDown(): void {
  const clocks = [...document.querySelectorAll<HTMLElement>(".emergency [data-until]")];
  if (clocks.length) setInterval(() => clocks.forEach(tick), 1000);
}

function tick(clock: HTMLElement): void {
  const left = Math.ceil((Date.parse(clock.dataset["until"] ?? "") - Date.now()) / 1000);
  const words = left > 0 ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : (clock.dataset["over"] ?? "");
  if (clock.textContent !== words) clock.textContent = words;
}
