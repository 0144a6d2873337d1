// A password can be looked at before it is sent (NIST SP 800-63B-4 § 3.1.1.2). It is hidden again when the form goes.
export function showPasswords(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-shows]")) button.hidden = false;
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("button[data-shows]") : null;
    const field = button && document.getElementById(button.dataset["shows"] ?? "");
    if (!button || !(field instanceof HTMLInputElement)) return;
    show(button, field, field.type === "password");
  });
  document.addEventListener("submit", () => {
    for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-shows][aria-pressed=true]")) {
      const field = document.getElementById(button.dataset["shows"] ?? "");
      if (field instanceof HTMLInputElement) show(button, field, false);
    }
  });
}

function show(button: HTMLButtonElement, field: HTMLInputElement, seen: boolean): void {
  field.type = seen ? "text" : "password";
  button.setAttribute("aria-pressed", String(seen));
}
