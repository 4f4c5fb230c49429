// A report: draws its charts one after the other, those in sight first, and opens the passage of a point.
(function () {
  const book = JSON.parse(document.getElementById("book").textContent);
  const waiting = [...document.querySelectorAll("[data-chart]")];
  const pages = new Map(book.passages.map((passage, place) => [passage[0], place]));
  const reader = document.getElementById("reader");
  let open = -1;

  // Tables name their columns once.
  function unpack(part) {
    if (Array.isArray(part)) return part.map(unpack);
    if (!part || typeof part !== "object") return part;
    if (Array.isArray(part.columns) && Array.isArray(part.rows))
      return part.rows.map((row) => Object.fromEntries(part.columns.map((column, i) => [column, unpack(row[i])])));
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, unpack(value)]));
  }

  function distance(element) {
    const { top, bottom } = element.getBoundingClientRect();
    return Math.max(top - innerHeight, -bottom, 0);
  }

  async function drawNext() {
    if (!waiting.length) {
      document.documentElement.dataset.drawn = "all";
      return;
    }
    waiting.sort((a, b) => distance(b) - distance(a));
    const element = waiting.pop();
    const spec = { ...unpack(book.charts[element.dataset.chart]), config: book.config, usermeta: book.usermeta };
    const embedded = await themekit.draw(element, spec, { ast: true, prints: true });
    element.style.minHeight = "";
    if (embedded) embedded.view.addEventListener("click", (_, item) => item && item.datum && show(item.datum.passage_id));
    setTimeout(drawNext);
  }

  // Every text is set as text: nothing that an author wrote is ever markup here.
  function say(name, text) {
    reader.querySelector("." + name).textContent = text;
  }

  function show(id) {
    if (!pages.has(id)) return;
    open = pages.get(id);
    const [, document_, author, start, end, topic, text] = book.passages[open];
    const { title, date, place } = book.documents[document_];
    say("title", title);
    say("who", [book.authors[author], date].filter(Boolean).join(", "));
    say("text", text === null ? "This report carries no texts." : text);
    say("topic", "on " + book.topics[topic]);
    say("place", `${place}, characters ${start.toLocaleString("en")} to ${end.toLocaleString("en")}`);
    reader.querySelector(".before").disabled = !isBeside(open - 1);
    reader.querySelector(".after").disabled = !isBeside(open + 1);
    reader.hidden = false;
  }

  const isBeside = (place) => place in book.passages && book.passages[place][1] === book.passages[open][1];
  const turn = (by) => isBeside(open + by) && show(book.passages[open + by][0]);
  const close = () => (reader.hidden = true);

  reader.querySelector(".before").addEventListener("click", () => turn(-1));
  reader.querySelector(".after").addEventListener("click", () => turn(1));
  reader.querySelector(".close").addEventListener("click", close);
  document.addEventListener("keydown", ({ key }) => {
    if (reader.hidden) return;
    if (key === "Escape") close();
    if (key === "ArrowLeft") turn(-1);
    if (key === "ArrowRight") turn(1);
  });
  drawNext();
})();
