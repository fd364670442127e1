/* Keeps what is being written (暂存): every ten seconds and on leaving. The forms work without it. */
(() => {
  "use strict";
  const EVERY_MS = 10000;
  const words = document.body.dataset;

  const texts = (form) => {
    const found = {};
    for (const field of form.elements) {
      if (field.name && field.matches("textarea, select, input:not([type]), input[type=text], input[type=date]")) found[field.name] = field.value;
    }
    return found;
  };
  // What a page proposes counts as untouched; what a refusal gives back was written by somebody.
  const isUntouched = (form) => [...form.elements].every((field) => !field.matches("textarea, input:not([type]), input[type=text], input[type=date]") || field.value === "" || ("draftFresh" in form.dataset && field.value === field.defaultValue));

  for (const form of document.querySelectorAll("form[data-draft]")) {
    const key = form.dataset.draft;
    const token = form.querySelector("[name=csrfmiddlewaretoken]");
    if (!token) continue;
    const mark = document.createElement("input");
    mark.type = "hidden";
    mark.name = "draft";
    mark.value = key;
    const note = document.createElement("p");
    note.className = "draft-note muted";
    note.setAttribute("aria-live", "polite");
    form.append(mark, note);
    let kept = JSON.stringify(texts(form));
    let isSent = false;

    const say = (sentence, time) => {
      const forget = document.createElement("button");
      forget.type = "button";
      forget.className = "plain-button";
      forget.textContent = words.draftForget;
      forget.addEventListener("click", () => {
        form.reset();
        kept = JSON.stringify(texts(form));
        send("{}");
        note.replaceChildren();
      });
      note.replaceChildren(`${sentence} ${time} `, forget);
    };
    const send = (fields, isLeaving) => {
      const body = new FormData();
      body.append("csrfmiddlewaretoken", token.value);
      body.append("form", key);
      body.append("post", words.post);
      body.append("fields", fields);
      if (isLeaving) return navigator.sendBeacon("/drafts/", body);
      return fetch("/drafts/", { method: "POST", body }).then((answer) => answer.status === 204).catch(() => false);
    };
    const save = async (isLeaving) => {
      const now = JSON.stringify(texts(form));
      if (isSent || now === kept) return;
      kept = now;
      const isKept = await send(now, isLeaving);
      if (isKept && !isLeaving) say(words.draftKept, new Date().toTimeString().slice(0, 5));
    };

    form.addEventListener("submit", () => { isSent = true; });
    setInterval(save, EVERY_MS);
    window.addEventListener("pagehide", () => save(true));
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(true); });

    fetch(`/drafts/?form=${encodeURIComponent(key)}&post=${words.post}`).then((answer) => (answer.ok ? answer.json() : {})).then((found) => {
      if (!found.fields || !isUntouched(form)) return;
      for (const [name, value] of Object.entries(found.fields)) {
        const field = form.elements[name];
        if (field && "value" in field && field.type !== "hidden") field.value = value;
      }
      kept = JSON.stringify(texts(form));
      const fold = form.closest("details");
      if (fold) fold.open = true;
      say(words.draftRestored, found.saved_at);
    }).catch(() => {});
  }
})();
