// htmx, and what a person is told when a request fails.
import htmx from "htmx.org";
import { isLive } from "./live";
import { showToast, textOf } from "./toasts";

// A form with errors (400, 409, 422) is swapped in. A refusal or a failure never replaces the page: it is told in a toast.
htmx.config.noSwap = [204, 304, 401, 403, 404, 405, 413, 429, "5xx"] as typeof htmx.config.noSwap;

interface RequestDetail {
  ctx?: { response?: { status: number }; hx?: { trigger?: string } };
}

document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = (event as CustomEvent<RequestDetail>).detail;
  const status = ctx?.response?.status ?? 0;
  if (status === 401) return location.reload();
  const isForm = status === 400 || status === 409 || status === 422;
  const saysWhy = ctx?.hx?.trigger?.includes("toast");
  if (isForm || saysWhy) return;
  const key = status === 403 ? "refused" : status === 404 ? "gone" : "failed";
  showToast({ text: textOf(key), level: "error" });
});

document.addEventListener("htmx:error", () => showToast({ text: textOf("offline"), level: "error" }));

// A part that asks again and again rests while nobody looks at the page, and while the page is told of changes by itself.
document.addEventListener("htmx:config:request", (event) => {
  if ((document.hidden || isLive()) && (event.target as Element).matches?.("[data-poll]")) event.preventDefault();
});
