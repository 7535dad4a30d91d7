// Everything here only improves a page that already works: links, forms, popovers and dialogs are plain HTML.
import "./requests";
import "./explain";
import "./popovers";
import "./panels";
import "./theme";
import "./tabs";
import "./toasts";
import "./forms";
import "./drafts";
import "./drop-zone";
import "./grid";
import "./find";
import "./live";
import "./passkeys";

document.documentElement.classList.add("has-script");
