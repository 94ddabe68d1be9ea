// Charts: counts as bars, one value as a line over them. Data come from the page; titles and units stand beside the chart in HTML.
// Words go into the chart only after its markup characters are taken away, because the library reads some tags in its texts.

const INK = "#5b6472";
const BLUE = "#1d4f91";
const ORANGE = "#b85408";
const PALE = "#c9d8ec";

const plain = (text) => String(text).replaceAll("<", "‹").replaceAll(">", "›").replaceAll("&", "+");

const axis = { gridcolor: "#edeff3", zerolinecolor: "#cfd5de", tickfont: { size: 11 }, fixedrange: true };
const quiet = { displayModeBar: false, responsive: true, showTips: false };

// Long names are broken at blanks, and cut where one line is not enough; the table under the chart has them whole.
function shortened(name, room) {
  const text = plain(name);
  return text.length > room ? `${text.slice(0, room - 1)}…` : text;
}

function drawWaterfall(place) {
  const points = JSON.parse(place.dataset.points).reverse();
  const narrow = place.clientWidth < 560;
  const trace = {
    type: "waterfall", orientation: "h",
    y: points.map((point, at) => `${points.length - at}. ${shortened(point.label, narrow ? 18 : 62)}`),
    x: points.map((point) => point.total ?? point.amount),
    measure: points.map((point) => (point.total === undefined ? "relative" : "absolute")),
    text: points.map((point) => (point.total ?? point.amount).toFixed(1)), textposition: "outside", cliponaxis: false,
    increasing: { marker: { color: BLUE } }, decreasing: { marker: { color: ORANGE } }, totals: { marker: { color: PALE } },
    connector: { line: { color: "#cfd5de", width: 1 } }, hovertemplate: "%{text}<extra></extra>",
  };
  const layout = {
    autosize: true, height: 80 + 30 * points.length, margin: { l: 10, r: 40, t: 8, b: 34 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(document.body).fontFamily, color: INK, size: 12 }, dragmode: false, showlegend: false, bargap: 0.35,
    xaxis: { ...axis, title: { text: plain(place.dataset.valueLabel), font: { size: 11 } } }, yaxis: { ...axis, automargin: true, type: "category" },
  };
  globalThis.Plotly.newPlot(place, [trace], layout, quiet);
}

// One KPI by period: value with interval, hollow where the period is not over, and the same period a year ago.
function drawCourse(place) {
  const points = JSON.parse(place.dataset.points);
  const x = points.map((point) => plain(point.label));
  const reach = (end) => points.map((point) => (point[end] === null || point.value === null ? 0 : Math.abs(point[end] - point.value)));
  const ago = { type: "scatter", mode: "lines", x, y: points.map((point) => point.ago), name: plain(place.dataset.agoLabel), line: { color: PALE, width: 2, dash: "dot" }, connectgaps: false, hovertemplate: "%{y:.1f}<extra>%{fullData.name}</extra>" };
  const told = points.map((point) => `n = ${point.n}${point.complete ? "" : `, ${plain(place.dataset.openLabel)}`}`);
  const value = {
    type: "scatter", mode: "lines+markers", x, y: points.map((point) => point.value), customdata: told, name: plain(place.dataset.valueLabel), connectgaps: false,
    line: { color: BLUE, width: 2.2 }, marker: { size: 8, color: points.map((point) => (point.complete ? BLUE : "#ffffff")), line: { color: BLUE, width: 1.6 } },
    error_y: { type: "data", symmetric: false, array: reach("high"), arrayminus: reach("low"), color: "#8fa9cd", thickness: 1.2, width: 3 },
    hovertemplate: "%{y:.1f} (%{customdata})<extra>%{fullData.name}</extra>",
  };
  const layout = {
    autosize: true, height: 290, margin: { l: 44, r: 16, t: 8, b: 34 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(document.body).fontFamily, color: INK, size: 12 }, hovermode: "x unified", dragmode: false,
    legend: { orientation: "h", x: 0, y: 1.12, bgcolor: "rgba(0,0,0,0)" },
    xaxis: { ...axis, type: "category", showgrid: false, tickangle: 0, nticks: place.clientWidth < 560 ? 4 : 8 }, yaxis: axis,
  };
  globalThis.Plotly.newPlot(place, [ago, value], layout, quiet);
}

function draw(place) {
  if (place.dataset.chart === "course") {
    drawCourse(place);
    return;
  }
  if (place.dataset.chart === "waterfall") {
    drawWaterfall(place);
    return;
  }
  const points = JSON.parse(place.dataset.points);
  const overview = place.dataset.chart === "overview";
  const x = points.map((point) => plain(point.label));
  const values = points.map((point) => (overview ? point.nps : point.share));
  const told = points.map((point) => (overview ? `n = ${point.n}` : `${point.count} / ${point.total}`));
  const bars = { type: "bar", x, y: points.map((point) => point.count), name: plain(place.dataset.countLabel), marker: { color: PALE }, hovertemplate: "%{y}<extra>%{fullData.name}</extra>" };
  const line = { type: "scatter", mode: "lines+markers", x, y: values, customdata: told, name: plain(place.dataset.valueLabel), yaxis: "y2", line: { color: overview ? BLUE : ORANGE, width: 2.2 }, marker: { size: 6 }, connectgaps: false, hovertemplate: "%{y:.1f} (%{customdata})<extra>%{fullData.name}</extra>" };
  const layout = {
    autosize: true, height: 290, margin: { l: 44, r: 44, t: 8, b: 34 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(document.body).fontFamily, color: INK, size: 12 }, bargap: 0.35, hovermode: "x unified", dragmode: false,
    legend: { orientation: "h", x: 0, y: 1.12, bgcolor: "rgba(0,0,0,0)" },
    xaxis: { ...axis, type: "category", showgrid: false, tickangle: 0, nticks: 8 },
    yaxis: { ...axis, rangemode: "tozero" },
    yaxis2: { ...axis, overlaying: "y", side: "right", tickmode: "auto", nticks: 6, showgrid: false, rangemode: overview ? "normal" : "tozero", zeroline: overview },
  };
  globalThis.Plotly.newPlot(place, [bars, line], layout, quiet);
}

// While it loads, the library puts a <style> for its maps into the page. Our policy refuses such elements, and we draw no maps: so it
// gets an element without meaning in its place, and the way to make elements is put back as soon as the library stands.
function load() {
  const make = document.createElement;
  const script = make.call(document, "script");
  script.src = "/static/vendor/plotly.min.js";
  document.createElement = (name, ...rest) => make.call(document, name === "style" ? "template" : name, ...rest);
  const restore = () => {
    delete document.createElement;
  };
  return new Promise((resolve, reject) => {
    script.addEventListener("load", resolve);
    script.addEventListener("error", reject);
    document.head.append(script);
  }).finally(restore);
}

export async function startCharts() {
  const places = document.querySelectorAll("[data-chart]");
  if (!places.length) return;
  try {
    await load();
  } catch {
    // The table under each chart holds the same figures.
    for (const place of places) place.parentElement.querySelector("details.table")?.setAttribute("open", "");
    for (const place of places) place.remove();
    return;
  }
  for (const place of places) draw(place);
}
