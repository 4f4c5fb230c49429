// Draws charts in a notebook, in the HTML made from it and in a saved page. Nothing is fetched: this is bundled with
// vegaEmbed and all that it needs.
window.vegaEmbed = vegaEmbed;
window.themekit = (function (tones) {
  const drawn = new Map();

  // A notebook says how it looks. Any other page looks as its reader's system does.
  function isDark() {
    const { dataset, classList } = document.body;
    if (dataset.jpThemeLight) return dataset.jpThemeLight === "false";
    if (classList.contains("vscode-light")) return false;
    return classList.contains("vscode-dark") || matchMedia("(prefers-color-scheme: dark)").matches;
  }

  // Only what has the light theme's value is replaced: what a user configured stays.
  function darken(value, light, dark) {
    if (JSON.stringify(value) === JSON.stringify(light)) return dark;
    if (!value || !light || typeof value !== "object" || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, darken(part, light[key], (dark || {})[key])]));
  }

  async function draw(element, spec, options = {}) {
    drawn.set(element, { spec, options });
    const { prints, ...rest } = options;
    const dark = isDark();
    const follows = spec.usermeta && spec.usermeta.themekit === "auto";
    const shown = follows && dark ? { ...spec, config: darken(spec.config, tones.light, tones.dark) } : spec;
    const settings = {
      mode: "vega-lite",
      renderer: "svg",
      tooltip: { theme: dark ? "dark" : "light" },
      actions: { export: true, source: false, compiled: false, editor: false },
      ...rest,
    };
    try {
      const embedded = await vegaEmbed(element, shown, settings);
      // Paper is white, whatever the screen is: a second drawing waits for the printer.
      if (prints && follows && dark) {
        const paper = document.createElement("div");
        paper.className = "themekit-paper";
        element.append(paper);
        await vegaEmbed(paper, spec, { ...settings, actions: false });
      }
      return embedded;
    } catch (error) {
      element.textContent = "This chart cannot be drawn: " + error.message;
    }
  }

  function drawAgain() {
    for (const [element, { spec, options }] of [...drawn]) {
      if (!element.isConnected) drawn.delete(element);
      else if (spec.usermeta && spec.usermeta.themekit === "auto") draw(element, spec, options);
    }
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAgain);
  new MutationObserver(drawAgain).observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
  return { draw, colours: tones };
})(THEMEKIT_TONES);
