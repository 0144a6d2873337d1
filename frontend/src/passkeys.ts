// Passkeys: the browser's own dialog. A form marked data-passkey waits for what the browser signs, then sends it.
const ABLE = "PublicKeyCredential" in window;

export function listenForPasskeys(): void {
  if (!ABLE) return;
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) form.hidden = false;
  document.addEventListener("submit", (event) => {
    const form = event.target instanceof HTMLFormElement && event.target.matches("[data-passkey]") ? event.target : null;
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    void signed(form).then((done) => done && form.submit());
  });
}

// Fills in what the browser signed; false, and said so, if nothing came back.
export async function signed(form: HTMLFormElement): Promise<boolean> {
  const said = form.querySelector<HTMLElement>("[data-failed]");
  if (said) said.textContent = "";
  try {
    const answer = await fetch(form.dataset["options"] ?? "", { method: "POST", body: asked(form) });
    if (!answer.ok) throw new Error(String(answer.status));
    const { publicKey } = (await answer.json()) as { publicKey: Asked };
    const made = form.dataset["passkey"] === "register" ? await registered(publicKey) : await proved(publicKey);
    form.querySelector<HTMLInputElement>("input[name=passkey]")!.value = JSON.stringify(made);
    return true;
  } catch {
    if (said) said.textContent = said.dataset["failed"] ?? "";
    return false;
  }
}

function asked(form: HTMLFormElement): URLSearchParams {
  const token = form.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
  return new URLSearchParams({ csrfmiddlewaretoken: token, for: form.dataset["passkey"] ?? "" });
}

// What the server sends: the options of the standard, with every buffer as base64url text.
interface Known extends Omit<PublicKeyCredentialDescriptor, "id"> {
  id: string;
}

interface Asked {
  challenge: string;
  rpId?: string;
  rp: PublicKeyCredentialRpEntity;
  user: { id: string; name: string; displayName: string };
  pubKeyCredParams: PublicKeyCredentialParameters[];
  authenticatorSelection?: AuthenticatorSelectionCriteria;
  excludeCredentials?: Known[];
  allowCredentials?: Known[];
  userVerification?: UserVerificationRequirement;
}

async function registered(wanted: Asked): Promise<object> {
  const made = (await navigator.credentials.create({
    publicKey: {
      rp: wanted.rp,
      user: { ...wanted.user, id: bytes(wanted.user.id) },
      challenge: bytes(wanted.challenge),
      pubKeyCredParams: wanted.pubKeyCredParams,
      authenticatorSelection: wanted.authenticatorSelection ?? {},
      excludeCredentials: (wanted.excludeCredentials ?? []).map(known),
    },
  })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return { ...said(made), response: { clientDataJSON: text(response.clientDataJSON), attestationObject: text(response.attestationObject) } };
}

async function proved(wanted: Asked): Promise<object> {
  const made = (await navigator.credentials.get({
    publicKey: {
      challenge: bytes(wanted.challenge),
      rpId: wanted.rpId ?? location.hostname,
      allowCredentials: (wanted.allowCredentials ?? []).map(known),
      userVerification: wanted.userVerification ?? "required",
    },
  })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAssertionResponse;
  return {
    ...said(made),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: response.userHandle ? text(response.userHandle) : null,
    },
  };
}

function said(made: PublicKeyCredential): { id: string; rawId: string; type: string } {
  return { id: made.id, rawId: text(made.rawId), type: made.type };
}

function known({ id, ...rest }: Known): PublicKeyCredentialDescriptor {
  return { ...rest, id: bytes(id) };
}

function bytes(words: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(words.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
