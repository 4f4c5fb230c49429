// The page on which a person says who speaks. Sentences stand under each other; a digit gives the one with the mark,
// and all after it up to the next that was given, to a person. No network, no library.
const KEYS = [
  ["1 … 9", "this person speaks from here on"], ["0", "nobody"], ["⌫", "as before: no new speaker here"],
  ["↓ ↑", "next, previous sentence"], ["→ ←", "a word on, back: begin within the sentence"],
  ["l", "next likely change"], ["n", "name a person"], ["i", "the person here asks or answers"], ["z", "undo"], ["s", "save"],
];

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "themekit-turns";
  root.tabIndex = 0;
  root.dataset.lmSuppressShortcuts = "true";
  root.setAttribute("role", "application");
  root.setAttribute("aria-label", `Who speaks in ${model.get("name")}`);
  el.append(root);

  const pieces = model.get("pieces");
  let people = model.get("people").map((p) => ({ ...p }));
  let marks = new Map(model.get("marks").map((m) => [m.start, m.who]));
  let at = 0, word = 0, past = [];

  const head = document.createElement("div");
  head.className = "people";
  const list = document.createElement("ol");
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Sentences");
  const status = document.createElement("div");
  status.className = "status";
  status.setAttribute("role", "status");
  status.setAttribute("aria-live", "polite");
  const keys = document.createElement("dl");
  keys.className = "keys";
  for (const [key, does] of KEYS) {
    const dt = document.createElement("dt"), dd = document.createElement("dd");
    dt.textContent = key;
    dd.textContent = does;
    keys.append(dt, dd);
  }
  root.append(head, list, status, keys);

  const rows = pieces.map((piece, i) => {
    const row = document.createElement("li");
    row.id = `${model.get("name")}-${i}`.replace(/\W/g, "-");
    row.setAttribute("role", "option");
    const chip = document.createElement("b");
    const said = document.createElement("span");
    const odds = document.createElement("i");
    if (piece.change >= 0.1) {
      odds.textContent = `change? ${Math.round(100 * piece.change)} %`;
    }
    row.append(chip, said, odds);
    row.addEventListener("click", () => { at = i; word = 0; draw(); root.focus(); });
    list.append(row);
    return { row, chip, said };
  });

  // The place in the text of the mark: a sentence's beginning, or a word's in it.
  const place = () => pieces[at].start + pieces[at].words[word];
  const remember = () => past.push([new Map(marks), people.map((p) => ({ ...p })), at, word]);

  function whoAt(start) {
    let who;
    for (const s of [...marks.keys()].sort((a, b) => a - b)) {
      if (s > start) break;
      who = marks.get(s);
    }
    return who;
  }

  function label(who) {
    return who === undefined ? "?" : who === null ? "nobody" : people[who]?.name ?? "?";
  }

  function draw() {
    head.replaceChildren(...people.map((p, i) => {
      const chip = document.createElement("span");
      chip.className = `p${i % 9}`;
      chip.textContent = `${i + 1} ${p.name}${p.role === "interviewer" ? " (asks)" : ""}`;
      return chip;
    }));
    pieces.forEach((piece, i) => {
      const { row, chip, said } = rows[i];
      const inside = [...marks.keys()].filter((s) => s > piece.start && s < piece.end).sort((a, b) => a - b);
      const who = whoAt(piece.start);
      chip.textContent = marks.has(piece.start) ? label(who) : "";
      row.className = (who === undefined || who === null ? "none" : `p${who % 9}`) + (i === at ? " here" : "");
      row.setAttribute("aria-selected", String(i === at));
      row.setAttribute("aria-label", `${label(who)}: ${piece.text}`);
      const cuts = new Set([...inside, ...(i === at && word ? [place()] : [])]);
      said.replaceChildren();
      let from = 0;
      for (const cut of [...cuts].sort((a, b) => a - b)) {
        said.append(piece.text.slice(from, cut - piece.start));
        const sign = document.createElement("em");
        sign.textContent = marks.has(cut) ? `${label(marks.get(cut))}▸` : "▸";
        said.append(sign);
        from = cut - piece.start;
      }
      said.append(piece.text.slice(from));
    });
    list.setAttribute("aria-activedescendant", rows[at]?.row.id ?? "");
    rows[at]?.row.scrollIntoView({ block: "nearest" });
  }

  function tell() {
    const turns = [...marks.keys()].sort((a, b) => a - b).map((start) => ({ start, who: marks.get(start) }));
    // A copy: the model sees no change in what it holds itself.
    model.set("people", people.map((p) => ({ ...p })));
    model.set("marks", turns);
    model.save_changes();
  }

  function move(by) {
    at = Math.max(0, Math.min(pieces.length - 1, at + by));
    word = 0;
  }

  function name(index) {
    const box = document.createElement("input");
    box.setAttribute("aria-label", index < people.length ? "New name" : "Name of another person");
    box.value = people[index]?.name ?? "";
    head.append(box);
    box.focus();
    box.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      const said = box.value.trim().replace(/\s+/g, " ");
      if (event.key === "Enter" && said) {
        remember();
        people[index] = { ...(people[index] ?? { role: null }), name: said };
        tell();
      }
      draw();
      root.focus();
    });
  }

  root.addEventListener("keydown", (event) => {
    const key = event.key;
    if (event.altKey || ((event.ctrlKey || event.metaKey) && key !== "s")) return;
    let changed = false;
    if (/^[1-9]$/.test(key)) {
      const who = Number(key) - 1;
      if (who >= people.length) {
        if (who > people.length) { status.textContent = `there are ${people.length}: n names another`; return; }
        people.push({ name: `Speaker ${key}`, role: null });
      }
      remember();
      marks.set(place(), who);
      word = 0;
      move(1);
      changed = true;
    } else if (key === "0") { remember(); marks.set(place(), null); move(1); changed = true; }
    else if (key === "Backspace" || key === "Delete") { remember(); marks.delete(place()); changed = true; }
    else if (key === "ArrowDown" || key === "j" || key === "Enter") move(1);
    else if (key === "ArrowUp" || key === "k") move(-1);
    else if (key === "PageDown") move(10);
    else if (key === "PageUp") move(-10);
    else if (key === "Home") move(-pieces.length);
    else if (key === "End") move(pieces.length);
    else if (key === "ArrowRight") word = Math.min(pieces[at].words.length - 1, word + 1);
    else if (key === "ArrowLeft") word = Math.max(0, word - 1);
    else if (key === "l") {
      const next = pieces.findIndex((p, i) => i > at && p.change >= 0.25);
      if (next < 0) status.textContent = "no likely change further down";
      else { at = next; word = 0; }
    } else if (key === "n") { event.preventDefault(); name(people.length); return; }
    else if (key === "N") {
      const who = whoAt(place());
      if (who === undefined || who === null) return;
      event.preventDefault(); name(who); return;
    } else if (key === "i") {
      const who = whoAt(place());
      if (who === undefined || who === null) return;
      remember();
      people[who].role = people[who].role === "interviewer" ? "guest" : "interviewer";
      changed = true;
    } else if (key === "z") {
      if (past.length) { [marks, people, at, word] = past.pop(); changed = true; }
    } else if (key === "s") {
      tell();
      model.set("saves", model.get("saves") + 1);
      model.save_changes();
    } else return;
    event.preventDefault();
    event.stopPropagation();
    if (changed) tell();
    draw();
  });
  const show = () => { status.textContent = model.get("message"); };
  model.on("change:message", show);
  show();
  draw();
  return () => model.off("change:message", show);
}

export default { render };
