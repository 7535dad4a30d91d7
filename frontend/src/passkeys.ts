// Passkeys: a form with data-passkey asks the browser before it is sent. "create" makes one, "get" uses one; the options stand in
// the page, or at the address in data-options.
const BARE = /^[\d.]+$|^\[/;

interface FromJSON {
  parseCreationOptionsFromJSON(options: unknown): PublicKeyCredentialCreationOptions;
  parseRequestOptionsFromJSON(options: unknown): PublicKeyCredentialRequestOptions;
}

type Trouble = "none" | "refused" | "bare";

/** Why this browser can have no passkey at this address; "" where it can. */
function lacks(): Trouble | "" {
  if (BARE.test(location.hostname) || !isSecureContext) return "bare";
  return "credentials" in navigator && "PublicKeyCredential" in window ? "" : "none";
}

function trouble(form: HTMLFormElement, kind: Trouble) {
  for (const button of form.querySelectorAll(".is-busy")) {
    button.classList.remove("is-busy"); // it can be tried again
    button.removeAttribute("aria-disabled");
  }
  const place = form.querySelector<HTMLElement>("[data-trouble]");
  if (!place) return;
  place.textContent = place.dataset[kind] ?? "";
  place.hidden = false;
}

async function options(form: HTMLFormElement): Promise<{ publicKey: Record<string, unknown> }> {
  const address = form.dataset.options;
  if (!address) return JSON.parse(form.querySelector("#passkey-options")?.textContent ?? "{}");
  const answer = await fetch(address, { headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" } });
  return (await answer.json()).request_options;
}

async function create(form: HTMLFormElement, given: Record<string, unknown>) {
  const alone = form.querySelector<HTMLInputElement>("[name=passwordless]")?.checked ?? false;
  const selection = { ...(given.authenticatorSelection as object), residentKey: alone ? "required" : "discouraged", requireResidentKey: alone };
  const asked = { ...given, authenticatorSelection: alone ? { ...selection, userVerification: "required" } : selection };
  const publicKey = (PublicKeyCredential as unknown as FromJSON).parseCreationOptionsFromJSON(asked);
  return navigator.credentials.create({ publicKey });
}

async function use(given: Record<string, unknown>) {
  return navigator.credentials.get({ publicKey: (PublicKeyCredential as unknown as FromJSON).parseRequestOptionsFromJSON(given) });
}

async function send(form: HTMLFormElement) {
  try {
    const { publicKey } = await options(form);
    const found = form.dataset.passkey === "create" ? await create(form, publicKey) : await use(publicKey);
    const field = form.querySelector<HTMLInputElement>("[name=credential]");
    if (!found || !field) return trouble(form, "refused");
    field.value = JSON.stringify((found as PublicKeyCredential).toJSON());
    form.submit();
  } catch {
    trouble(form, "refused");
  }
}

// Where there can be none, none is offered: the sign-in page shows its other ways alone, and a page that needs one says why.
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
  const why = lacks();
  if (!why) break;
  if ("onlyWherePossible" in form.dataset) form.hidden = true;
  form.querySelectorAll<HTMLElement>("button[type=submit]").forEach((button) => (button.hidden = true));
  trouble(form, why);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.passkey) return;
  event.preventDefault();
  void send(form);
});
