// Only what HTML cannot do alone. Every page reads, signs in and saves without any of this.
import "./styles/index.css";
import htmx from "htmx.org";
import { offerCanned } from "./canned";
import { countDown } from "./emergency";
import { listenForKeys } from "./keys";
import { keepLock } from "./lock";
import { keepPanel } from "./panel";
import { listenForPasskeys } from "./passkeys";
import { showPasswords } from "./passwords";
import { keepPreferences, tellZone } from "./preferences";
import { switchUser } from "./switch";
import { tickAll } from "./ticks";
import { offerUndo } from "./undo";

listenForKeys();
keepPreferences();
tellZone();
keepPanel();
showPasswords();
countDown();
keepLock();
switchUser();
listenForPasskeys();

htmx.onLoad((element) => {
  const part = element as HTMLElement;
  part.querySelector<HTMLElement>("[data-focus]")?.focus();
  offerCanned(part);
  const calendars = part.matches("[data-calendar]") ? [part] : part.querySelectorAll<HTMLElement>("[data-calendar]");
  if (calendars.length) void import("./calendar").then(({ liveCalendar }) => calendars.forEach(liveCalendar));
  part.querySelectorAll<HTMLElement>("[data-tick-all]").forEach(tickAll);
  part.querySelectorAll<HTMLElement>("[data-undo]").forEach(offerUndo);
  part.querySelectorAll<HTMLFormElement>("form[data-filters]").forEach((form) => form.addEventListener("change", () => form.requestSubmit()));
  const plots = part.querySelectorAll<HTMLElement>("[data-chart]");
  const proofs = part.querySelectorAll<HTMLElement>("[data-proof]");
  if (proofs.length) void import("./verify").then(({ offerToVerify }) => proofs.forEach(offerToVerify));
  const pads = part.querySelectorAll<HTMLElement>("[data-pad]");
  if (pads.length) void import("./signature").then(({ liveSignature }) => pads.forEach(liveSignature));
  if (part.querySelector("[data-print]")) window.print();
  if (plots.length) void import("./charts").then(({ draw }) => plots.forEach(draw));
});
