/* Mounts the provider's card form and confirms the payment. The provider's own script is loaded before this one. */
(() => {
  const form = document.getElementById('pay');
  if (!form) return;
  const problem = document.getElementById('pay-problem');
  const go = document.getElementById('pay-go');
  const say = (text) => {
    const notice = document.createElement('div');
    notice.className = 'notice notice-bad';
    const p = document.createElement('p');
    p.textContent = text;
    notice.append(p);
    problem.replaceChildren(notice);
  };
  if (!window.Stripe) { go.disabled = true; say(form.dataset.missing); return; }
  const stripe = window.Stripe(form.dataset.key, { locale: document.documentElement.lang });
  const elements = stripe.elements({
    clientSecret: form.dataset.secret,
    appearance: { theme: getComputedStyle(document.documentElement).colorScheme.includes('dark') && matchMedia('(prefers-color-scheme: dark)').matches ? 'night' : 'stripe' },
  });
  elements.create('payment').mount('#pay-element');
  /* A card that is kept, or the form; and whether the new one is to be kept: the provider is told before it is used. */
  const chosen = () => new FormData(form).get('card') || '';
  const show = () => { document.getElementById('pay-new').hidden = Boolean(chosen()); };
  form.addEventListener('change', show);
  show();
  const keep = form.elements.namedItem('keep');
  let kept = keep.defaultChecked;
  const tellKeep = async () => {
    if (keep.checked === kept) return;
    const wish = new URLSearchParams({ csrfmiddlewaretoken: form.elements.namedItem('csrfmiddlewaretoken').value, keep: keep.checked ? '1' : '' });
    const answer = await fetch(form.dataset.keep, { method: 'POST', body: wish });
    if (!answer.ok) throw new Error(String(answer.status));
    kept = keep.checked;
    await elements.fetchUpdates();
  };
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    go.disabled = true;
    go.setAttribute('aria-busy', 'true');
    problem.replaceChildren();
    try {
      const card = chosen();
      const confirmParams = { return_url: form.dataset.return };
      if (!card) await tellKeep();
      const { error } = await stripe.confirmPayment(card
        ? { clientSecret: form.dataset.secret, confirmParams: { ...confirmParams, payment_method: card } }
        : { elements, confirmParams });
      if (error) say(`${error.message || ''} ${form.dataset.failed}`.trim());
    } catch {
      say(form.dataset.failed);
    }
    go.disabled = false;
    go.removeAttribute('aria-busy');
  });
})();
