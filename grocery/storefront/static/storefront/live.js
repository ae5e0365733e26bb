/* Stock as it moves, on the pages of a product and of the cart. Without this file, and while nobody streams, they say
   what was there when they were loaded. The server's words lie in data-attributes of [data-live]. */
const place = document.querySelector('[data-live]');
const FIRST = 1000, LONGEST = 60000, AT_MOST = 20;
const lines = new Map();
let source, wait = FIRST, timer;

/* Listen while somebody looks. The browser's own tries again are two seconds apart for ever; ours get rarer. */
const open = () => {
  clearTimeout(timer);
  if (source || document.hidden) return;
  source = new EventSource(place.dataset.live);
  source.addEventListener('stock', (e) => { wait = FIRST; hear(JSON.parse(e.data)); });
  source.onerror = () => {
    close();
    timer = setTimeout(open, wait * (0.5 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST);
  };
};
const close = () => { clearTimeout(timer); source?.close(); source = undefined; };

/* Of two messages about a line the one with the higher version is true. */
const hear = (said) => {
  const before = lines.get(said.sku);
  if (before && before.version >= said.version) return;
  lines.set(said.sku, { ...said, first: before ? before.first : said.available });
  const seen = lines.get(said.sku);
  for (const el of document.querySelectorAll(`[data-stock="${CSS.escape(said.sku)}"]`)) show(el, seen);
  for (const el of document.querySelectorAll(`[data-line="${CSS.escape(said.sku)}"]`)) ask(el, seen);
};

/* The page counted for the day of delivery, the stream counts today; what changes today changes both. */
const left = (el, seen) => {
  const loaded = +el.dataset.loaded;
  if (seen.first >= AT_MOST) return Math.min(seen.available, loaded);
  return Math.max(0, Math.min(seen.available, loaded + seen.available - seen.first));
};
const measure = (amount, unit) => {
  const small = { kg: 'g', l: 'ml' }[unit];
  const number = (value) => (+value.toFixed(3)).toLocaleString(document.documentElement.lang, { useGrouping: false });
  if (small && amount < 1) return `${number(amount * 1000)}\u00a0${small}`;
  return number(amount) + (small ? `\u00a0${unit}` : '');
};
const show = (el, seen) => {
  const amount = left(el, seen), words = place.dataset;
  const text = !amount ? words.out
    : (amount >= AT_MOST ? words.many : words.left).replace('{}', measure(Math.min(amount, AT_MOST), el.dataset.unit));
  if (el.textContent !== text) el.textContent = text;
  el.className = amount ? 'live good bold' : 'bad bold';
  for (const go of document.querySelectorAll('[form^="choose-"]')) go.disabled = !amount;
  for (const f of document.querySelectorAll('.buy form.stepper')) limit(f, amount);
};
/* The + ends at what is left; what was chosen before stays, the server says no more than it can hold. */
const limit = (f, amount) => {
  const per = f.dataset.unit ? 1000 : 1, step = +f.dataset.step || 1;
  if (amount < AT_MOST) f.dataset.max = Math.max(Math.floor(amount * per / step) * step, +f.dataset.qty);
  else delete f.dataset.max;
};

/* A line of the cart: sums and warnings are the server's. Asked only when what is left crosses what was chosen. */
const ask = (el, seen) => {
  const f = el.querySelector('form.stepper'), per = f?.dataset.unit ? 1000 : 1;
  if (!f || !window.htmx) return;
  const is_short = seen.available * per < +f.dataset.qty, warned = !!el.querySelector('.why')?.textContent.trim();
  if (!is_short && !warned) return;
  clearTimeout(el.asking);
  el.asking = setTimeout(() => htmx.ajax('GET', el.dataset.ask, { source: el, swap: 'none' }), 300 + Math.random() * 700);
};

if (place && 'EventSource' in window) {
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
  addEventListener('pagehide', close);
  addEventListener('pageshow', open);
  document.addEventListener('htmx:afterSettle', () => {
    for (const el of document.querySelectorAll('[data-stock]')) if (lines.has(el.dataset.stock)) show(el, lines.get(el.dataset.stock));
  });
  open();
}
