/* What task pages need: they work without it. */
(() => {
  /* A choice marked so is enough; its button is for those without a script. */
  document.querySelectorAll('[data-submit]').forEach((el) => {
    el.addEventListener('change', () => el.form.requestSubmit());
    el.form.querySelector('button')?.setAttribute('hidden', '');
  });

  /* A form that is on its way is not sent again by an impatient thumb. */
  document.addEventListener('submit', (e) => {
    if (e.target.dataset.sent) { e.preventDefault(); return; }
    if (e.target.method === 'post') e.target.dataset.sent = 1;
  });
  addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach((f) => delete f.dataset.sent));

  const net = () => { const o = document.querySelector('[data-offline]'); if (o) o.hidden = navigator.onLine; };
  addEventListener('online', net);
  addEventListener('offline', net);
  net();
})();
