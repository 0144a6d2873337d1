// Countdowns: of an emergency access, of a time held in the calendar. The page says until when without this.
export function countDown(): void {
  setInterval(() => document.querySelectorAll<HTMLElement>("[data-until]").forEach(tick), 1000);
}

function tick(clock: HTMLElement): void {
  const left = Math.ceil((Date.parse(clock.dataset["until"] ?? "") - Date.now()) / 1000);
  const words = left > 0 ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : (clock.dataset["over"] ?? "");
  if (clock.textContent !== words) clock.textContent = words;
}
