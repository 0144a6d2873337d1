// Ten seconds to think better of it: then the button goes, because the server would refuse it.
const LASTS = 10_000;

export function offerUndo(notice: HTMLElement): void {
  const gone = Date.now() - Date.parse(notice.dataset["undo"] ?? "");
  setTimeout(() => notice.querySelector("form")?.remove(), LASTS - Math.min(Math.max(gone, 0), LASTS));
}
