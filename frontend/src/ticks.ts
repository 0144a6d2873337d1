// One press ticks every box of its form, the next one takes the ticks away. Without a script the boxes do as well.
export function tickAll(button: HTMLElement): void {
  button.hidden = false;
  button.addEventListener("click", () => {
    const boxes = [...(button.closest("form")?.querySelectorAll<HTMLInputElement>("input[type=checkbox]") ?? [])];
    const every = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !every;
  });
}
