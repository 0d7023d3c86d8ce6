/* Draws the charts when they come into view, in the language that is shown; nothing is fetched. */
(() => {
  const root = document.documentElement;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const specs = read("specs"), sets = read("sets");
  const tip = document.getElementById("tip");
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

  const plain = (value) => String(+value.toPrecision(3));
  const amount = (value, unit, symbol, lang) => {
    if (unit === "ratio") return plain(value * 100) + "%";
    const size = Math.abs(value), sign = value < 0 ? "−" : "";
    const steps = lang === "zh" ? [[1e8, "亿"], [1e4, "万"]] : [[1e9, "B"], [1e6, "M"], [1e3, "K"]];
    const step = steps.find(([from]) => size >= from);
    return sign + (unit === "currency" ? symbol : "") + (step ? plain(size / step[0]) + step[1] : plain(size));
  };
  const shortDay = (value, lang) => {
    const day = new Date(value);
    return lang === "zh" ? `${day.getUTCMonth() + 1}/${day.getUTCDate()}` : `${day.getUTCDate()} ${months[day.getUTCMonth()]}`;
  };
  // Vega lies packed in the page. It is a classic script in a function of its own, so that no name meets another's.
  let unpacking;
  const unpack = () => unpacking ??= (async () => {
    const packed = await unzip(document.getElementById("library").textContent);
    const library = document.createElement("script");
    library.textContent = `(() => {${packed}})();`;
    document.head.append(library);
  })();
  const unzip = (text) => {
    const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  };

  const show = (handler, event, item, words) => {
    tip.hidden = !words;
    if (!words) return;
    tip.textContent = words;
    const width = tip.offsetWidth, gap = 12;
    tip.style.left = Math.max(gap, Math.min(event.clientX + gap, innerWidth - width - gap)) + "px";
    tip.style.top = event.clientY + gap + "px";
  };

  const draw = async (place) => {
    if (place.dataset.drawn) return;
    place.dataset.drawn = "soon";
    await unpack();
    const { rows, params } = sets[place.dataset.set];
    const spec = structuredClone(specs[place.dataset.kind]);
    for (const data of spec.data) if (data.name === "rows") data.values = rows;
    for (const signal of spec.signals || []) if (signal.name in params) signal.value = params[signal.name];
    const expressionFunctions = { amount, shortDay };
    await vegaEmbed(place, spec, { mode: "vega", renderer: "svg", actions: false, defaultStyle: false, tooltip: show, expressionFunctions });
    place.dataset.drawn = "yes";
  };

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) { seen.unobserve(entry.target); draw(entry.target); }
  }, { rootMargin: "300px" });
  document.querySelectorAll(".chart").forEach((place) => seen.observe(place));
  addEventListener("beforeprint", () => document.querySelectorAll(`[data-language=${root.dataset.lang}] .chart`).forEach(draw));

  const speak = (language) => {
    root.dataset.lang = language;
    root.lang = language === "zh" ? "zh-CN" : "en";
    document.querySelectorAll("[data-to]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.to === language)));
  };
  document.querySelectorAll("[data-to]").forEach((button) => button.addEventListener("click", () => {
    speak(button.dataset.to);
    try { localStorage.setItem("ops-report-language", button.dataset.to); } catch { /* asked again next time */ }
    dispatchEvent(new Event("resize"));
  }));
  speak(root.dataset.lang);
})();
