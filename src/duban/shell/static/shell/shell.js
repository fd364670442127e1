/* Makes pleasant what works without it: filters that send themselves, a question before an effect, a word when the line is down. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("with-script");

  const say = (sentence) => {
    const place = document.getElementById("notices");
    if (!place || !sentence) return;
    const line = document.createElement("p");
    line.className = "notice notice-refused";
    line.textContent = sentence;
    place.replaceChildren(line);
    place.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("htmx:sendError", () => say(document.body.dataset.noConnection));
  document.addEventListener("htmx:timeout", () => say(document.body.dataset.noConnection));
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status >= 500) say(document.body.dataset.serverFault);
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-autosubmit]");
    if (form && event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
  });

  // Empty filters stay out of the address.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "get" || !form.matches(".filters, .search")) return;
    for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
    setTimeout(() => { for (const field of form.elements) field.disabled = false; });
  });

  const dialog = document.getElementById("confirm");
  const asking = (effect, form, submitter) => {
    dialog.querySelector("#confirm-effect").textContent = effect;
    const yes = dialog.querySelector("[data-yes]");
    const no = dialog.querySelector("[data-no]");
    const from = (name) => (submitter && submitter.dataset[name]) || form.dataset[name];
    yes.textContent = from("confirmYes") || (submitter && submitter.textContent.trim()) || yes.dataset.yes;
    no.textContent = from("confirmNo") || no.dataset.no;
    dialog.returnValue = "";
    dialog.showModal();
    no.focus();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    });
  };
  // Before htmx hears of it.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const submitter = event.submitter;
    const effect = (submitter && submitter.dataset.confirm) || form.dataset.confirm;
    if (!effect || form.confirmed || !dialog || !dialog.showModal) {
      form.confirmed = false;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (await asking(effect, form, submitter)) {
      form.confirmed = true;
      form.requestSubmit(submitter || undefined);
    }
  }, true);

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-back]")) history.back();
    if (event.target.closest("[data-print]")) window.print();
    const copy = event.target.closest("[data-copy]");
    if (copy && navigator.clipboard) {
      const text = document.querySelector(copy.dataset.copy);
      navigator.clipboard.writeText(text.value || text.textContent).then(() => { copy.textContent = copy.dataset.copied || copy.textContent; });
    }
    for (const open of document.querySelectorAll("details[name=menu][open]")) if (!open.contains(event.target)) open.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const open of document.querySelectorAll("details[name=menu][open]")) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });
})();
