// htmx, and what a person is told when a request fails.
import htmx from "htmx.org";
import { signInAgain } from "./drafts";
import { isLive } from "./live";
import { csrfToken, showToast, textOf, toastIn } from "./toasts";

// A form with errors (400, 409, 422) is swapped in. A refusal or a failure never replaces the page: it is told in a toast.
htmx.config.noSwap = [204, 304, 401, 403, 404, 405, 413, 429, "5xx"] as typeof htmx.config.noSwap;

interface RequestDetail {
  ctx?: { response?: { status: number }; hx?: { trigger?: string } };
}

export const isForm = (status: number): boolean => status === 400 || status === 409 || status === 422;

function tellRefusal(status: number): void {
  if (status === 401) return signInAgain();
  const key = status === 403 ? "refused" : status === 404 ? "gone" : "failed";
  showToast({ text: textOf(key), level: "error" });
}

const tellOffline = (): void => showToast({ text: textOf("offline"), level: "error" });

document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = (event as CustomEvent<RequestDetail>).detail;
  const status = ctx?.response?.status ?? 0;
  const saysWhy = ctx?.hx?.trigger?.includes("toast");
  if (!isForm(status) && !saysWhy) tellRefusal(status);
});

document.addEventListener("htmx:error", tellOffline);

/**
 * Asks for a part of the page as htmx does, by POST when there is a body. Null without an answer. What is neither a part nor a form
 * with its errors the person has been told.
 */
export async function askPart(address: string | URL, body?: URLSearchParams): Promise<Response | null> {
  const headers: Record<string, string> = { "HX-Request": "true" };
  if (body) headers["X-CSRFToken"] = csrfToken();
  const answer = await fetch(address, { method: body ? "POST" : "GET", headers, body }).catch(() => null);
  if (!answer) tellOffline();
  if (!answer || answer.ok || isForm(answer.status)) return answer;
  const said = toastIn(answer);
  const isText = answer.headers.get("Content-Type")?.startsWith("text/plain");
  if (said) showToast(said);
  else if (isText) showToast({ text: await answer.text(), level: "error" });
  else tellRefusal(answer.status);
  return answer;
}

// A part that asks again and again rests while nobody looks at the page, and while the page is told of changes by itself.
document.addEventListener("htmx:config:request", (event) => {
  if ((document.hidden || isLive()) && (event.target as Element).matches?.("[data-poll]")) event.preventDefault();
});
