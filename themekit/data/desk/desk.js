// The reading desk: a theme's passages one by one, where they stand, and a person's answer to each. What is shown comes from
// Python as one page; what is done goes there as one message. All texts are text nodes, never markup. No network, no library.
const ANSWERS = [["yes", "y", "Yes"], ["no", "n", "No"], ["unsure", "u", "Unsure"]];
const SIGNS = { yes: "✓", no: "✕", unsure: "?" };
const DRAWN = ["page", "authors", "themes"];
const WAIT = { sharpen: 60_000, theme: 20_000, author: 20_000 }; // milliseconds without an answer from Python, after which it is said

let views = 0;

const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};
const length = (text) => Array.from(text).length; // Python counts characters, JavaScript halves of some
const plural = (n, one) => `${n} ${one}${n === 1 ? "" : "s"}`;

function render({ model, el }) {
  const root = make("section", {
    class: "themekit-desk", tabindex: "0", role: "application", "data-lm-suppress-shortcuts": "true",
    "aria-label": "Reading desk: y yes, n no, u unsure, z undo, question mark for all keys",
  });
  const view = `${Date.now()}-${(views += 1)}`;
  let page = model.get("page"), shown = null, told = null, compared = null, marking = null, sent = 0, timer = 0;
  const waiting = new Map(); // what Python has not answered yet

  const author = make("select", { "aria-label": "Author" }), theme = make("select", { "aria-label": "Theme" });
  const progress = make("div", { class: "progress" });
  const name = make("h2", { class: "name", dir: "auto" }), gloss = make("p", { class: "gloss" }), finding = make("p", { class: "finding" });
  const strip = make("div", { class: "strip", role: "group", "aria-label": "Passages" });
  const title = make("h3"), place = make("p", { class: "place" });
  const text = make("div", { class: "text", tabindex: "0", role: "document", "aria-label": "Text", dir: "auto" });
  const note = make("p", { class: "note" }), slot = make("div", { class: "slot" });
  const empty = make("p", { class: "empty" });
  const alert = make("div", { class: "alert", role: "alert" }), status = make("div", { class: "status", role: "status", "aria-live": "polite" });
  const where = make("p", { class: "where" }), answered = make("ol"), answeredTitle = make("summary"), sharpened = make("div", { class: "sharpened", tabindex: "-1" });
  const help = make("dl", { class: "keys", hidden: "" });

  // What can be done: key, words, what happens.
  const ACTS = [
    ...ANSWERS.map(([answer, key, words]) => [key, words, `the passage shows the theme: ${answer}`, () => judge(answer)]),
    ["t", "Note", "write a note on this passage", writeNote],
    ["z", "Undo", "take the last act back (Ctrl+Z, too)", () => send("undo")],
    ["←", "Back", "the passage before", () => go(-1)],
    ["→", "On", "the next passage", () => go(1)],
    ["m", "Mark a quote", "mark a quote: the selected words, or sentence by sentence with the arrows", mark],
    ["+", "More", "read more passages", () => send("more")],
    ["r", "Name", "name the theme or the thread", rename],
    ["s", "Split", "split the theme in two", split],
    ["g", "Merge", "merge the theme with another one", merge],
    ["p", "Sharpen", "see what the answers change; nothing is applied", () => { say("Working out what your answers change …"); send("sharpen"); }],
    ["w", "Write again", "write what could not be saved", () => send("retry")],
    ["?", "Keys", "show or hide the keys", () => { help.hidden = !help.hidden; buttons["?"].setAttribute("aria-expanded", String(!help.hidden)); }],
  ];
  const buttons = {};
  for (const [key, words, does, act] of ACTS) {
    const name = key === "←" ? "ArrowLeft" : key === "→" ? "ArrowRight" : key;
    const button = make("button", { type: "button", title: does, "aria-keyshortcuts": name }, words, make("kbd", { "aria-hidden": "true" }, key));
    button.addEventListener("mousedown", (event) => event.preventDefault()); // the words that are selected stay so
    button.addEventListener("click", () => { act(); if (!slot.contains(document.activeElement)) root.focus({ preventScroll: true }); });
    buttons[key] = button;
    help.append(make("dt", {}, key), make("dd", {}, does));
  }
  help.append(make("dt", {}, "j"), make("dd", {}, "yes, like y"), make("dt", {}, "Home End"), make("dd", {}, "first and last passage"));
  buttons["?"].setAttribute("aria-expanded", "false");
  const row = (name, label, keys) => make("div", { class: name, role: "group", "aria-label": label }, ...keys.map((key) => buttons[key]));
  const question = make("p", { class: "question" });
  const reading = make("div", { class: "reading" },
    make("header", { class: "about" }, title, place), text, note,
    question, row("answers", "Answer", ["y", "n", "u"]), row("acts", "This passage", ["←", "→", "t", "z", "m"]), slot);
  const kept = make("details", { class: "kept", open: "" }, answeredTitle, answered);
  root.append(
    make("header", { class: "top" }, make("div", { class: "who" }, author, theme), progress), name, gloss, finding, strip, alert, row("retry", "What is not saved", ["w"]),
    make("div", { class: "columns" }, make("div", {}, empty, reading, status), make("aside", {}, kept, where, row("theme-acts", "This theme", ["p", "+", "r", "s", "g", "?"]), help)),
    sharpened);
  el.append(root);

  function say(words) {
    status.textContent = "";
    setTimeout(() => { status.textContent = words; }, 20); // the same words twice are two announcements
  }

  function send(act, more = {}) {
    const id = `${view}-${(sent += 1)}`;
    waiting.set(id, more.answer ?? act);
    clearTimeout(timer);
    try {
      model.send({ act, id, ...more });
      timer = setTimeout(silence, WAIT[act] ?? 4000);
    } catch { silence(); } // there is no kernel
  }

  function silence() {
    const acts = [...waiting.values()].filter((act) => act !== "look");
    if (!acts.length) return;
    alert.replaceChildren(make("p", {}, `No answer from Python yet, so this is not done and not saved: ${acts.join(", ")}. It is busy, or the kernel ` +
      "is gone. If it is, run the cell again: the desk opens with all that was saved."));
  }

  function judge(answer) {
    // A passage that has not been seen is never judged: the next one comes with Python's answer.
    if ([...waiting.values()].some((act) => act !== "look")) say("One moment: the passage is on its way.");
    else if (page.item) send("judge", { answer, item: page.item.id });
  }

  function go(by) {
    if (page.items.length) send("go", { to: Math.max(0, Math.min(page.items.length - 1, page.at + by)) });
  }

  // Forms

  function ask(words, fields, done) {
    closeForm();
    const form = make("form", { class: "ask", "aria-label": words }, make("p", { class: "asked" }, words));
    for (const field of fields) form.append(field);
    const keep = make("button", { type: "submit" }, "Keep", make("kbd", { "aria-hidden": "true" }, "⏎"));
    const leave = make("button", { type: "button" }, "Cancel", make("kbd", { "aria-hidden": "true" }, "Esc"));
    form.append(make("div", { class: "acts" }, keep, leave));
    leave.addEventListener("click", () => { closeForm(); root.focus({ preventScroll: true }); });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (done(form)) { closeForm(); root.focus({ preventScroll: true }); }
    });
    slot.append(form);
    form.querySelector("input, textarea, select").focus();
  }
  const closeForm = () => slot.replaceChildren();
  const field = (label, input) => make("label", {}, make("span", {}, label), input);
  const input = (name, value = "") => { const box = make("input", { name, autocomplete: "off" }); box.value = value; return box; };

  function writeNote() {
    if (!page.item) return;
    const box = make("textarea", { name: "note", rows: "3" }), item = page.item.id;
    box.value = page.item.draft;
    ask("Your note on this passage", [field("Note", box)], () => { send("note", { note: box.value, item }); return true; });
  }

  function rename() {
    if (!page.theme) return;
    const box = input("name");
    ask(`Another name for ${page.name}`, [field("Name", box)], () => {
      if (!box.value.trim()) return false;
      send("rename", { name: box.value });
      return true;
    });
  }

  function merge() {
    const others = model.get("themes").filter((other) => other.id !== page.theme && other.id !== "?");
    if (!page.theme || !others.length) { say("There is no other theme to merge with."); return; }
    const into = make("select", { name: "into" }, ...others.map((other) => make("option", { value: other.id }, other.label)));
    ask(`Merge ${page.name} into another theme: its answers become that one's`, [field("Into", into)], () => { send("merge", { into: into.value }); return true; });
  }

  function split() {
    const own = page.items.filter((item) => item.answer === "yes");
    if (own.length < 2) { say("A split parts the passages that you said yes to; it takes two of them at least."); return; }
    const box = input("name");
    const boxes = own.map((item) => {
      return make("label", { class: "check", dir: "auto" }, make("input", { type: "checkbox", value: item.id }), item.begins);
    });
    const choices = make("fieldset", {}, make("legend", {}, "Which of these are the new theme's?"), ...boxes);
    ask(`Split ${page.name}: some of its passages become a theme of their own`, [field("Name of the new theme", box), choices], (form) => {
      const items = [...form.querySelectorAll("input:checked")].map((box) => box.value);
      if (!box.value.trim() || !items.length) { say("A split needs a name, and one passage at least."); return false; }
      send("split", { name: box.value, items });
      return true;
    });
  }

  // Marking: the words that the mouse selected, or whole sentences by keyboard.

  function placeOf(node, offset) {
    const span = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("[data-start]");
    if (!span) return null;
    const start = Number(span.dataset.start), n = Number(span.dataset.n);
    if (node.nodeType !== Node.TEXT_NODE) return offset ? start + n : start;
    if (span.dataset.hidden) return offset ? start + n : start; // shown as a code that is longer than itself
    return start + length(node.data.slice(0, offset));
  }

  function selected() {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed || !text.contains(selection.getRangeAt(0).commonAncestorContainer)) return null;
    const range = selection.getRangeAt(0);
    // Ends of a selection can lie between the pieces: then the pieces that it touches say where.
    const pieces = [...text.querySelectorAll("[data-start]")].filter((piece) => range.intersectsNode(piece));
    if (!pieces.length) return null;
    const last = pieces[pieces.length - 1];
    const start = placeOf(range.startContainer, range.startOffset) ?? Number(pieces[0].dataset.start);
    const end = placeOf(range.endContainer, range.endOffset) ?? Number(last.dataset.start) + Number(last.dataset.n);
    return end > start ? [start, end] : null;
  }

  const sentence = (i) => [...text.querySelectorAll(`[data-sentence="${i}"]`)];

  function mark() {
    if (!page.item) return;
    const chosen = selected();
    if (chosen) { document.getSelection().removeAllRanges(); keepMark(...chosen); return; }
    const here = text.querySelector("mark [data-sentence]");
    const first = Number(here?.dataset.sentence ?? 0);
    marking = { from: first, to: first };
    showMarking();
  }

  function keepMark(start, end) {
    marking = null;
    for (const piece of text.querySelectorAll(".chosen")) piece.classList.remove("chosen");
    send("mark", { start, end, item: page.item.id });
  }

  function showMarking() {
    const [low, high] = [Math.min(marking.from, marking.to), Math.max(marking.from, marking.to)];
    for (const piece of text.querySelectorAll("[data-sentence]")) {
      const i = Number(piece.dataset.sentence);
      piece.classList.toggle("chosen", i >= low && i <= high);
    }
    sentence(marking.to)[0]?.scrollIntoView({ block: "nearest" });
    const words = sentence(marking.to).map((piece) => piece.textContent).join("").trim();
    say(`Marking ${plural(high - low + 1, "sentence")}: arrows move, Shift takes more, Enter keeps, Esc leaves. ${words}`);
  }

  function markingKey(event) {
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (by) {
      if (sentence(marking.to + by).length) marking.to += by;
      if (!event.shiftKey) marking.from = marking.to;
      showMarking();
    } else if (event.key === "Enter") {
      const [low, high] = [Math.min(marking.from, marking.to), Math.max(marking.from, marking.to)];
      const last = sentence(high).pop();
      keepMark(Number(sentence(low)[0].dataset.start), Number(last.dataset.start) + Number(last.dataset.n));
    } else if (event.key === "Escape" || event.key === "m") {
      marking = null;
      for (const piece of text.querySelectorAll(".chosen")) piece.classList.remove("chosen");
      say("Nothing marked.");
    } else return false;
    return true;
  }

  // Keys: nothing typed on the desk is a shortcut of JupyterLab; while a field is written in, letters are letters.

  root.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const { key } = event, isCommand = event.ctrlKey || event.metaKey;
    if (slot.contains(event.target)) {
      if (key === "Escape") { event.preventDefault(); closeForm(); root.focus({ preventScroll: true }); }
      if (key === "Enter" && event.target.matches("textarea") && !event.shiftKey) { event.preventDefault(); event.target.form.requestSubmit(); }
      return;
    }
    if (event.target.matches("select") || event.altKey) return;
    if (isCommand && key === "s") { event.preventDefault(); say("Everything is saved as you go."); return; }
    if (isCommand && key !== "z") return;
    if (marking && markingKey(event)) { event.preventDefault(); return; }
    if (event.target.matches("button, summary") && (key === "Enter" || key === " ")) return;
    if (event.repeat && !key.startsWith("Arrow")) return;
    const act = ACTS.find(([name]) => name === { j: "y", ArrowLeft: "←", ArrowRight: "→" }[key] || name === key);
    if (act) { marking = null; act[3](); }
    else if ((key === "ArrowUp" || key === "ArrowDown") && document.activeElement !== text) go(key === "ArrowUp" ? -1 : 1);
    else if (key === "Home" || key === "End") go(key === "Home" ? -Infinity : Infinity);
    else if (key === "Escape") help.hidden = true;
    else return;
    event.preventDefault();
  });
  for (const type of ["keyup", "keypress"]) root.addEventListener(type, (event) => event.stopPropagation());
  // Another notebook may have answered in the meantime: who comes back sees it.
  const look = () => { if (root.isConnected && document.visibilityState === "visible") send("look"); };
  root.addEventListener("focusin", (event) => { if (!root.contains(event.relatedTarget)) look(); });
  document.addEventListener("visibilitychange", look);
  window.addEventListener("focus", look);
  author.addEventListener("change", () => send("author", { author: author.value }));
  theme.addEventListener("change", () => send("theme", { theme: theme.value }));

  // Drawing

  function options(select, all, chosen) {
    if (select.drawn !== all) {
      const groups = [...new Set(all.map((one) => one.group))];
      select.replaceChildren(...groups.flatMap((group) => {
        const inside = all.filter((one) => one.group === group).map((one) => make("option", { value: one.id }, one.label));
        return group ? [make("optgroup", { label: group }, ...inside)] : inside;
      }));
      select.drawn = all;
    }
    select.value = chosen;
    select.hidden = !all.length;
  }

  function drawText() {
    const pieces = page.item ? page.item.text : [];
    text.replaceChildren();
    let marked = null;
    for (const piece of pieces) {
      const holder = piece.inside ? (marked ??= text.appendChild(make("mark"))) : text;
      if (!piece.inside) marked = null;
      let at = piece.start;
      for (const [words, n, hides] of piece.runs) {
        const span = make("span", { "data-start": at, "data-n": n, "data-sentence": piece.sentence }, words);
        if (hides) { span.dataset.hidden = "1"; span.className = "hidden"; }
        if (piece.said) span.classList.add("judged", piece.said);
        holder.append(span);
        at += n;
      }
    }
    const first = text.querySelector("mark");
    text.scrollTop = first ? first.offsetTop - text.clientHeight / 3 : 0;
    fade();
  }

  // Where the text goes on above or below, it fades.
  function fade() {
    text.classList.toggle("above", text.scrollTop > 4);
    text.classList.toggle("below", text.scrollTop + text.clientHeight < text.scrollHeight - 4);
  }
  text.addEventListener("scroll", fade, { passive: true });

  // What is there already is changed in place, so that it keeps the focus, and a click that has begun.
  function fill(parent, all, create, change) {
    while (parent.children.length > all.length) parent.lastChild.remove();
    all.forEach((one, i) => change(parent.children[i] ?? parent.appendChild(create(i)), one));
  }

  function opener(name, to) {
    const button = make("button", { type: "button", class: name });
    button.addEventListener("click", () => { send("go", { to: to() }); root.focus({ preventScroll: true }); });
    return button;
  }

  function newChip(i) {
    const button = opener("chip", () => i);
    button.tabIndex = -1;
    return button;
  }

  function changeChip(button, item) {
    const words = item.answer || "open", i = page.items.indexOf(item);
    button.className = `chip ${words}${item.note ? " noted" : ""}`;
    button.textContent = SIGNS[item.answer] ?? "";
    button.title = `${i + 1}: ${words}`;
    button.setAttribute("aria-label", `Passage ${i + 1} of ${page.items.length}: ${words}${item.note ? ", with a note" : ""}`);
    button.setAttribute("aria-current", String(i === page.at));
  }

  function newRow() {
    const row = make("li");
    row.append(opener("open", () => row.to), make("p", { dir: "auto" }));
    row.firstChild.append(make("b"), make("span", { dir: "auto" }));
    return row;
  }

  function changeRow(row, item) {
    const [button, words] = row.children, [sign, begins] = button.children;
    row.to = page.items.indexOf(item);
    sign.className = item.answer;
    sign.textContent = SIGNS[item.answer];
    sign.setAttribute("aria-label", item.answer);
    begins.textContent = item.begins;
    words.textContent = item.note;
    words.hidden = !item.note;
  }

  function drawSharpened() {
    const found = page.sharpened;
    if (JSON.stringify(found) === compared) return;
    compared = JSON.stringify(found);
    if (!found) { sharpened.replaceChildren(); return; }
    const cells = (tag, all) => all.map((words, i) => make(i ? tag : "th", i ? {} : { scope: "row" }, words));
    sharpened.replaceChildren(
      make("h3", {}, found.title),
      make("table", {},
        make("thead", {}, make("tr", {}, make("td"), make("th", { scope: "col" }, "before"), make("th", { scope: "col" }, "after"))),
        make("tbody", {}, ...found.rows.map((one) => make("tr", {}, ...cells("td", one))))),
      ...found.account.map((words) => make("p", {}, words)));
    sharpened.scrollIntoView({ block: "nearest" });
  }

  function draw() {
    page = model.get("page");
    // Python answers in order: what was sent before is answered, too, even if its page was overtaken on the way.
    const last = page.done.startsWith(`${view}-`) ? Number(page.done.slice(view.length + 1)) : 0;
    for (const id of waiting.keys()) if (Number(id.slice(view.length + 1)) <= last) waiting.delete(id);
    options(author, model.get("authors"), page.author);
    options(theme, model.get("themes"), page.theme);
    progress.textContent = page.items.length ? `${page.n_done} of ${page.items.length}` : "";
    name.textContent = page.name;
    gloss.textContent = page.gloss;
    finding.textContent = page.finding;
    fill(strip, page.items, newChip, changeChip);
    empty.textContent = page.empty;
    reading.hidden = !page.item;
    if (page.item) {
      title.textContent = page.item.title;
      place.textContent = page.item.place;
      note.textContent = page.item.note;
      note.hidden = !page.item.note;
      question.textContent = page.item.question;
      for (const [answer, key] of ANSWERS) buttons[key].setAttribute("aria-pressed", String(page.item.answer === answer));
    }
    buttons["←"].disabled = page.at === 0;
    buttons["→"].disabled = page.at >= page.items.length - 1;
    const drawn = page.item ? `${page.item.id} ${page.item.text.map((piece) => piece.said).join()}` : null;
    if (drawn !== shown) {
      if (!marking) drawText();
      shown = drawn;
    }
    answeredTitle.textContent = `Answered so far: ${page.n_done}`;
    where.textContent = page.kept;
    fill(answered, page.items.filter((item) => item.answer).reverse(), newRow, changeRow);
    drawSharpened();
    if (page.problem) alert.replaceChildren(make("p", {}, page.problem));
    else alert.replaceChildren();
    buttons.w.hidden = !page.problem;
    if (page.said[0] !== told) { [told] = page.said; say(page.said[1]); }
  }

  // One act may change the page and the lists of themes and authors: they come together, and are drawn together.
  for (const name of DRAWN) model.on(`change:${name}`, draw);
  draw();
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
    window.removeEventListener("focus", look);
    for (const name of DRAWN) model.off(`change:${name}`, draw);
  };
}

export default { render };
