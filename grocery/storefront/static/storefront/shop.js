/* What the shop needs beyond htmx. Every form here also works without this file. */
(() => {
  const $ = (s, root = document) => root.querySelector(s);
  const toasts = $('#toasts');
  const reduced = matchMedia('(prefers-reduced-motion: reduce)').matches;

  /* Toast: text from the server or from data-attributes of #toasts, one undo, at most two on screen. */
  window.toast = (text, undo) => {
    const el = document.createElement('div');
    el.className = 'toast';
    const span = document.createElement('span');
    span.textContent = text;
    el.append(span);
    if (undo) {
      const b = document.createElement('button');
      b.type = 'button';
      b.textContent = toasts.dataset.undo;
      b.onclick = () => { el.remove(); undo(); };
      el.append(b);
    }
    while (toasts.children.length > 1) toasts.firstChild.remove();
    toasts.append(el);
    let timer;
    const arm = () => { timer = setTimeout(() => el.remove(), undo ? 8000 : 4000); };
    el.onpointerenter = el.onfocusin = () => clearTimeout(timer);
    el.onpointerleave = el.onfocusout = arm;
    arm();
  };

  /* Stepper: show the new number at once, send the settled one after 400 ms, go back if the server refuses. */
  const words = (f, q) => (f.dataset.piece ? `${q / f.dataset.piece}\n${weight(f, q)}` : weight(f, q));
  const weight = (f, q) => {
    const big = { g: 'kg', ml: 'l' }[f.dataset.unit];
    if (big && q >= 1000) return `${(q / 1000).toLocaleString(document.documentElement.lang)}\u00a0${big}`;
    return f.dataset.unit ? `${q}\u00a0${f.dataset.unit}` : q;
  };
  const shown = (f, q) => {
    f.dataset.qty = q;
    $('[data-count]', f).value = q;
    $('output', f).textContent = words(f, q);
  };
  /* A line of the cart that is emptied steps aside, so that undo finds it, and hands the focus on. */
  const line = (f, q) => {
    const li = f.matches('form') && f.closest('.lines > li');
    if (!li || li.hidden === !q) return;
    const next = li.nextElementSibling || li.previousElementSibling;
    const had = li.contains(document.activeElement);
    li.hidden = !q;
    if (had && !q) $('.less', next || document)?.focus();
  };
  const label = (f) => $('.more', f).getAttribute('aria-label').replace(/^[^:]*:\s*/, '');
  const change = (f, q, quiet) => {
    const before = +f.dataset.qty;
    f.saved ??= before;
    shown(f, q);
    line(f, q);
    if (f.matches('form')) f.setAttribute('aria-busy', 'true');
    if (!q && document.activeElement?.classList.contains('less')) $('.more', f).focus();
    if (!quiet && f.matches('form')) {
      if (!before) toast(`${toasts.dataset.added}: ${label(f)}`, () => change(f, 0, true));
      if (before && !q) toast(`${toasts.dataset.removed}: ${label(f)}`, () => change(f, before, true));
    }
    clearTimeout(f.timer);
    f.timer = setTimeout(() => { f.timer = 0; htmx.trigger(f.closest('form'), 'settled'); }, 400);
  };
  document.addEventListener('click', (e) => {
    const b = e.target.closest('.stepper button, button.remove');
    if (!b || !window.htmx) return;
    e.preventDefault();
    const f = b.closest('.stepper') || b.form;
    if (b.matches('.remove')) return change(f, 0);
    if (f.matches('.choose')) return choose(b);
    const step = +f.dataset.step || 1, min = +f.dataset.min || 0, max = +f.dataset.max || Infinity;
    let q = +f.dataset.qty + (b.classList.contains('more') ? step : -step);
    if (q < min) q = b.classList.contains('more') ? min : 0;
    change(f, Math.min(q, max));
    if (!reduced) navigator.vibrate?.(8);
  });
  document.addEventListener('htmx:afterRequest', ({ detail: d }) => {
    const f = d.elt;
    if (!f.matches?.('.stepper')) return;
    f.removeAttribute('aria-busy');
    if (!d.successful && f.saved !== undefined) {
      const why = d.xhr.getResponseHeader('Content-Type')?.startsWith('text/plain') && d.xhr.responseText;
      shown(f, f.saved);
      line(f, f.saved);
      toast(why || toasts.dataset.failed);
    }
    delete f.saved;
  });
  /* What the server could hold: all steppers of that product show it, unless one is being used. */
  document.addEventListener('cart-line', ({ detail: d }) => {
    document.querySelectorAll('form.stepper').forEach((f) => {
      if (f.getAttribute('action') === d.url && !f.timer) { shown(f, d.count); line(f, +d.count); }
    });
    if (d.why) toast(d.why);
  });

  /* Product page, not in the cart yet: how much to add is chosen here, the button says for how much. */
  const choose = (b) => {
    const f = b.form, step = +f.dataset.step;
    const q = Math.min(Math.max(+f.dataset.qty + (b.classList.contains('more') ? step : -step), step), Math.max(+f.dataset.max || 999 * step, step));
    shown(f, q);
    const go = document.querySelector(`[form="${f.id}"] .num`);
    if (go) go.textContent = `${Math.round(f.dataset.price * q / f.dataset.per).toLocaleString('vi-VN')}\u00a0₫`;
  };

  /* Search: suggestions open while typing, close on Esc, on a press elsewhere, or when the field is emptied. */
  const close = () => { delete document.body.dataset.search; const s = $('#suggest'); if (s) { s.hidden = true; s.replaceChildren(); } };
  document.addEventListener('htmx:afterSettle', () => {
    const s = $('#suggest');
    if (s && !s.hidden) document.body.dataset.search = 'typing';
  });
  document.addEventListener('keydown', (e) => { if (e.key === 'Escape' && document.body.dataset.search) { close(); $('.search input')?.focus(); } });
  document.addEventListener('click', (e) => { if (document.body.dataset.search && !e.target.closest('#suggest, .search')) close(); });
  document.addEventListener('input', (e) => { if (e.target.matches('.search input') && !e.target.value.trim()) close(); });

  /* Held until: server sends the end as data-until (ISO); no aria-live, one spoken warning at two minutes. */
  const tick = () => document.querySelectorAll('[data-until]').forEach((el) => {
    const s = Math.max(0, Math.round((Date.parse(el.dataset.until) - Date.now()) / 1000));
    el.textContent = `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
    if (s === 120 && el.dataset.warn) toast(el.dataset.warn);
    if (!s && !el.dataset.over) { el.dataset.over = 1; htmx.trigger(el, 'expired'); }
  });
  tick();
  setInterval(tick, 1000);
  document.addEventListener('htmx:afterSettle', tick);

  /* Copy: what a button stands beside is also there to be read and marked. */
  document.addEventListener('click', async (e) => {
    const b = e.target.closest('[data-copy]');
    if (!b) return;
    try {
      await navigator.clipboard.writeText(b.dataset.copy);
      toast(`${b.dataset.copied}: ${b.dataset.copy}`);
    } catch {
      getSelection().selectAllChildren(b.closest('div').querySelector('dd'));
    }
  });

  /* Offline: say so. Nothing is queued: a change that cannot be sent goes back and says so. */
  const net = () => { const o = $('[data-offline]'); if (o) o.hidden = navigator.onLine; };
  addEventListener('online', net);
  addEventListener('offline', net);
  net();
})();
