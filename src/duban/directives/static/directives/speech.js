/* Each side lights the other; the page works without this through plain anchors. */
(() => {
  "use strict";
  const speech = document.querySelector("[data-speech]");
  if (!speech) return;
  const original = document.getElementById("original");

  // A sentence cut by a page number is several links with one counterpart.
  const counterparts = (element) => {
    const other = element.dataset.lights;
    if (element.closest("#original")) return [document.getElementById(other)];
    const own = element.id;
    return [...original.querySelectorAll(`[data-lights="${own}"]`)];
  };
  const light = (element, on) => {
    for (const other of counterparts(element)) if (other) other.classList.toggle("is-lit", on);
  };
  for (const [begin, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
    speech.addEventListener(begin, (event) => {
      const element = event.target.closest("[data-lights]");
      if (element && !element.contains(event.relatedTarget)) light(element, on);
    });
  }

  // Inside the original, scroll its own box only, so that the reading beside it stays where it is.
  const showInOriginal = (element) => {
    const box = original.getBoundingClientRect();
    const place = element.getBoundingClientRect();
    original.scrollTop += place.top - box.top - box.height / 3;
  };
  speech.addEventListener("click", (event) => {
    const back = event.target.closest(".correct a.btn");
    if (back) {
      event.preventDefault();
      back.closest(".correct").replaceChildren();
      return;
    }
    const link = event.target.closest("a[href^='#sentence-'], a[href^='#stretch-']");
    if (!link || link.closest("#original")) return;
    const sentence = document.getElementById(link.hash.slice(1));
    if (!sentence) return;
    event.preventDefault();
    // Marks the target as a plain anchor would, without the jump of the page.
    for (const lit of original.querySelectorAll(".is-lit")) lit.classList.remove("is-lit");
    for (const piece of counterparts(link.closest("[data-lights]"))) piece.classList.add("is-lit");
    if (getComputedStyle(original).position === "static") original.scrollIntoView({ block: "start" });
    showInOriginal(sentence);
  });

  // After a decision the sentence on the left wears the same colour.
  document.addEventListener("htmx:afterSettle", () => {
    for (const row of document.querySelectorAll(".requirement[data-decision]")) {
      for (const piece of original.querySelectorAll(`[data-lights="${row.id}"]`)) {
        piece.className = `sentence decision-${row.dataset.decision}`;
      }
    }
  });
})();
