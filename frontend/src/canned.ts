// Ready-made words go into the field they are for; what is there already stays before them.
export function offerCanned(part: HTMLElement): void {
  for (const select of part.querySelectorAll<HTMLSelectElement>("select[data-fills]")) {
    const around = select.closest<HTMLElement>("[hidden]");
    if (around) around.hidden = false;
    select.addEventListener("change", () => fill(select));
  }
}

function fill(select: HTMLSelectElement): void {
  const field = document.getElementById(select.dataset["fills"] ?? "");
  if (!(field instanceof HTMLTextAreaElement) || !select.value) return;
  field.value = [field.value.trim(), select.value].filter(Boolean).join("\n\n");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  select.value = "";
  field.focus();
}
