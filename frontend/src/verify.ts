// Checks the proof of one ledger entry here, with nothing but WebCrypto: the bytes, the way to the root, the signature.
// What it compares with comes from the same server; whoever wants more compares the key, or checks the file elsewhere.
type Proof = { row: string; seq: number; leaf: string; path: string[]; checkpoint: string; keys: string[] };
type Found = { held: boolean; shown?: string };

const SCHEMA = 1;
const text = new TextEncoder();

export function offerToVerify(section: HTMLElement): void {
  const button = section.parentElement?.querySelector<HTMLButtonElement>("[data-verify]");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => void verify(section, button));
}

async function verify(list: HTMLElement, button: HTMLButtonElement): Promise<void> {
  button.disabled = true;
  for (const item of list.querySelectorAll<HTMLElement>("li")) tell(list, item.dataset["step"] ?? "", undefined);
  try {
    const answer = await fetch(list.dataset["proof"] ?? "", { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const proof = (await answer.json()) as Proof;
    for (const [step, check] of Object.entries(STEPS)) {
      tell(list, step, await check(proof, list.dataset["said"] ?? "{}").catch((error: unknown) => failed(error)));
    }
  } catch {
    list.querySelectorAll<HTMLElement>("li").forEach((item) => tell(list, item.dataset["step"] ?? "", { held: false }));
  }
  button.disabled = false;
}

// A browser without Ed25519 cannot say; bytes that are no proof do not hold.
function failed(error: unknown): Found | "cannot" {
  return error instanceof DOMException && error.name === "NotSupportedError" ? "cannot" : { held: false };
}

const STEPS: Record<string, (proof: Proof, said: string) => Promise<Found>> = {
  row: async (proof) => {
    const leaf = await hash(Uint8Array.of(0, SCHEMA), bytes(proof.row));
    return { held: same(leaf, bytes(proof.leaf)), shown: hex(leaf) };
  },
  said: async (proof, said) => {
    const written = columns(bytes(proof.row));
    return { held: Object.entries(JSON.parse(said) as Record<string, string>).every(([name, word]) => written[name] === word) };
  },
  path: async (proof) => {
    const stop = note(proof.checkpoint).lines;
    const leaf = await hash(Uint8Array.of(0, SCHEMA), bytes(proof.row));
    const root = await rootOf(BigInt(proof.seq), BigInt(stop[1] ?? "0"), leaf, proof.path.map(bytes));
    return { held: root !== undefined && same(root, bytes(stop[2] ?? "")), shown: root && hex(root) };
  },
  signature: async (proof) => {
    for (const key of proof.keys.map(keyOf)) if (await carries(proof.checkpoint, key)) return { held: true, shown: hex(key) };
    return { held: false };
  },
  keys: async (proof) => {
    let before: Uint8Array<ArrayBuffer> | undefined;
    for (const announced of proof.keys) {
      const key = keyOf(announced);
      if (!(await carries(announced, key)) || (before && !(await carries(announced, before)))) return { held: false };
      before = key;
    }
    return { held: before !== undefined };
  },
};

function tell(list: HTMLElement, step: string, found: Found | "cannot" | undefined): void {
  const item = list.querySelector<HTMLElement>(`[data-step="${step}"]`);
  const [words, code] = [item?.querySelector("strong"), item?.querySelector("code")];
  if (!item || !words || !code) return;
  const state = found === undefined ? "" : found === "cannot" ? "cannot" : found.held ? "good" : "bad";
  item.className = state;
  words.textContent = state ? (list.dataset[state] ?? "") : "";
  code.textContent = (typeof found === "object" && found.shown) || "";
  code.hidden = !code.textContent;
}

// ── RFC 6962 ──────────────────────────────────────────────────────────────────────────────────────────────────────

async function hash(...parts: Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

// The root that an inclusion proof leads to (RFC 9162 § 2.1.3.2).
async function rootOf(index: bigint, size: bigint, leaf: Uint8Array, path: Uint8Array[]): Promise<Uint8Array | undefined> {
  if (index >= size) return undefined;
  let [here, last, root] = [index, size - 1n, leaf];
  for (const beside of path) {
    if (last === 0n) return undefined;
    if (here & 1n || here === last) {
      root = await hash(Uint8Array.of(1), beside, root);
      while (!(here & 1n) && here) [here, last] = [here >> 1n, last >> 1n];
    } else {
      root = await hash(Uint8Array.of(1), root, beside);
    }
    [here, last] = [here >> 1n, last >> 1n];
  }
  return last === 0n ? root : undefined;
}

// ── Signed notes (C2SP), Ed25519 ──────────────────────────────────────────────────────────────────────────────────

function note(signed: string): { body: string; lines: string[]; signatures: Uint8Array<ArrayBuffer>[] } {
  const end = signed.lastIndexOf("\n\n");
  if (end < 0) throw new Error("not a note");
  const body = signed.slice(0, end + 1);
  const tail = signed.slice(end + 2).split("\n").filter(Boolean);
  return { body, lines: body.split("\n"), signatures: tail.map((line) => bytes(line.split(" ").at(-1) ?? "")) };
}

function keyOf(announced: string): Uint8Array<ArrayBuffer> {
  return bytes((note(announced).lines[1] ?? "").replace(/^key /, ""));
}

async function carries(signed: string, key: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const { body, lines, signatures } = note(signed);
  const name = (await hash(text.encode(`${lines[0]}\n`), Uint8Array.of(1), key)).slice(0, 4);
  const verifier = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  for (const signature of signatures) {
    if (!same(signature.slice(0, 4), name)) continue;
    if (await crypto.subtle.verify({ name: "Ed25519" }, verifier, signature.slice(4), text.encode(body))) return true;
  }
  return false;
}

// ── The entry's bytes: PostgreSQL's COPY BINARY ───────────────────────────────────────────────────────────────────

function columns(row: Uint8Array): Record<string, string> {
  const view = new DataView(row.buffer, row.byteOffset, row.byteLength);
  const raw: Uint8Array[] = [];
  let at = 2;
  for (let left = view.getInt16(0); left > 0; left--) {
    const size = view.getInt32(at);
    raw.push(row.slice(at + 4, at + 4 + Math.max(size, 0)));
    at += 4 + Math.max(size, 0);
  }
  const word = (n: number): string => new TextDecoder().decode(raw[n]);
  const uuid = (n: number): string => hex(raw[n] ?? row).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  const moment = raw[2] ?? row;
  const subjects = raw[13] ?? row;
  return {
    id: uuid(0), at: new DataView(moment.buffer).getBigInt64(0).toString(), kind: word(4), verb: word(5), actor: uuid(6),
    role: word(7), purpose: word(8), outcome: word(15),
    subjects: String(subjects.length > 12 ? new DataView(subjects.buffer).getInt32(12) : 0),
  };
}

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function hex(raw: Uint8Array): string {
  return [...raw].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, n) => byte === other[n]);
}
